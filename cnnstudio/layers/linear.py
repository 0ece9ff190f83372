"""Fully connected layers."""

from __future__ import annotations

from cnnstudio.layers.convolution import has_bias
from cnnstudio.layers.declaration import parameter
from cnnstudio.layers.kind import features, layer

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


@layer(
    "Flatten", category=CATEGORY, target="torch.nn.Flatten", icon="mdi6.arrow-collapse-vertical",
    ranks=[2, 3, 4, 5], formula="(N, C, H, W) → (N, C·H·W)",
    used_in="Between the last feature maps and the first linear layer.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.nn.Flatten.html",
)  # fmt: skip
class Flatten:
    """Lays all values of a sample in one row."""

    start_dim: int = parameter(
        1, minimum=1, maximum=4, title="First dimension", advanced=True,
        help="the first dimension that is flattened; the batch is 0",
    )  # fmt: skip
    end_dim: int = parameter(
        -1, minimum=-4, maximum=4, title="Last dimension", advanced=True,
        help="the last dimension that is flattened",
    )  # fmt: skip


@layer(
    "Identity", category=CATEGORY, target="torch.nn.Identity", icon="mdi6.arrow-right",
    formula="x", used_in="A place to look at, or to put something later.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.nn.Identity.html",
)  # fmt: skip
class Identity:
    """Passes its input on as it is."""
