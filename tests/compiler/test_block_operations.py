"""Making, dissolving and folding blocks: the network computes the same before and after."""

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnstudio.compiler.build import build
from cnnstudio.compiler.check import check
from cnnstudio.compiler.renaming import dissolve, renamed_paths, renamed_weights
from cnnstudio.graph import ProblemError, Project, SetBypass, SetParameter, dumps
from cnnstudio.graph.blocks import (
    fold_repeats,
    make_block,
    make_independent,
    rename_parameter,
    unfold,
    uses_of,
)
from tests.compiler.blocks import BOTTLENECK, resnet
from tests.compiler.drawn import chain, network

slow = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def applied(project: Project, edit) -> Project:
    """The project after the edit; undoing it must give the same bytes."""
    changed, inverse = edit.apply(project)
    assert dumps(inverse.apply(changed)[0]) == dumps(project)
    again, _ = edit.apply(inverse.apply(changed)[0])
    assert dumps(again) == dumps(changed)
    return changed


def assert_computes_the_same(before: Project, after: Project) -> None:
    report = check(after)
    assert report.ok, report.problems
    assert report.parameters == check(before).parameters
    old = build(before).eval()
    weights = renamed_weights(old.state_dict(), renamed_paths(before, after))
    new = build(after, weights=weights).eval()
    inputs = [
        torch.randn(2, *n.parameters["shape"]) for n in before.network.nodes if n.kind == "Input"
    ]
    with torch.inference_mode():
        mine, other = old(*inputs), new(*inputs)
    for a, b in zip(_tensors(mine), _tensors(other), strict=True):
        assert torch.equal(a, b)


def _tensors(result):
    return list(result.values()) if isinstance(result, dict) else [result]


@st.composite
def networks(draw) -> Project:
    """Convolutions, activations and sums on 4 channels, wired at random; all lead to the Output."""
    count = draw(st.integers(2, 9))
    layers, wires = [("Input", "image", {"shape": [4, 6, 6]})], []
    names = ["image"]
    for number in range(count):
        kind = draw(st.sampled_from(["Conv2d", "ReLU", "BatchNorm2d", "Add"]))
        name = f"n{number}"
        source = draw(st.sampled_from(names[-3:]))
        if kind == "Add":
            other = draw(st.sampled_from(names[-4:]))
            wires += [f"{source}>{name}", f"{other}>{name}:1"]
        else:
            wires.append(f"{source}>{name}")
        parameters = {"out_channels": 4, "padding": 1} if kind == "Conv2d" else {}
        layers.append((kind, name, parameters))
        names.append(name)
    fed = {wire.split(">")[0] for wire in wires}
    loose = [name for name in names if name not in fed]
    layers.append(("Concatenate", "join", {})) if len(loose) > 1 else None
    if len(loose) > 1:
        wires += [f"{name}>join:{port}" for port, name in enumerate(loose)]
    layers.append(("Output", "out"))
    wires.append(f"{'join' if len(loose) > 1 else loose[0]}>out")
    return network(layers, " ".join(wires))


@slow
@given(networks(), st.data())
def test_a_random_selection_becomes_a_block_that_computes_the_same(project, data):
    inner = [n.id for n in project.network.nodes if n.kind not in ("Input", "Output")]
    chosen = data.draw(st.sets(st.sampled_from(inner), min_size=1))
    try:
        edit = make_block(project, "main", chosen, "Part")
    except ProblemError as error:
        assert "comes back" in error.message
        return
    after = applied(project, edit)
    assert len(after.network.nodes) == len(project.network.nodes) - len(chosen) + 1
    assert_computes_the_same(project, after)
    (use,) = uses_of(after, "Part")
    dissolved = applied(after, dissolve(after, "main", use.node_id, remove_definition=True))
    assert len(dissolved.networks) == 1
    assert {n.name for n in dissolved.network.nodes} == {n.name for n in project.network.nodes}
    assert_computes_the_same(project, dissolved)


@slow
@given(networks())
def test_folding_what_can_be_folded_computes_the_same(project):
    try:
        edit = fold_repeats(project, "main")
    except ProblemError as error:
        assert "no row of equal layers" in error.message
        return
    assert_computes_the_same(project, applied(project, edit))


def test_a_selection_that_a_path_leaves_and_enters_again_is_refused():
    project = chain(("ReLU", "a"), ("ReLU", "b"), ("ReLU", "c"))
    with pytest.raises(ProblemError, match="through 'b' and comes back"):
        make_block(project, "main", ["a", "c"], "Part")
    with pytest.raises(ProblemError, match="network's own Input"):
        make_block(project, "main", ["image", "a"], "Part")
    with pytest.raises(ProblemError, match="already has a block named 'main'"):
        make_block(project, "main", ["a"], "main")


def test_shared_weights_are_not_parted():
    project = network(
        [("Input", "x", {"shape": [4, 6, 6]}), ("Conv2d", "a", {"out_channels": 4}),
         ("Conv2d", "b", {"out_channels": 4}), ("Output", "y")],
        "x>a a>b b>y", shares={"b": "a"},
    )  # fmt: skip
    with pytest.raises(ProblemError, match="uses the weights of 'a'"):
        make_block(project, "main", ["a"], "Part")
    assert_computes_the_same(
        project, applied(project, make_block(project, "main", ["a", "b"], "P"))
    )


