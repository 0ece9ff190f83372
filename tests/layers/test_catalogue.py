"""Every declared kind is held to what it claims."""

from collections.abc import Mapping

import pytest
import torch

import cnnstudio as cs
from cnnstudio.compiler.check import check
from cnnstudio.graph import Edge, Network, Node, Project, dumps, loads
from cnnstudio.layers import catalogue
from tests.compiler.printing.printed import assert_formatted, defined_by
from tests.layers.cases import CASES, Case, cases_of


def outputs_of(model, inputs):
    """What a model gives, as a list of tensors. Dropping and noise draw the same each time."""
    torch.manual_seed(1)
    found = model(*inputs)
    return list(found.values()) if isinstance(found, Mapping) else [found]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_runs_forward_and_backward_on_each_rank_it_claims(case):
    kind = catalogue[case.kind]
    project = case.project()
    report = check(project)
    assert not [p for p in report.problems if "cross-entropy" not in p.message]
    model = cs.build(project)
    inputs = [values.requires_grad_() for values in case.flat(4)]
    outputs = outputs_of(model, inputs)
    assert report.parameters == sum(p.numel() for p in model.parameters())
    for output in outputs:
        assert output.shape[0] == 4
    assert list(outputs[0].shape[1:]) == report.shapes["out0"]
    tracked = [output for output in outputs if output.requires_grad]
    if kind.differentiable:
        assert outputs[0].requires_grad
    if tracked:
        sum(output.square().sum() for output in tracked).backward()
    for number, values in enumerate(inputs):
        if not kind.differentiable or number in (*kind.index_inputs, *kind.gates):
            assert values.grad is None, "it has a gradient"
        else:
            assert values.grad is not None, kind.inputs
            assert torch.isfinite(values.grad).all()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name


@pytest.mark.parametrize("case", CASES, ids=str)
def test_inputs_that_are_too_small_or_too_many_are_told_in_words(case):
    for shapes in (
        tuple((1,) * len(shape) for shape in case.shapes),
        tuple((5, 3, 7, 2)[: len(shape) + 1] for shape in case.shapes),
        tuple((2 + port, *shape[1:]) for port, shape in enumerate(case.shapes)),
    ):
        report = check(Case(case.kind, shapes).project())
        assert all(problem.message for problem in report.problems)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_its_printed_code_evaluates_to_the_same_module(case):
    project = case.project()
    model = cs.build(project).eval()
    source = cs.code(project)
    printed = defined_by(source).eval()
    assert "cnnstudio" not in source
    assert_formatted(source)
    assert {n: repr(m) for n, m in model.named_children()} == {
        n: repr(m) for n, m in printed.named_children()
    }
    printed.load_state_dict(model.state_dict())
    inputs = case.flat(3)
    for built, of_print in zip(outputs_of(model, inputs), outputs_of(printed, inputs), strict=True):
        assert torch.equal(built, of_print)


@pytest.mark.parametrize("kind", catalogue)
def test_its_parameters_survive_a_file_round_trip(kind):
    from tests.compiler.drawn import network

    defaults = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in catalogue[kind].defaults().items()
    }
    project = network([(kind, "subject", defaults)], "")
    again = loads(dumps(project))
    assert again == project
    assert catalogue[kind].validate(again.network.node("subject").parameters) == (
        catalogue[kind].validate({})
    )


@pytest.mark.parametrize("kind", catalogue.values(), ids=lambda kind: kind.kind)
def test_its_help_is_complete(kind):
    assert len(kind.doc) > 25
    assert kind.doc.endswith(".")
    assert kind.title and kind.category and kind.icon.startswith("mdi6.")
    assert kind.used_in
    assert kind.reference.startswith("https://")
    assert kind.formula or kind.call in ("input", "output"), "what does it compute?"
    texts = [kind.doc, kind.title, kind.formula, kind.used_in]
    for parameter in kind.parameters:
        assert len(parameter.help) > 5, parameter.name
        assert parameter.help[0].islower() or not parameter.help[0].isalpha(), parameter.name
        texts.append(parameter.help)
    assert not [text for text in texts if "{" in text]


@pytest.mark.parametrize("kind", [k for k in catalogue.values() if k.curve], ids=lambda k: k.kind)
def test_a_curve_is_promised_only_by_functions_of_one_value(kind):
    model = cs.build(cases_of(kind)[0].project()).eval()
    x = torch.linspace(-3, 3, 12)[None]
    swapped = x.flip(1)
    assert torch.allclose(model(x).flip(1), model(swapped), equal_nan=True)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_unpooling_puts_the_maxima_back_where_they_were(n):
    pool = Node(id="pool", kind=f"MaxPoolIndices{n}d", name="pool")
    unpool = Node(id="unpool", kind=f"MaxUnpool{n}d", name="unpool")
    image = Node(id="image", kind="Input", name="image", parameters={"shape": [3, *[8] * n]})
    wires = (
        Edge(source="image", target="pool"),
        Edge(source="pool", target="unpool"),
        Edge(source="pool", source_port=1, target="unpool", target_port=1),
        Edge(source="unpool", target="out"),
    )
    nodes = (image, pool, unpool, Node(id="out", kind="Output", name="out"))
    model = cs.build(Project(name="pools", networks=(Network(nodes=nodes, edges=wires),)))
    images = torch.rand(2, 3, *[8] * n)
    put_back = model(images)
    assert put_back.shape == images.shape
    assert (put_back > 0).sum() == images.numel() / 2**n
    assert torch.equal(put_back[put_back > 0], images[put_back > 0])
