import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.compiler.check import check
from cnnstudio.graph import Component, Edge, Network, Node, Project
from cnnstudio.graph.settings import WeightedLoss
from cnnstudio.layers import catalogue
from cnnstudio.layers.endings import (
    GIVE_LOG_PROBABILITIES,
    PASS_ON,
    TAKE_SOFTMAX,
    WANT_LOG_PROBABILITIES,
)
from cnnstudio.training.losses import losses
from tests.compiler.drawn import chain, mended, network


def only_problem(project):
    [problem] = check(project).problems
    return problem


def test_a_linear_layer_behind_feature_maps_asks_for_a_flatten_and_the_remedy_mends_it():
    project = chain(("MaxPool2d", "pool"), ("Linear", "fc1"), shape=(32, 16, 16))
    problem = only_problem(project)
    assert problem.message == (
        "Linear 'fc1' gets 3 dimensions (32×8×8) but expects a flat vector: "
        "put a Flatten before it."
    )
    assert (problem.node, problem.node_id, problem.severity) == ("fc1", "fc1", "error")
    assert problem.fix.label == "Insert Flatten"
    assert check(mended(project, problem)).shapes["fc1"] == [10]


def test_a_linear_layer_on_channels_last_or_on_tokens_is_meant():
    permuted = chain(("Permute", "last", {"dims": [2, 3, 1]}), ("GELU", "act"), ("Linear", "fc"))
    assert check(permuted).ok
    assert check(permuted).shapes["fc"] == [32, 32, 10]
    assert check(chain(("Linear", "fc"), shape=(7, 64))).ok


@pytest.mark.parametrize(
    ("kind", "parameters", "words"),
    [
        (
            "Conv2d",
            {"kernel_size": 40, "padding": 0},
            "kernel 40×40 is larger than its input 32×32",
        ),
        ("Conv2d", {"stride": 2}, "padding 'same' needs a stride of 1, not 2×2"),
        ("Conv2d", {"groups": 5}, "3 input channels can't be split into 5 equal groups"),
        ("Conv2d", {"groups": 3}, "32 output channels can't be split into 3 equal groups"),
        ("Conv2d", {"kernel_size": "x"}, "Kernel size of Conv2d should be whole numbers, not 'x'"),
        ("MaxPool2d", {"kernel_size": 50}, "kernel 50×50 is larger than its input 32×32"),
        ("MaxPool2d", {"padding": 5}, "padding 5×5 is more than half of the window 2×2"),
        ("Conv1d", {}, "gets 3 dimensions (3×32×32) but expects a signal (channels×length)"),
        ("GroupNorm", {"num_groups": 2}, "3 input channels can't be split into 2 equal groups"),
        ("Permute", {"dims": [2, 2, 1]}, "the order 2×2×1 is none of the dimensions 1×2×3"),
    ],
)
def test_a_problem_names_the_node_and_its_remedy_mends_it(kind, parameters, words):
    project = chain((kind, "here", parameters))
    problem = only_problem(project)
    assert words in problem.message
    assert problem.node == "here"
    assert check(mended(project, problem)).ok


def test_a_kind_for_other_dimensions_is_replaced_by_its_sibling():
    project = chain(("Flatten", "flat"), ("BatchNorm2d", "norm", {"momentum": 0.2}))
    problem = only_problem(project)
    assert problem.fix.label == "Replace with BatchNorm1d"
    assert mended(project, problem).network.node("norm").kind == "BatchNorm1d"
    assert mended(project, problem).network.node("norm").parameters == {"momentum": 0.2}


def test_branches_that_do_not_fit_are_told_with_their_names():
    layers = [
        ("Input", "image", {"shape": [3, 8, 8]}),
        ("Conv2d", "wide", {"out_channels": 16}),
        ("Conv2d", "narrow", {"out_channels": 8}),
        ("Add", "total"),
        ("Output", "out"),
    ]
    wires = "image>wide image>narrow wide>total narrow>total:1 total>out"
    problem = only_problem(network(layers, wires))
    assert problem.message == (
        "Add 'total' gets 16×8×8 from 'wide' and 8×8×8 from 'narrow': they must have one shape."
    )
    assert "1×1 convolution" in problem.hint


def test_shared_weights_that_do_not_fit_are_told_with_the_owners_name():
    project = network(
        [
            ("Input", "image", {"shape": [3, 8, 8]}),
            ("Conv2d", "first", {"out_channels": 8}),
            ("Conv2d", "again"),
            ("Output", "out"),
        ],
        "image>first first>again again>out",
        shares={"again": "first"},
    )
    assert "'again' uses the weights of 'first', made for 3×8×8, but gets 8×8×8" in (
        only_problem(project).message
    )


def test_a_node_without_wires_is_a_warning_and_one_on_the_way_to_the_output_an_error():
    project = chain(("ReLU", "act"))
    loose = project.network.replace(
        nodes=(*project.network.nodes, Node(id="z", kind="ReLU", name="z"))
    )
    problem = only_problem(project.with_network(loose))
    assert (problem.node, problem.severity) == ("z", "warning")
    assert check(project.with_network(loose)).ok
    cut = project.network.replace(edges=[e for e in project.network.edges if e.target != "act"])
    report = check(project.with_network(cut))
    assert [p.message for p in report.problems if p.severity == "error"] == [
        "ReLU 'act' has no input."
    ]


def test_softmax_before_cross_entropy_is_advised_against():
    project = chain(("Flatten", "flat"), ("Linear", "fc"), ("Softmax", "soft"))
    problem = only_problem(project)
    assert (problem.node, problem.severity) == ("soft", "warning")
    assert check(mended(project, problem)).problems == []


