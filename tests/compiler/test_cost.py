"""Cost is held against torch itself: what it counts, what it keeps, what its gradients reach."""

import copy

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import cnnstudio as cs
from cnnstudio.compiler.check import check
from tests.compiler.blocks import resnet
from tests.compiler.drawn import chain, network

SMALL = ["lenet5", "shapes_small", "small_cnn", "depthwise_small", "vgg_small", "mlp"]


def branching():
    return network(
        [
            ("Input", "image", {"shape": [3, 32, 32]}),
            ("Conv2d", "conv1", {"out_channels": 8}),
            ("GELU", "gelu"),
            ("Dropout", "drop"),
            ("MaxPool2d", "pool"),
            ("Conv2d", "a", {"out_channels": 4, "kernel_size": 1}),
            ("Conv2d", "b", {"out_channels": 4}),
            ("Concatenate", "cat"),
            ("Multiply", "square"),
            ("Flatten", "flat"),
            ("Linear", "fc", {"out_features": 5}),
            ("Output", "out"),
        ],
        "image>conv1 conv1>gelu gelu>drop drop>pool pool>a pool>b a>cat:0 b>cat:1 cat>square:0 "
        "cat>square:1 square>flat flat>fc fc>out",
    )


PROJECTS = [*SMALL, "branching", "resnet"]


def project_named(name):
    if name == "branching":
        return branching()
    if name == "resnet":
        made = resnet((1, 2, 1, 1), classes=10)
        return made
    return cs.template(name)


@pytest.mark.parametrize("name", PROJECTS)
def test_multiply_adds_are_those_of_torchs_own_counter(name):
    project = project_named(name)
    report, model = check(project), cs.build(project).eval()
    image = torch.zeros(1, *report.shapes[project.network.nodes[0].name])
    inputs = [node for node in project.network.nodes if node.kind == "Input"]
    image = torch.zeros(1, *report.shapes[inputs[0].name])
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(image)
    assert report.macs == pytest.approx(counter.get_total_flops() / 2, rel=0.01)


def kept_by_autograd(model, images):
    """Bytes of all tensors that autograd keeps, each storage once, without the weights."""
    own = {t.untyped_storage().data_ptr() for t in (*model.parameters(), *model.buffers())}
    kept = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = model(images)
    held = result  # the graph must live until the bytes are summed
    assert held.requires_grad
    return sum(kept.values())


@pytest.mark.parametrize("name", PROJECTS)
def test_training_memory_is_what_autograd_keeps(name):
    project = project_named(name)
    report, model = check(project), cs.build(project).train()
    inputs = [node for node in project.network.nodes if node.kind == "Input"]
    images = torch.rand(4, *report.shapes[inputs[0].name])
    measured = kept_by_autograd(model, images)
    assert report.training_bytes * 4 == pytest.approx(measured, rel=0.02)


def test_inference_memory_frees_what_is_not_needed_any_more():
    report = check(chain(("Conv2d", "a", {"out_channels": 3}), ("ReLU", "r"), ("ReLU", "s")))
    one = 3 * 32 * 32 * 4
    assert report.activation_bytes == 4 * one
    assert report.inference_bytes == 2 * one


def field_by_gradient(project, name):
    """Rows and columns of the image that reach the middle value of a node's first channel."""
    model = cs.build(project).eval()
    for module in model.modules():
        for parameter in module.parameters(recurse=False):
            torch.nn.init.constant_(parameter, 0.01)
    report = check(project)
    image = torch.rand(1, *report.shapes["image"], dtype=torch.float64, requires_grad=True)
    seen = {}

    def keep(node_name, value):
        seen[node_name] = value

    from cnnstudio.interpret.capture import run

    run(copy.deepcopy(model).double(), (image,), keep)
    value = seen[name]
    middle = value[0, 0, value.shape[2] // 2, value.shape[3] // 2]
    (gradient,) = torch.autograd.grad(middle, image)
    touched = gradient[0].abs().sum(0) > 0
    return [int(touched.any(1).sum()), int(touched.any(0).sum())]


def test_the_receptive_field_is_what_gradients_reach():
    project = chain(
        ("Conv2d", "conv1", {"out_channels": 2, "kernel_size": [5, 3]}),
        ("AvgPool2d", "pool1"),
        ("Conv2d", "conv2", {"out_channels": 2, "dilation": 2}),
        ("Conv2d", "conv3", {"out_channels": 2, "stride": 2, "padding": 1}),
        ("Sigmoid", "act"),
        ("ConvTranspose2d", "up", {"out_channels": 2}),
        ("Conv2d", "conv4", {"out_channels": 2}),
        shape=(1, 96, 96),
    )
    nodes = check(project).nodes
    for name in ("conv1", "pool1", "conv2", "conv3", "act", "up"):
        assert nodes[name].receptive_field == field_by_gradient(project, name), name
    # Behind a transposed convolution the field differs from place to place: the widest is told.
    told, seen = nodes["conv4"].receptive_field, field_by_gradient(project, "conv4")
    assert all(t >= s for t, s in zip(told, seen, strict=True))


def test_the_receptive_field_of_branches_is_the_wider_one_and_pooling_over_all_sees_all():
    nodes = check(cs.template("shapes_small")).nodes
    assert nodes["add2"].receptive_field == nodes["bn2b"].receptive_field == [11, 11]
    assert nodes["gap"].receptive_field is None
    assert nodes["flatten"].receptive_field is None


def test_costs_of_a_block_are_the_sum_over_its_copies():
    report = check(resnet((2, 2, 2, 2)))
    parts = [cost for path, cost in report.nodes.items() if path.startswith("rest1.0.")]
    assert report.nodes["rest1"].macs == sum(cost.macs for cost in parts) > 0
    assert report.nodes["rest1"].receptive_field == report.nodes["rest1.0.relu"].receptive_field
