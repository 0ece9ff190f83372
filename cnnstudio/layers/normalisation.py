"""Normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnstudio.layers.declaration import Shape, parameter
from cnnstudio.layers.kind import channels, layer

CATEGORY = "Normalisation"
FORMULA = "(x − mean) / √(variance + eps) · weight + bias"
EPS = "added to the variance, against division by zero"
AFFINE = "learns a scale and a shift for each channel"


@layer(
    "Batch normalisation 2d", category=CATEGORY, target="torch.nn.BatchNorm2d",
    icon="mdi6.chart-bell-curve", ranks=[4], inferred={"num_features": channels}, formula=FORMULA,
    used_in="After convolutions, in ResNet and most networks since.",
    reference="https://arxiv.org/abs/1502.03167",
)  # fmt: skip
class BatchNorm2d:
    """Brings each channel to mean 0 and variance 1 over the batch, then scales and shifts it by
    learned numbers. Training becomes faster and steadier; in evaluation the running averages are
    used."""

    eps: float = parameter(1e-5, minimum=1e-12, advanced=True, help=EPS)
    momentum: float | None = parameter(
        0.1, minimum=0.0, maximum=1.0, advanced=True,
        help="weight of the newest batch in the running averages; empty for a plain mean",
    )  # fmt: skip
    affine: bool = parameter(True, advanced=True, title="Scale and shift", help=AFFINE)


@layer(
    "Batch normalisation 1d", category=CATEGORY, target="torch.nn.BatchNorm1d",
    icon="mdi6.chart-bell-curve", ranks=[2, 3], inferred={"num_features": channels},
    formula=FORMULA, used_in="After linear layers and 1d convolutions.",
    reference="https://arxiv.org/abs/1502.03167",
)  # fmt: skip
class BatchNorm1d:
    """Brings each feature, or each channel of a signal, to mean 0 and variance 1 over the batch."""

    eps: float = parameter(1e-5, minimum=1e-12, advanced=True, help=EPS)
    momentum: float | None = parameter(
        0.1, minimum=0.0, maximum=1.0, advanced=True,
        help="weight of the newest batch in the running averages; empty for a plain mean",
    )  # fmt: skip
    affine: bool = parameter(True, advanced=True, title="Scale and shift", help=AFFINE)


def _last_dimensions(values: dict[str, Any], shapes: Sequence[Shape]) -> list[int]:
    return list(shapes[0][-int(values["dimensions"]) :])


@layer(
    "Layer normalisation", category=CATEGORY, target="torch.nn.LayerNorm",
    icon="mdi6.chart-bell-curve", ranks=[2, 3, 4, 5],
    inferred={"normalized_shape": _last_dimensions}, hidden=["dimensions"], formula=FORMULA,
    used_in="Transformers, ViT, ConvNeXt.", reference="https://arxiv.org/abs/1607.06450",
)  # fmt: skip
class LayerNorm:
    """Brings each sample's last dimensions to mean 0 and variance 1, whatever the batch holds."""

    dimensions: int = parameter(
        1, minimum=1, maximum=4, headline=True, help="how many of the last dimensions it spans"
    )
    eps: float = parameter(1e-5, minimum=1e-12, advanced=True, help=EPS)
    elementwise_affine: bool = parameter(
        True, advanced=True, title="Scale and shift", help="learns a scale and a shift"
    )


@layer(
    "Group normalisation", category=CATEGORY, target="torch.nn.GroupNorm",
    icon="mdi6.chart-bell-curve", ranks=[3, 4, 5], inferred={"num_channels": channels},
    formula=FORMULA, used_in="Where batches are too small for batch normalisation: detection.",
    reference="https://arxiv.org/abs/1803.08494",
)  # fmt: skip
class GroupNorm:
    """Brings groups of channels to mean 0 and variance 1 within each sample."""

    num_groups: int = parameter(
        1, minimum=1, title="Groups", headline=True, help="must divide the number of channels"
    )
    eps: float = parameter(1e-5, minimum=1e-12, advanced=True, help=EPS)
    affine: bool = parameter(True, advanced=True, title="Scale and shift", help=AFFINE)


@layer(
    "Instance normalisation 2d", category=CATEGORY, target="torch.nn.InstanceNorm2d",
    icon="mdi6.chart-bell-curve", ranks=[4], inferred={"num_features": channels}, formula=FORMULA,
    used_in="Style transfer and image-to-image networks.",
    reference="https://arxiv.org/abs/1607.08022",
)  # fmt: skip
class InstanceNorm2d:
    """Brings each channel of each image to mean 0 and variance 1 by itself."""

    eps: float = parameter(1e-5, minimum=1e-12, advanced=True, help=EPS)
    affine: bool = parameter(False, advanced=True, title="Scale and shift", help=AFFINE)


@layer(
    "Local response normalisation", category=CATEGORY, target="torch.nn.LocalResponseNorm",
    icon="mdi6.chart-bell-curve", ranks=[3, 4, 5],
    formula="x / (k + alpha/size · Σ x² over neighbouring channels)^beta",
    used_in="AlexNet and GoogLeNet.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.nn.LocalResponseNorm.html",
)  # fmt: skip
class LocalResponseNorm:
    """Lets neighbouring channels inhibit one another: a strong answer weakens those beside it."""

    size: int = parameter(5, minimum=1, headline=True, help="number of neighbouring channels")
    alpha: float = parameter(1e-4, minimum=0.0, help="strength")
    beta: float = parameter(0.75, minimum=0.0, help="exponent")
    k: float = parameter(1.0, minimum=0.0, help="added before the exponent")
