import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torchvision.models.resnet import BasicBlock

import cnnstudio as cs
from cnnstudio.compiler.build import build
from cnnstudio.compiler.check import check
from cnnstudio.graph import ProblemError
from tests.compiler.drawn import chain, network


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = torch.max_pool2d(torch.relu(self.conv2(x)), 2)
        x = torch.relu(self.fc2(torch.relu(self.fc1(x.flatten(1)))))
        return self.fc3(x)


def lenet():
    return chain(
        ("Conv2d", "conv1", {"out_channels": 6, "kernel_size": 5, "padding": 2}),
        ("ReLU", "relu1"),
        ("MaxPool2d", "pool1"),
        ("Conv2d", "conv2", {"out_channels": 16, "kernel_size": 5, "padding": 0}),
        ("ReLU", "relu2"),
        ("MaxPool2d", "pool2"),
        ("Flatten", "flat"),
        ("Linear", "fc1", {"out_features": 120}),
        ("ReLU", "relu3"),
        ("Linear", "fc2", {"out_features": 84}),
        ("ReLU", "relu4"),
        ("Linear", "fc3", {"out_features": 10}),
        shape=(1, 28, 28),
    )


def test_lenet_equals_the_hand_written_one_bit_for_bit_from_the_same_seed():
    torch.manual_seed(7)
    by_hand = LeNet()
    torch.manual_seed(7)
    model = cs.build(lenet())
    assert isinstance(model, torch.fx.GraphModule)
    assert {name for name, _ in model.named_children()} >= {"conv1", "fc3"}
    images = torch.randn(5, 1, 28, 28)
    assert torch.equal(model(images), by_hand(images))
    for module in (by_hand, model):
        module(images).square().sum().backward()
    for (name, ours), (other, theirs) in zip(
        model.named_parameters(), by_hand.named_parameters(), strict=True
    ):
        assert name == other
        assert torch.equal(ours.grad, theirs.grad)


def test_a_residual_block_equals_torchvisions():
    theirs = BasicBlock(16, 16).eval()
    project = network(
        [
            ("Input", "x", {"shape": [16, 8, 8]}),
            ("Conv2d", "conv1", {"out_channels": 16, "padding": 1, "bias": False}),
            ("BatchNorm2d", "bn1"),
            ("ReLU", "relu1"),
            ("Conv2d", "conv2", {"out_channels": 16, "padding": 1, "bias": False}),
            ("BatchNorm2d", "bn2"),
            ("Add", "skip"),
            ("ReLU", "relu2"),
            ("Output", "out"),
        ],
        "x>conv1 conv1>bn1 bn1>relu1 relu1>conv2 conv2>bn2 bn2>skip x>skip:1 skip>relu2 relu2>out",
    )
    nn.init.normal_(theirs.bn1.weight)
    model = build(project, weights=theirs.state_dict()).eval()
    images = torch.randn(3, 16, 8, 8)
    assert torch.equal(model(images), theirs(images))


def test_several_inputs_come_in_the_order_of_their_names_and_several_outputs_by_name():
    project = network(
        [
            ("Input", "a", {"shape": [4]}),
            ("Input", "b", {"shape": [4]}),
            ("Subtract", "minus"),
            ("Concatenate", "both"),
            ("Output", "difference"),
            ("Output", "joined"),
        ],
        "a>minus b>minus:1 a>both:0 b>both:1 minus>difference both>joined",
    )
    a, b = torch.randn(2, 4), torch.randn(2, 4)
    given = build(project)(a, b)
    assert list(given) == ["difference", "joined"]
    assert torch.equal(given["difference"], a - b)
    assert torch.equal(given["joined"], torch.cat([a, b], dim=1))


def test_a_shared_layer_is_one_module_used_twice():
    project = network(
        [
            ("Input", "image", {"shape": [3, 8, 8]}),
            ("Conv2d", "first", {"out_channels": 3}),
            ("Conv2d", "again"),
            ("Output", "out"),
        ],
        "image>first first>again again>out",
        shares={"again": "first"},
    )
    model = build(project)
    assert [name for name, _ in model.named_parameters()] == ["first.weight", "first.bias"]
    images = torch.randn(2, 3, 8, 8)
    assert torch.equal(model(images), model.first(model.first(images)))
    assert check(project).parameters == sum(p.numel() for p in model.parameters())


def test_what_leads_nowhere_is_left_out():
    project = network(
        [("Input", "x", {"shape": [4]}), ("Linear", "used"), ("Linear", "loose"), ("Output", "y")],
        "x>used x>loose used>y",
    )
    assert [name for name, _ in build(project).named_children()] == ["used"]
    assert check(project).parameters == 50


def test_an_unsound_network_is_refused_with_the_reason_and_the_node():
    with pytest.raises(ProblemError, match="put a Flatten before it") as caught:
        build(chain(("Linear", "fc1")))
    assert caught.value.node == "fc1"
    assert caught.value.hint


def test_weights_of_another_network_are_refused():
    with pytest.raises(ProblemError, match="don't fit the network"):
        build(lenet(), weights=nn.Linear(3, 3).state_dict())


names = st.from_regex(r"[a-z_][a-z0-9_]{0,6}", fullmatch=True)


@settings(max_examples=150, deadline=None)
@given(st.lists(names, min_size=3, max_size=5, unique=True))
def test_every_name_that_the_check_allows_is_the_name_in_the_model(names):
    first, *middle, last = names
    project = network(
        [
            ("Input", first, {"shape": [2, 4, 4]}),
            *(("Add" if i % 2 else "ReLU", name) for i, name in enumerate(middle)),
            ("Output", last),
        ],
        " ".join(
            f"{a}>{b} {a}>{b}:1" if i % 2 else f"{a}>{b}"
            for i, (a, b) in enumerate(zip([first, *middle], middle, strict=False))
        )
        + f" {middle[-1]}>{last}",
    )
    if check(project).ok:
        kept = [node.name for node in build(project).graph.nodes]
        assert [name for name in kept if name in names[:-1]] == names[:-1]
