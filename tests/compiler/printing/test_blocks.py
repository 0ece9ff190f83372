"""How blocks become classes."""

import pytest

import cnnstudio as cs
from cnnstudio.graph import ProblemError
from tests.compiler.blocks import block, resnet
from tests.compiler.printing.printed import assert_formatted, assert_same_as_built
from tests.compiler.test_blocks import SCALED, chain, using


def test_sizes_within_a_class_follow_from_its_arguments():
    source = assert_same_as_built(resnet((1, 2, 1, 1), classes=4))
    assert "def __init__(self, in_channels: int, width: int = 64, stride: int = 1)" in source
    assert "self.conv1 = nn.Conv2d(in_channels, width, kernel_size=1, bias=False)\n" in source
    assert "self.bn3 = nn.BatchNorm2d(width * 4)\n" in source
    assert "if stride != 1 or in_channels != width * 4:\n" in source


def test_channels_that_grow_from_copy_to_copy_are_counted():
    source = assert_same_as_built(chain("block:Scaled", SCALED, repeat=4))
    assert "Scaled(3 * 2**index, index=index, repeat=4) for index in range(4)" in source


def test_what_follows_from_nothing_in_the_block_becomes_an_argument():
    flat = block(
        "Head",
        [("Input", "x"), ("AvgPool2d", "pool", {"kernel_size": 3, "stride": 2}),
         ("Flatten", "flat"),
         ("Linear", "fc", {"out_features": 5}), ("Output", "y")],
        "x>pool pool>flat flat>fc fc>y",
    )  # fmt: skip
    project = using(
        flat,
        layers=[("Input", "image", {"shape": [3, 8, 8]}), ("MaxPool2d", "smaller"),
                ("block:Head", "near"), ("block:Head", "far"), ("Output", "a"), ("Output", "b")],
        wires="image>smaller image>near smaller>far near>a far>b",
    )  # fmt: skip
    source = assert_same_as_built(project)
    assert "class Head(nn.Module):" in source and "class Head2" not in source
    assert "def __init__(self, fc_in_features: int) -> None:\n" in source
    assert "self.near = Head(fc_in_features=27)\n" in source
    assert "self.far = Head(fc_in_features=3)\n" in source


def test_uses_that_need_different_layers_are_two_classes():
    forked = block(
        "Forked",
        [("Input", "x"), ("Conv2d", "branch", {"out_channels": 3}), ("ReLU", "act"),
         ("Add", "add", {"bypass": "=not joined"}), ("Output", "y")],
        "x>act x>branch act>add branch>add:1 add>y",
        joined=True,
    )  # fmt: skip
    project = using(
        forked,
        layers=[("Input", "image", {"shape": [3, 8, 8]}), ("block:Forked", "one"),
                ("block:Forked", "two", {"joined": False}), ("Output", "out")],
        wires="image>one one>two two>out",
    )  # fmt: skip
    source = assert_same_as_built(project)
    first, second = source.split("class Forked2(nn.Module):")
    assert "self.branch = nn.Conv2d" in first
    assert "self.branch" not in second, "what only feeds a bypassed addition is not computed"
    assert_formatted(source)


def test_copies_with_two_inputs_are_called_in_a_loop():
    mixed = block(
        "Mixed",
        [("Input", "a"), ("Input", "b"), ("Conv2d", "conv", {"out_channels": 3}), ("Add", "add"),
         ("Output", "y")],
        "a>conv conv>add b>add:1 add>y",
    )  # fmt: skip
    project = using(
        mixed,
        layers=[("Input", "image", {"shape": [3, 8, 8]}), ("ReLU", "act"),
                ("block:Mixed", "it", {"repeat": 3}), ("Output", "out")],
        wires="image>act act>it image>it:1 it>out",
    )  # fmt: skip
    source = assert_same_as_built(project)
    assert "self.it = nn.ModuleList(Mixed(3) for _ in range(3))\n" in source
    assert "for block in self.it:\n            x = block(x, image)\n" in source
    assert_formatted(source)


def test_a_shared_block_that_works_otherwise_inside_is_refused_with_the_reason():
    thin = block(
        "Thin",
        [("Input", "x"), ("ReLU", "act", {"bypass": "=in_channels == 3"}), ("Output", "y")],
        "x>act act>y",
    )
    project = using(
        thin,
        layers=[("Input", "image", {"shape": [3, 8, 8]}), ("block:Thin", "one"),
                ("Concatenate", "cat"), ("block:Thin", "two"), ("Output", "out")],
        wires="image>one one>cat image>cat:1 cat>two two>out",
    )  # fmt: skip
    two = project.network.node("two").model_copy(update={"shares": "one"})
    nodes = [two if node.id == "two" else node for node in project.network.nodes]
    project = project.with_network(project.network.replace(nodes=nodes))
    with pytest.raises(ProblemError, match="shares the weights of 'one'") as caught:
        cs.code(project)
    assert caught.value.node == "two"
