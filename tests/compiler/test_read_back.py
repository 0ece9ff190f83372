"""A module tells with which kind and parameters it was made."""

import pytest
import torch
from torch import nn

from cnnstudio.compiler.construct import call, construct, outputs
from cnnstudio.compiler.read_back import parameters_from, read_back
from cnnstudio.layers import catalogue
from tests.layers.cases import cases_of

KINDS = [kind for kind in catalogue.values() if kind.call == "module"]
# Its parameters describe one another, so that none can be changed by itself.
WHOLE = ("TorchProgram",)
PARAMETERS = [
    (kind, parameter) for kind in KINDS for parameter in kind.parameters if kind.kind not in WHOLE
]
# What else must be set for a value to be possible.
ALONGSIDE = {
    "stride": {"padding": "valid"},
    "align_corners": {"mode": "bilinear"},
    "output_ratio": {"output_size": None},
    "output_size": {"output_ratio": None},
    "size": {"scale_factor": None},
}


REFUSALS = (ValueError, RuntimeError, AssertionError, IndexError)


def alternatives(parameter):
    """Values other than the default, the likeliest to work first."""
    default = parameter.default
    match parameter.type:
        case "bool":
            return [not default]
        case "choice":
            return [choice for choice in parameter.choices if choice != default]
        case "int":
            start = default if isinstance(default, int) else 2
            return [start + 1, start * 2, start - 1, start // 2, 2, 3, 4, 6]
        case "float":
            start = default if default is not None else 0.5
            return [start * 0.5, start + 0.25, start * 2, 0.5, 1.5]
        case "text":
            return ["nj,nk->nkj"]  # an equation, the only text there is
        case "floats":
            return [[0.6], [1.5], [0.5, 0.5], [0.5] * len(default or [1])]
    if parameter.rank:
        start = default[0] if isinstance(default, tuple) else 1
        found = [[start + step] * parameter.rank for step in (1, 0, 2, -1)]
        found.append([start + place for place in range(parameter.rank)])
        return [*found, *parameter.words]
    start = list(default) if default is not None else [4, 4]
    return [[n + 1 for n in start], [n * 2 for n in start], start[::-1], start[:1], [*start, 3]]


def values_of(kind, case, batch=2):
    shaped = [
        flat.reshape(batch, *shape)
        for flat, shape in zip(case.flat(batch), case.shapes, strict=True)
    ]
    indices = kind.reads_indices(len(shaped))
    return [
        values.long() if index else values for values, index in zip(shaped, indices, strict=True)
    ]


def run(kind, module, parameters, inputs):
    torch.manual_seed(2)
    return outputs(kind, parameters, call(kind, module.eval(), {}, inputs))


def comes_back(kind, parameters):
    """Whether a module made with `parameters` tells just these; what it tells must be as good.

    Torch may refuse parameters for the shapes of a case: false if it does so for all of them.
    """
    exact = False
    for case in cases_of(kind):
        try:
            module = construct(kind, kind.arguments(parameters, case.shapes))
        except REFUSALS:
            continue
        found = parameters_from(kind, module)
        assert found is not None
        exact |= found == {
            name: value
            for name, value in parameters.items()
            if value != plain(kind.parameter(name).default)
        }
        again = construct(kind, kind.arguments(found, case.shapes))
        assert repr(again) == repr(module)
        again.load_state_dict(module.state_dict())
        inputs = values_of(kind, case)
        try:
            before = run(kind, module, parameters, inputs)
        except REFUSALS:
            assert parameters, "the defaults fit each case"
            continue
        after = run(kind, again, found, inputs)
        assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    return exact


def plain(value):
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_a_module_made_with_the_defaults_needs_no_parameters(kind):
    assert comes_back(kind, {})


@pytest.mark.parametrize(
    ("kind", "parameter"), PARAMETERS, ids=[f"{k.kind}-{p.name}" for k, p in PARAMETERS]
)
def test_every_parameter_is_read_back_from_a_module(kind, parameter):
    others = {
        name: value
        for name, value in ALONGSIDE.get(parameter.name, {}).items()
        if name in kind.defaults() and kind.parameter(name).accepts(value)
    }
    seen = 0
    for value in alternatives(parameter):
        if value == plain(parameter.default) or not parameter.accepts(value):
            continue
        seen += comes_back(kind, {parameter.name: value, **others})
    assert seen, "no value but the default works"


@pytest.mark.parametrize(
    ("module", "kind", "parameters"),
    [
        (
            nn.Conv2d(3, 8, (5, 3), padding=2, bias=False),
            "Conv2d",
            {"out_channels": 8, "kernel_size": [5, 3], "padding": [2, 2], "bias": False},
        ),
        (nn.Conv2d(8, 16, 3, padding="same", groups=8), "DepthwiseConv2d", {"multiplier": 2}),
        (nn.Conv2d(1, 16, 3, padding="same"), "Conv2d", {"out_channels": 16}),
        (nn.ReLU(inplace=True), "ReLU", {}),
        (nn.MaxPool2d(2, stride=2), "MaxPool2d", {}),
        (nn.Linear(4, 3, bias=False), "Linear", {"out_features": 3, "bias": False}),
        (nn.LayerNorm([4, 4], bias=False), "LayerNorm", {"dimensions": 2, "bias": False}),
    ],
    ids=repr,
)
def test_a_module_of_torch_is_found_in_the_catalogue(module, kind, parameters):
    found, read = read_back(module)
    assert (found.kind, read) == (kind, parameters)


class Doubled(nn.Linear):
    def forward(self, input):
        return 2 * super().forward(input)


@pytest.mark.parametrize(
    "module",
    [
        Doubled(3, 3),
        nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 8, 3)),
        nn.Sequential(nn.ReLU()),
    ],
    ids=["subclass", "weight norm", "container"],
)
def test_what_no_kind_can_make_is_not_taken_for_one(module):
    assert read_back(module) is None


def test_a_plain_convolution_of_equally_many_channels_is_no_depthwise_one():
    kind, parameters = read_back(nn.Conv2d(16, 16, 3, padding=1))
    assert kind.kind == "Conv2d"
    assert parameters == {"out_channels": 16, "padding": [1, 1]}
    kind, _ = read_back(nn.Conv2d(16, 16, 3, padding=1, groups=16))
    assert kind.kind == "DepthwiseConv2d"
