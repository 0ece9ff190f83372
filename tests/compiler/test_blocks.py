"""A block is a network used as a layer: with parameters, repeated, nested, shared."""

import copy

import pytest
import torch
import torchvision

import cnnstudio as cs
from cnnstudio.compiler.check import check
from cnnstudio.graph import Network, Project, SetParameter
from cnnstudio.interpret.capture import collect, node_names
from tests.compiler.blocks import block, resnet
from tests.compiler.drawn import network

SCALED = block(
    "Scaled",
    [
        ("Input", "x", {"shape": [4, 8, 8]}),
        ("Conv2d", "conv", {"out_channels": "=in_channels * factor"}),
        ("ReLU", "act", {"bypass": "=index == repeat - 1"}),
        ("Output", "y"),
    ],
    "x>conv conv>act act>y",
    factor=2,
)


def using(*blocks: Network, layers: list, wires: str) -> Project:
    drawn = network(layers, wires)
    return drawn.model_copy(update={"networks": (drawn.network, *blocks)})


def chain(kind: str, block_network: Network, **parameters) -> Project:
    layers = [("Input", "image", {"shape": [3, 8, 8]}), (kind, "it", parameters), ("Output", "out")]
    return using(block_network, layers=layers, wires="image>it it>out")


def test_a_resnet_of_blocks_is_torchvisions_weight_for_weight():
    ours, theirs = cs.build(resnet((3, 4, 6, 3))).eval(), torchvision.models.resnet50().eval()
    given, wanted = ours.state_dict(), theirs.state_dict()
    assert [tensor.shape for tensor in given.values()] == [t.shape for t in wanted.values()]
    ours.load_state_dict(dict(zip(given, wanted.values(), strict=True)))
    images = torch.randn(2, 3, 64, 64)
    assert torch.equal(ours(images), theirs(images))


def test_the_check_counts_what_torchvision_counts_and_tells_shapes_by_path():
    report = check(resnet((3, 8, 36, 3)))
    theirs = torchvision.models.resnet152()
    assert report.ok and not report.problems
    assert report.parameters == sum(p.numel() for p in theirs.parameters())
    assert report.shapes["rest2.34.conv2"] == [256, 14, 14]
    assert report.shapes["first3"] == report.shapes["first3.relu"] == [2048, 7, 7]
    inside = sum(report.nodes[f"rest0.{copy}"].parameters for copy in range(2))
    assert report.nodes["rest0"].parameters == inside > 0


def test_each_copy_of_a_repeated_block_sees_its_own_channels_and_number():
    model = cs.build(chain("block:Scaled", SCALED, repeat=3))
    channels = [model.get_submodule(f"it.{copy}.conv").in_channels for copy in range(3)]
    assert channels == [3, 6, 12]
    assert len(model.it) == 3
    kept = [name for name in model.state_dict() if name.endswith("bias")]
    assert kept == ["it.0.conv.bias", "it.1.conv.bias", "it.2.conv.bias"]
    activations = [m for m in model.modules() if isinstance(m, torch.nn.ReLU)]
    assert len(activations) == 2, "the last copy's is bypassed"


def test_without_a_repeat_count_the_paths_have_no_number():
    assert "it.conv.weight" in cs.build(chain("block:Scaled", SCALED)).state_dict()
    assert "it.0.conv.weight" in cs.build(chain("block:Scaled", SCALED, repeat=1)).state_dict()


def test_no_copies_hand_the_input_on():
    project = chain("block:Scaled", SCALED, repeat=0)
    assert check(project).shapes["out"] == [3, 8, 8]
    assert not cs.build(project).state_dict()


def test_blocks_nest_and_hand_their_parameters_down():
    outer = block(
        "Outer",
        [
            ("Input", "x"),
            ("block:Scaled", "inner", {"factor": "=2 * growth", "repeat": "=depth"}),
            ("Output", "y"),
        ],
        "x>inner inner>y",
        growth=1,
        depth=2,
    )
    project = using(
        outer, SCALED,
        layers=[("Input", "image", {"shape": [3, 8, 8]}), ("block:Outer", "o", {"depth": 1}),
                ("Output", "out")],
        wires="image>o o>out",
    )  # fmt: skip
    model = cs.build(project)
    assert model.get_submodule("o.inner.0.conv").out_channels == 6


