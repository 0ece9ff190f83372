"""Fully connected layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnstudio.layers.convolution import has_bias
from cnnstudio.layers.convolution_more import ACTIVATIONS, activation_of, norm_of
from cnnstudio.layers.declaration import Choice, Ints, Shape, parameter
from cnnstudio.layers.kind import features, layer, named

CATEGORY = "Linear"


@layer(
    "Linear", category=CATEGORY, target="torch.nn.Linear", icon="mdi6.vector-polyline",
    ranks=[2, 3, 4, 5], features_last=True, common=True,
    also_called=("dense", "fc", "fully connected"), inferred={"in_features": features},
    reads={"bias": has_bias}, formula="x · weightᵀ + bias",
    used_in="The classifier at the end; everywhere in transformers.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html",
)  # fmt: skip
class Linear:
    """Connects every input value with every output value: each output is a weighted sum of all
    inputs. Works on the last dimension."""

    out_features: int = parameter(
        10, minimum=1, title="Output features", headline=True, help="number of outputs"
    )
    bias: bool = parameter(True, help="adds a learned number to each output")


def _second_features(_: dict[str, Any], shapes: Sequence[Shape]) -> int:
    return shapes[1][-1]


@layer(
    "Bilinear", category=CATEGORY, target="torch.nn.Bilinear", icon="mdi6.set-merge",
    ranks=[2, 3, 4, 5], inputs=("first", "second"),
    inferred={"in1_features": features, "in2_features": _second_features},
    reads={"bias": has_bias}, formula="x₁ᵀ · weight · x₂ + bias",
    used_in="Joining two kinds of features: an image's and a question's.",
)  # fmt: skip
class Bilinear:
    """Each output is a weighted sum of all products of a value of the first input with one of the
    second. Works on the last dimension."""

    out_features: int = parameter(
        10, minimum=1, title="Output features", headline=True, help="number of outputs"
    )
    bias: bool = parameter(True, help="adds a learned number to each output")


def _linears(module: Any) -> list[Any]:
    return [part for part in module if type(part).__name__ == "Linear"]


def _bend(module: Any) -> str:
    """The activation; with a single layer there is none, and any would do."""
    found = activation_of(module)
    return "ReLU" if found == "none" else found


def _dropped(module: Any) -> float:
    return next(part.p for part in module if type(part).__name__ == "Dropout")


@layer(
    "Multilayer perceptron", category=CATEGORY, target="torchvision.ops.MLP",
    icon="mdi6.transit-connection-variant", ranks=[2, 3, 4, 5], features_last=True, common=True,
    also_called=("mlp", "feed-forward", "perceptron"),
    inferred={
        "in_channels": features, "norm_layer": named("normalisation"),
        "activation_layer": named("activation"),
    },
    hidden=["normalisation", "activation"],
    reads={
        "in_channels": lambda m: m[0].in_features,
        "hidden_channels": lambda m: [part.out_features for part in _linears(m)],
        "normalisation": norm_of, "activation": _bend, "dropout": _dropped,
        "bias": lambda m: has_bias(m[0]),
    },
    formula="linear(dropout(activation(norm(linear(x)))))",
    used_in="Between attention layers of transformers; heads of classifiers.",
)  # fmt: skip
class MLP:
    """Linear layers one after another, with an activation and dropout behind each but the last,
    which has dropout only. Works on the last dimension."""

    hidden_channels: Ints = parameter(
        (64, 10),
        minimum=1,
        title="Features",
        headline=True,
        help="of each layer; the last gives out",
    )
    normalisation: Choice = parameter(
        "none", choices=("none", "LayerNorm", "BatchNorm1d"), help="what follows each layer"
    )
    activation: Choice = parameter("ReLU", choices=ACTIVATIONS[:-1], help="what bends each layer")
    dropout: float = parameter(
        0.0, minimum=0.0, maximum=1.0, help="share of values set to zero while training"
    )
    bias: bool = parameter(True, advanced=True, help="adds a learned number to each output")