def test_a_block_made_inside_of_a_block_takes_the_parameters_that_it_reads():
    project = resnet((2, 2))
    inner = ["conv1", "bn1", "relu1", "conv2"]
    after = applied(project, make_block(project, "Bottleneck", inner, "Head"))
    made = after.block("Head")
    assert {p.name: p.default for p in made.parameters} == {"width": 64, "stride": 1}
    node = next(n for n in after.block("Bottleneck").nodes if n.block == "Head")
    assert node.parameters == {"width": "=width", "stride": "=stride"}
    assert_computes_the_same(project, after)
    again = applied(after, dissolve(after, "Bottleneck", node.id, remove_definition=True))
    assert again.block("Bottleneck").find("conv2").parameters["stride"] == ["=stride", "=stride"]
    assert_computes_the_same(project, again)


def test_what_reads_the_channels_keeps_its_meaning_in_a_block_further_in():
    project = resnet((2, 2))
    inner = ["downsample", "bn"]
    after = applied(project, make_block(project, "Bottleneck", inner, "Shortcut"))
    node = next(n for n in after.block("Bottleneck").nodes if n.block == "Shortcut")
    assert node.parameters["outer_in_channels"] == "=in_channels"
    assert_computes_the_same(project, after)


def test_dissolving_works_expressions_out_copy_by_copy():
    project = resnet((3, 2))
    for name in ("first0", "rest0", "first1", "rest1"):
        before = project
        project = applied(project, dissolve(project, "main", name))
        assert_computes_the_same(before, project)
    names = {node.name for node in project.network.nodes}
    assert "downsample" in names and "rest0_1_conv3" in names
    assert not any("rest0" in name and "downsample" in name for name in names), "bypassed"
    assert all(node.block is None for node in project.network.nodes)
    assert project.block("Bottleneck") is not None, "the definition is kept unless asked"
    assert project.network.find("rest1_0_conv3").parameters["out_channels"] == 512


def test_a_flat_resnet_folds_back():
    project = resnet((4, 3))
    flat = project
    for name in ("first0", "rest0", "first1", "rest1"):
        flat = applied(flat, dissolve(flat, "main", name, remove_definition=True))
    assert len(flat.networks) == 1
    folded = applied(flat, fold_repeats(flat, "main"))
    assert_computes_the_same(flat, folded)
    repeats = [n.parameters["repeat"] for n in folded.network.nodes if n.block]
    assert sorted(repeats) == [2, 3]
    kinds = {n.kind for n in folded.network.nodes if n.block}
    assert len(kinds) == 1, "both runs are uses of one block"
    (block,) = folded.networks[1:]
    assert [p.name for p in block.parameters] == ["out_channels"]
    assert block.find("conv3").parameters["out_channels"] == "=out_channels * 4"
    assert len(folded.network.nodes) < 40 < len(flat.network.nodes)


def test_runs_that_differ_in_a_parameter_share_one_block():
    conv = lambda name, width: ("Conv2d", name, {"out_channels": width, "padding": 1})  # noqa: E731
    project = chain(
        conv("a1", 8), ("ReLU", "r1"), conv("a2", 8), ("ReLU", "r2"), ("MaxPool2d", "p"),
        conv("b1", 16), ("ReLU", "r3"), conv("b2", 16), ("ReLU", "r4"), conv("b3", 16),
        ("ReLU", "r5"),
    )  # fmt: skip
    after = applied(project, fold_repeats(project, "main"))
    (block,) = after.networks[1:]
    assert [(p.name, p.default) for p in block.parameters] == [("out_channels", 16)]
    uses = [n.parameters for n in after.network.nodes if n.block]
    assert sorted(uses, key=str) == [
        {"out_channels": 16, "repeat": 3}, {"out_channels": 8, "repeat": 2},
    ]  # fmt: skip
    assert_computes_the_same(project, after)


def test_a_row_of_equal_blocks_folds_and_unfolds():
    project = resnet((4,))
    after = applied(project, unfold(project, "main", "rest0"))
    assert sum(n.block == "Bottleneck" for n in after.network.nodes) == 4
    assert_computes_the_same(project, after)
    chosen = [n.id for n in after.network.nodes if n.name.startswith("rest0")]
    folded = applied(after, fold_repeats(after, "main", chosen))
    assert [n.parameters["repeat"] for n in folded.network.nodes if "repeat" in n.parameters] == [3]
    assert_computes_the_same(project, folded)


def test_copies_that_differ_by_their_number_are_not_unfolded():
    project = resnet((3,))
    counted = SetParameter(
        network="Bottleneck", node_id="conv2", name="dilation", value="=index + 1"
    )
    project, _ = counted.apply(project)
    with pytest.raises(ProblemError, match="differ by index"):
        unfold(project, "main", "rest0")


def test_a_bypassed_node_is_not_dissolved():
    project, _ = SetBypass(node_id="rest0", bypass=True).apply(resnet((3,)))
    with pytest.raises(ProblemError, match="is bypassed"):
        dissolve(project, "main", "rest0")


def test_a_use_made_independent_has_a_block_of_its_own():
    project = resnet((2, 2))
    after = applied(project, make_independent(project, "main", ["rest1"]))
    assert after.network.find("rest1").block == "Bottleneck2"
    assert after.block("Bottleneck2").nodes == BOTTLENECK.nodes
    assert_computes_the_same(project, after)


def test_renaming_a_parameter_takes_all_that_reads_it_along():
    project = resnet((2, 2))
    after = applied(project, rename_parameter(project, "Bottleneck", "width", "planes"))
    assert after.block("Bottleneck").find("conv3").parameters["out_channels"] == "=planes * 4"
    assert "planes == " not in str(after.network.find("rest1").parameters)
    assert after.network.find("rest1").parameters["planes"] == 128
    bypass = after.block("Bottleneck").find("downsample").bypass
    assert bypass == "=stride == 1 and in_channels == planes * 4"
    assert_computes_the_same(project, after)