def test_unknown_kinds_and_cycles_are_problems_and_what_is_known_stays_known():
    report = check(chain(("ReLU", "act"), ("Mystery", "odd", {"depth": 3})))
    assert report.shapes == {"image": [3, 32, 32], "act": [3, 32, 32]}
    assert report.problems[0].node == "odd"
    project = chain(("ReLU", "a"), ("ReLU", "b"))
    looped = project.network.replace(
        edges=(*project.network.edges, Edge(source="b", target="a", target_port=1))
    )
    assert {p.node for p in check(project.with_network(looped)).problems} >= {"a", "b"}


def test_cost_of_lenet_equals_the_count_by_hand():
    report = check(
        chain(
            ("Conv2d", "conv", {"out_channels": 6, "kernel_size": 5, "padding": 2}),
            ("MaxPool2d", "pool"),
            ("Flatten", "flat"),
            ("Linear", "fc", {"out_features": 10}),
            shape=(1, 28, 28),
        )
    )
    assert report.parameters == 6 * 25 + 6 + 6 * 14 * 14 * 10 + 10
    assert report.macs == 6 * 25 * 28 * 28 + 6 * 14 * 14 * 10
    assert report.nodes["pool"].activation_bytes == 6 * 14 * 14 * 4
    assert report.nodes["flat"].activation_bytes == 0  # a view


def test_an_edit_in_a_network_of_200_nodes_is_checked_within_50_ms():
    def grown(width):
        row = []
        for block in range(66):
            row += [
                ("Conv2d", f"conv{block}", {"out_channels": width if block == 30 else 16}),
                ("BatchNorm2d", f"norm{block}"),
                ("ReLU", f"act{block}"),
            ]
        return chain(*row)

    check(grown(16))
    started = time.perf_counter()
    assert check(grown(24)).ok
    assert time.perf_counter() - started < 0.25  # benchmarks/edit_to_shapes.py measures it


names = st.sampled_from(["a", "b", "c", "d", "e", "1bad", "self", "x y"])
nodes = st.lists(
    st.builds(
        lambda kind, id, name, parameters: Node(id=id, kind=kind, name=name, parameters=parameters),
        st.sampled_from([*catalogue, "Unknown"]),
        st.sampled_from([f"n{i}" for i in range(8)]),
        names,
        st.dictionaries(
            st.sampled_from(["kernel_size", "out_channels", "shape", "dim", "padding", "groups"]),
            st.one_of(
                st.integers(-3, 9),
                st.none(),
                st.booleans(),
                st.text(max_size=3),
                st.lists(st.integers(-2, 5), max_size=4),
            ),
            max_size=3,
        ),
    ),
    max_size=8,
    unique_by=lambda node: node.id,
)
edges = st.lists(
    st.builds(
        Edge,
        source=st.sampled_from([f"n{i}" for i in range(8)]),
        target=st.sampled_from([f"n{i}" for i in range(8)]),
        source_port=st.integers(0, 1),
        target_port=st.integers(0, 3),
    ),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(nodes, edges)
def test_no_graph_makes_the_check_raise(nodes, edges):
    project = Project(networks=(Network(nodes=tuple(nodes), edges=tuple(edges)),))
    report = check(project)
    known = {node.id for node in nodes}
    assert all(problem.message for problem in report.problems)
    assert all(p.node_id in known for p in report.problems if p.node_id is not None)
    for problem in report.problems:
        if problem.fix is not None:
            mended(project, problem)


def with_loss(project, kind, **training):
    chosen = {"loss": Component(kind=kind), **training}
    return project.model_copy(update={"training": project.training.model_copy(update=chosen)})


def test_a_loss_that_compares_probabilities_or_margins_is_content_with_softmax():
    assert check(with_loss(chain(("Softmax", "soft", {})), "MSELoss")).problems == []


@pytest.mark.parametrize("end", [("Linear", "fc"), ("Softmax", "soft"), ("Flatten", "flat2")])
def test_a_loss_of_log_probabilities_asks_for_a_log_softmax_and_the_remedy_adds_it(end):
    project = with_loss(chain(("Flatten", "flat"), ("Linear", "fc1"), end), "NLLLoss")
    problem = only_problem(project)
    assert "takes log-probabilities" in problem.message
    assert (problem.node, problem.severity) == (end[1], "warning")
    assert "LogSoftmax, or choose CrossEntropyLoss" in problem.hint
    report = check(mended(project, problem))
    assert report.problems == []


def test_log_softmax_may_be_followed_by_what_passes_numbers_on():
    layers = ("Flatten", "flat"), ("Linear", "fc"), ("LogSoftmax", "log"), ("Identity", "same")
    assert check(with_loss(chain(*layers), "NLLLoss")).problems == []


def test_an_added_loss_of_log_probabilities_asks_for_them_too():
    project = chain(("Flatten", "flat"), ("Linear", "fc"))
    added = (WeightedLoss(kind="NLLLoss", weight=0.5),)
    problem = only_problem(with_loss(project, "MSELoss", added_losses=added))
    assert "negative log-likelihood" in problem.message


def test_what_is_said_of_losses_is_said_of_losses_that_there_are():
    assert {*TAKE_SOFTMAX, *WANT_LOG_PROBABILITIES} <= set(losses)
    assert set(catalogue) >= (GIVE_LOG_PROBABILITIES | PASS_ON)


def test_an_input_without_a_shape_is_a_problem():
    problem = only_problem(chain(("ReLU", "act"), shape=()))
    assert "should have at least one size" in problem.message


@pytest.mark.parametrize("name", ["é", "ﬁlter", "__init__", "__class__", "self", "1st", "max"])
def test_names_that_torch_or_python_take_for_something_else_are_refused(name):
    problem = check(chain(("ReLU", name))).problems[0]
    assert "can't be a layer's name" in problem.message
    assert check(mended(chain(("ReLU", name)), problem)).ok
