"""Every declared kind is held to what it claims."""

import math

import pytest
import torch

import cnnstudio as cs
from cnnstudio.compiler.check import check
from cnnstudio.graph import dumps, loads
from cnnstudio.layers import catalogue
from tests.compiler.drawn import network
from tests.compiler.test_code import defined_by

SHAPES = {2: [12], 3: [12, 16], 4: [12, 16, 16], 5: [12, 8, 8, 8]}
CASES = [
    (kind.kind, rank)
    for kind in catalogue.values()
    if kind.call not in ("input", "output")
    for rank in (kind.ranks or (2, 4))
]


def project_with(kind, rank):
    """The kind with its defaults between Input and Output."""
    shape = SHAPES[rank]
    # Behind a Reshape the last dimension is whatever one wants it to be: features.
    layers = [
        ("Input", "image", {"shape": [math.prod(shape)]}),
        ("Reshape", "shaped", {"shape": shape}),
        (kind, "subject"),
        ("Output", "out"),
    ]
    count = 2 if catalogue[kind].variadic else len(catalogue[kind].inputs)
    wires = " ".join(f"shaped>subject:{port}" for port in range(count))
    return network(layers, f"image>shaped {wires} subject>out")


@pytest.mark.parametrize(("kind", "rank"), CASES)
def test_it_runs_forward_and_backward_on_each_rank_it_claims(kind, rank):
    project = project_with(kind, rank)
    report = check(project)
    assert not [problem for problem in report.problems if "cross-entropy" not in problem.message]
    model = cs.build(project)
    images = torch.rand(4, math.prod(SHAPES[rank]), requires_grad=True)
    output = model(images)
    assert list(output.shape[1:]) == report.shapes["subject"]
    output.square().sum().backward()
    assert torch.isfinite(images.grad).all()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
    assert report.parameters == sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize(("kind", "rank"), CASES)
def test_its_printed_code_evaluates_to_the_same_module(kind, rank):
    project = project_with(kind, rank)
    model = cs.build(project).eval()
    printed = defined_by(cs.code(project)).eval()
    assert {n: repr(m) for n, m in model.named_children()} == {
        n: repr(m) for n, m in printed.named_children()
    }
    printed.load_state_dict(model.state_dict())
    images = torch.rand(3, math.prod(SHAPES[rank]))
    assert torch.equal(model(images), printed(images))


@pytest.mark.parametrize("kind", catalogue)
def test_its_parameters_survive_a_file_round_trip(kind):
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
    for parameter in kind.parameters:
        assert len(parameter.help) > 5, parameter.name
        assert parameter.help[0].islower() or not parameter.help[0].isalpha(), parameter.name


@pytest.mark.parametrize("kind", [k for k in catalogue.values() if k.curve], ids=lambda k: k.kind)
def test_a_curve_is_promised_only_by_functions_of_one_value(kind):
    model = cs.build(project_with(kind.kind, 2)).eval()
    x = torch.linspace(-3, 3, 12)[None]
    swapped = x.flip(1)
    assert torch.allclose(model(x).flip(1), model(swapped))