def test_a_block_that_shares_weights_uses_the_same_modules():
    project = using(
        SCALED,
        layers=[
            ("Input", "image", {"shape": [3, 8, 8]}),
            ("block:Scaled", "one", {"factor": 1}),
            ("block:Scaled", "again"),
            ("Output", "out"),
        ],
        wires="image>one one>again again>out",
    )
    again = project.network.node("again").model_copy(update={"shares": "one"})
    nodes = [again if n.id == "again" else n for n in project.network.nodes]
    project = project.with_network(project.network.replace(nodes=nodes))
    model = cs.build(project)
    assert sorted(model.state_dict()) == ["one.conv.bias", "one.conv.weight"]
    assert check(project).parameters == 3 * 3 * 9 + 3


def test_everything_inside_of_a_block_can_be_looked_at_by_its_path():
    model = cs.build(chain("block:Scaled", SCALED, repeat=2)).eval()
    names = node_names(model)
    assert {"image", "it.0.conv", "it.0.act", "it.1.conv", "it", "it.0", "it.1"} <= set(names)
    seen = collect(model, (torch.randn(2, 3, 8, 8),), ["it.0.act", "it.0", "it.1.conv", "it"])
    assert torch.equal(seen["it.0"], seen["it.0.act"])
    assert torch.equal(seen["it"], seen["it.1.conv"])
    duplicate = copy.deepcopy(model)
    assert node_names(duplicate) == names


def test_grad_cam_takes_a_block_or_a_layer_in_it():
    model = cs.build(resnet((1, 2, 1, 1), classes=4)).eval()
    images = torch.rand(1, 3, 64, 64)
    by_block = cs.explain(model, images, layer="rest1", target=0)
    by_layer = cs.explain(model, images, layer="rest1.0.relu", target=0)
    assert by_block.shape == (1, 64, 64)
    assert (by_block == by_layer).all()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"repeat": -1}, "Repeat of 'it' should be at least 0"),
        ({"factor": "=missing"}, "names 'missing'"),
        ({"factor": "=1 +"}, "is no expression"),
        ({"factor": "=().__class__"}, "more than arithmetic"),
        ({"factor": "=1 // 0"}, "can't be worked out"),
        ({"factor": "two"}, "should be a whole number"),
        ({"unknown": 1}, "no parameter 'unknown'"),
        ({"factor": 0}, "should be at least 1"),
    ],
)
def test_a_wrong_parameter_is_told_on_the_block_or_the_layer_that_reads_it(parameters, message):
    problems = check(chain("block:Scaled", SCALED, **parameters)).problems
    assert any(message in problem.message for problem in problems), problems
    told = next(problem for problem in problems if message in problem.message)
    assert told.node in ("it", "it.conv")
    assert told.severity == "error"


def test_a_problem_inside_is_told_once_with_its_path_and_network():
    broken = block("Broken", [("Input", "x"), ("Conv3d_", "odd"), ("Output", "y")], "x>odd odd>y")
    problems = check(chain("block:Broken", broken, repeat=5)).problems
    [told] = [p for p in problems if p.severity == "error"]
    assert (told.node, told.node_id, told.network) == ("it.0.odd", "odd", "Broken")
    assert told.within == ("it",)


def test_a_block_that_contains_itself_and_a_missing_one_are_refused():
    layers = [("Input", "x"), ("block:Loop", "inner"), ("Output", "y")]
    loop = block("Loop", layers, "x>inner inner>y")
    assert any("contains itself" in p.message for p in check(chain("block:Loop", loop)).problems)
    gone = check(chain("block:Gone", loop)).problems
    assert any("block 'Gone', which the project hasn't" in p.message for p in gone)


def test_an_explosion_of_repeats_is_refused_in_time():
    levels = [SCALED]
    for level in range(1, 6):
        kind = f"block:{levels[-1].name}"
        levels.append(
            block(
                f"L{level}",
                [("Input", "x"), (kind, "i", {"repeat": 1000, "factor": 1}
                                  if level == 1 else {"repeat": 1000}), ("Output", "y")],
                "x>i i>y",
            )
        )  # fmt: skip
    project = using(
        *levels,
        layers=[("Input", "image", {"shape": [3, 8, 8]}), ("block:L5", "it"), ("Output", "out")],
        wires="image>it it>out",
    )
    assert any("longer than 20,000 layers" in p.message for p in check(project).problems)


def test_a_block_can_be_checked_by_itself_on_the_shape_set_at_its_input():
    project = chain("block:Scaled", SCALED)
    report = check(project, block="Scaled")
    assert report.shapes["conv"] == [8, 8, 8]
    edited = SetParameter(network="Scaled", node_id="conv", name="out_channels", value=7)
    assert check(edited.apply(project)[0], block="Scaled").shapes["conv"] == [7, 8, 8]
