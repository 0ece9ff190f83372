"""Modules come in as drawings that compute the same, bit for bit."""

import pytest
import torch
from torch import nn

import cnnstudio as cs
from cnnstudio.graph import ProblemError, dumps, loads
from tests.compiler.importing import models


def imported(module, shape):
    torch.manual_seed(0)
    found = cs.from_module(module, shape)
    assert found.proof.exact, str(found.proof)
    # What is imported opens again and gives the same.
    model = cs.build(loads(dumps(found.project)), found.weights).eval()
    images = torch.randn(3, *shape)
    with torch.no_grad():
        ours, theirs = model(images), module.eval()(images)
    if isinstance(theirs, dict):
        assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    else:
        assert torch.equal(ours, theirs)
    assert cs.check(found.project).ok
    return found


def summary(network):
    return {node.name: node.kind for node in network.nodes}


def test_stages_of_equal_blocks_become_one_node_each():
    found = imported(models.SmallResNet(), (3, 16, 16))
    main, block = found.project.networks
    assert summary(main) == {
        "x": "Input", "stem": "Conv2d", "stage1": "block:Residual", "stage2": "block:Residual",
        "stage3": "block:Residual", "adaptive_avg_pool2d": "AdaptiveAvgPool2d",
        "flatten": "Flatten", "fc": "Linear", "output": "Output",
    }  # fmt: skip
    uses = {node.name: node.parameters for node in main.nodes if node.block}
    assert uses["stage1"] == {"out_channels": 8, "stride": 1, "repeat": 3}
    assert uses["stage3"] == {"out_channels": 32, "stride": 2, "repeat": 2}
    assert block.find("conv1").parameters["stride"] == "=stride if index == 0 else 1"
    assert block.find("conv2").parameters["out_channels"] == "=out_channels"
    assert block.find("shortcut_0").bypass == "=in_channels == out_channels"
    assert not found.opaque and not found.left_out


def test_a_stage_can_be_made_deeper_and_wider_after_the_import():
    found = imported(models.SmallResNet(), (3, 16, 16))
    main = found.project.network
    stage = main.find("stage3")
    wider = stage.model_copy(
        update={"parameters": {**stage.parameters, "out_channels": 64, "repeat": 5}}
    )
    nodes = [wider if node.id == stage.id else node for node in main.nodes]
    project = found.project.with_network(main.replace(nodes=nodes))
    report = cs.check(project)
    assert report.ok
    assert report.shapes["stage3"] == [64, 4, 4]
    assert cs.build(project)(torch.randn(2, 3, 16, 16)).shape == (2, 10)


def test_functions_methods_and_operators_become_layers():
    found = imported(models.Functional(), (3, 16, 16))
    kinds = [node.kind for node in found.project.network.nodes]
    assert {"Conv2d", "LeakyReLU", "MaxPool2d", "Linear", "Tanh"} <= set(kinds)
    assert found.weights["conv2d.weight"].shape == (6, 3, 3, 3)


def test_control_flow_over_shapes_is_followed_and_outputs_keep_their_names():
    found = imported(models.Branching(), (3, 16, 16))
    outputs = [n.name for n in found.project.network.nodes if n.kind == "Output"]
    assert outputs == ["maps", "mean"]
    pools = [n for n in found.project.network.nodes if n.kind == "AvgPool2d"]
    assert len(pools) == 2  # the third convolution already sees 4 × 4


def test_layers_that_are_used_twice_share_their_weights():
    found = imported(models.Shared(), (4, 8, 8))
    assert sum(node.shares is not None for node in found.project.network.nodes) >= 4
    assert sum(name.endswith("conv.weight") for name in found.weights) == 1


def test_what_has_no_layer_is_kept_as_operators_and_still_runs_and_trains():
    found = imported(models.WindowAttention(), (8, 8, 8))
    assert found.opaque
    model = cs.build(found.project, found.weights)
    model(torch.randn(2, 8, 8, 8)).square().sum().backward()
    table = next(p for name, p in model.named_parameters() if name.endswith("table"))
    assert table.grad is not None and table.grad.abs().sum() > 0


def test_the_module_is_left_as_it_was():
    module = models.SmallResNet().train()
    module.stage1.eval()
    modes = [part.training for part in module.modules()]
    state = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    cs.from_module(module, (3, 16, 16))
    assert [part.training for part in module.modules()] == modes
    assert all(torch.equal(state[name], tensor) for name, tensor in module.state_dict().items())
    assert not any("forward" in vars(part) for part in module.modules())


def test_several_inputs_keep_their_names_and_shapes():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.left, self.right = nn.Linear(4, 3), nn.Linear(6, 3)

        def forward(self, one, other):
            return self.left(one) * torch.sigmoid(self.right(other))

    found = cs.from_module(Two(), [(4,), (6,)])
    assert found.proof.exact
    shapes = {n.name: n.parameters["shape"] for n in found.project.network.nodes if
              n.kind == "Input"}  # fmt: skip
    assert shapes == {"one": [4], "other": [6]}


def test_a_decision_by_values_is_refused_with_the_place_where_it_is_made():
    class Decides(nn.Module):
        def __init__(self):
            super().__init__()
            self.gate = Gate()

        def forward(self, x):
            return self.gate(x)

    class Gate(nn.Module):
        def forward(self, x):
            return x * 2 if x.sum() > 0 else x

    with pytest.raises(ProblemError, match="'gate' of Decides decides by the values"):
        cs.from_module(Decides(), (3, 8, 8))


def test_a_wrong_input_shape_is_told_with_the_modules_own_words():
    with pytest.raises(ProblemError, match=r"'stem' of SmallResNet can't be run on .* 1×16×16"):
        cs.from_module(models.SmallResNet(), (1, 16, 16))
    with pytest.raises(ProblemError, match="is no input shape"):
        cs.from_module(models.SmallResNet(), ())


def test_an_in_place_change_seen_through_a_view_is_refused_not_misread():
    class Aliased(nn.Module):
        def forward(self, x):
            y = x * 1
            view = y[:, :1]
            y += 1
            return view * 2

    with pytest.raises(ProblemError, match="in place"):
        cs.from_module(Aliased(), (3, 4, 4))


def test_a_change_in_place_is_seen_by_all_who_read_later():
    class InPlace(nn.Module):
        def forward(self, x):
            y = x * 1.5
            z = torch.relu_(y)
            return torch.sigmoid(y) + z

    imported(InPlace(), (3, 4, 4))


def test_a_mask_that_is_written_number_by_number_keeps_its_values():
    class Masked(nn.Module):
        def forward(self, x):
            mask = x.new_zeros((4, 6))
            for number, rows in enumerate((slice(0, -2), slice(-2, -1), slice(-1, None))):
                mask[rows, 1:3] = number + 1
            return x + mask.masked_fill(mask == 2, -100.0)

    found = imported(Masked(), (4, 6))
    assert found.opaque


def test_an_argument_that_no_node_can_be_called_after_gets_another_name():
    class TwoInputs(nn.Module):
        def forward(self, input, image):
            return input + image

    plain = imported(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), (3, 8, 8))
    assert plain.project.network.nodes[0].name == "image"
    both = cs.from_module(TwoInputs(), [(3, 8, 8), (3, 8, 8)])
    names = [node.name for node in both.project.network.nodes if node.kind == "Input"]
    assert names == ["image_2", "image"]
