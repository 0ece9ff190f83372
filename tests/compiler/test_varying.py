"""Sizes marked as free at the Input: what forbids them is told and mended."""

import pytest
import torch

import cnnstudio as cs
from cnnstudio.compiler.check import check
from tests.compiler.drawn import chain, mended, network


def freed(project, free="height and width"):
    node = project.network.find("image")
    changed = node.model_copy(update={"parameters": {**node.parameters, "free": free}})
    nodes = [changed if n.id == node.id else n for n in project.network.nodes]
    return project.with_network(project.network.replace(nodes=nodes))


def test_a_flatten_of_maps_forbids_other_sizes_and_the_adaptive_layer_frees_them():
    project = freed(
        chain(
            ("Conv2d", "conv", {"out_channels": 4}),
            ("MaxPool2d", "pool"),
            ("Flatten", "flat"),
            ("Linear", "fc"),
        )
    )
    [problem] = check(project).problems
    assert problem.node == "fc" and problem.severity == "error"
    assert "is made for 1024" in problem.message and "any size" in problem.message
    assert problem.fix.label == "Insert AdaptiveAvgPool2d"
    better = mended(project, problem)
    assert not check(better).problems
    assert better.network.find("fc") is not None
    model = cs.build(better).eval()
    for size in (32, 47, 100):
        assert model(torch.rand(1, 3, size, size + 3)).shape == (1, 10)


def test_a_fully_convolutional_network_and_global_pooling_take_any_size():
    assert not check(freed(cs.template("small_cnn"))).problems
    assert not check(freed(chain(("Conv2d", "a"), ("ReLU", "b")))).problems


def test_branches_that_halve_and_double_take_multiples_only():
    project = network(
        [
            ("Input", "image", {"shape": [3, 32, 32]}),
            ("Conv2d", "conv", {"out_channels": 4}),
            ("MaxPool2d", "down1"),
            ("MaxPool2d", "down2"),
            ("Upsample", "up", {"scale_factor": 4.0}),
            ("Concatenate", "cat"),
            ("Output", "out"),
        ],
        "image>conv conv>down1 down1>down2 down2>up up>cat:0 conv>cat:1 cat>out",
    )
    [problem] = check(freed(project)).problems
    assert problem.severity == "info"
    assert "divisible by 4" in problem.message
    model = cs.build(freed(project)).eval()
    assert model(torch.rand(1, 3, 36, 52)).shape == (1, 8, 36, 52)
    with pytest.raises(RuntimeError):
        model(torch.rand(1, 3, 37, 52))


def test_nothing_is_said_where_no_size_is_free():
    assert not check(freed(chain(("Flatten", "flat"), ("Linear", "fc")), "none")).problems


def test_only_the_free_direction_is_tried():
    project = chain(("Conv1d", "conv", {"out_channels": 4}), ("Flatten", "f"), shape=(3, 50))
    assert not check(freed(project, "none")).problems
    lines = chain(("Conv2d", "conv", {"out_channels": 4}), ("Linear", "fc"), shape=(3, 20, 8))
    # A linear layer works on the width, so that the height alone may vary.
    permuted = chain(
        ("Permute", "last", {"dims": [2, 3, 1]}), ("GELU", "act"), ("Linear", "fc"), shape=(3, 8, 9)
    )
    assert not check(freed(permuted, "height")).problems
    assert check(freed(lines, "width")).problems
