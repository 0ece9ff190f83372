"""Normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnstudio.layers.declaration import Shape, parameter
from cnnstudio.layers.kind import channels, layer

CATEGORY = "Normalisation"
ICON = "mdi6.chart-bell-curve"
FORMULA = "(x − mean) / √(variance + eps) · weight + bias"
EPS = "added to the variance, against division by zero"
AFFINE = "learns a scale and a shift for each channel"
RUNNING = "remembers averages over batches, and uses them in evaluation"
BATCH_NORM = "https://arxiv.org/abs/1502.03167"


@layer(
    "Batch normalisation {n}d", category=CATEGORY, target="torch.nn.BatchNorm{n}d", icon=ICON,
    dimensions=(2, 1, 3), common=(2, 1), ranks={1: [2, 3], 2: [4], 3: [5]},
    also_called=("bn", "batchnorm"), inferred={"num_features": channels}, formula=FORMULA,
    used_in={
        1: "After linear layers and 1d convolutions.",
        2: "After convolutions, in ResNet and most networks since.",
        3: "After 3d convolutions.",
    },
    reference=BATCH_NORM,
)  # fmt: skip
class BatchNorm:
    """Brings each channel to mean 0 and variance 1 over the batch, then scales and shifts it by
    learned numbers. Training becomes faster and steadier; in evaluation the running averages are
    used."""

    eps: float = parameter(1e-5, minimum=1e-12, advanced=True, help=EPS)
    momentum: float | None = parameter(
        0.1, minimum=0.0, maximum=1.0, advanced=True,
        help="weight of the newest batch in the running averages; empty for a plain mean",
    )  # fmt: skip
    affine: bool = parameter(True, advanced=True, title="Scale and shift", help=AFFINE)
    track_running_stats: bool = parameter(
        True, advanced=True, title="Running averages", help=RUNNING
    )


def _last_dimensions(values: dict[str, Any], shapes: Sequence[Shape]) -> list[int]:
    return list(shapes[0][-int(values["dimensions"]) :])


@layer(
    "Layer normalisation", category=CATEGORY, target="torch.nn.LayerNorm", icon=ICON,
    ranks=[2, 3, 4, 5], common=True, also_called=("ln", "layernorm"),
    inferred={"normalized_shape": _last_dimensions}, hidden=["dimensions"],
    reads={
        "dimensions": lambda m: len(m.normalized_shape),
        "bias": lambda m: m.bias is not None or not m.elementwise_affine,
    },
    formula=FORMULA, used_in="Transformers, ViT, ConvNeXt.",
    reference="https://arxiv.org/abs/1607.06450",
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
    bias: bool = parameter(
        True, advanced=True, title="Shift", help="learns a shift beside the scale"
    )


@layer(
    "Group normalisation", category=CATEGORY, target="torch.nn.GroupNorm", icon=ICON,
    ranks=[3, 4, 5], common=True, also_called=("gn", "groupnorm"),
    inferred={"num_channels": channels}, formula=FORMULA,
    used_in="Where batches are too small for batch normalisation: detection.",
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
    "Instance normalisation {n}d", category=CATEGORY, target="torch.nn.InstanceNorm{n}d", icon=ICON,
    dimensions=(2, 1, 3), also_called=("in", "instancenorm"),
    inferred={"num_features": channels}, formula=FORMULA,
    used_in={
        1: "Voice conversion.", 2: "Style transfer and image-to-image networks.",
        3: "Segmentation of scans of the body: nnU-Net.",
    },
    reference="https://arxiv.org/abs/1607.08022",
)  # fmt: skip
class InstanceNorm:
    """Brings each channel of each sample to mean 0 and variance 1 by itself."""

    eps: float = parameter(1e-5, minimum=1e-12, advanced=True, help=EPS)
    affine: bool = parameter(False, advanced=True, title="Scale and shift", help=AFFINE)
    track_running_stats: bool = parameter(
        False, advanced=True, title="Running averages", help=RUNNING
    )
    momentum: float = parameter(
        0.1, minimum=0.0, maximum=1.0, advanced=True,
        help="weight of the newest batch in the running averages",
    )  # fmt: skip


@layer(
    "Local response normalisation", category=CATEGORY, target="torch.nn.LocalResponseNorm",
    icon=ICON, ranks=[3, 4, 5], also_called=("lrn",),
    formula="x / (k + alpha/size · Σ x² over neighbouring channels)^beta",
    used_in="AlexNet and GoogLeNet.",
)  # fmt: skip
class LocalResponseNorm:
    """Lets neighbouring channels inhibit one another: a strong answer weakens those beside it."""

    size: int = parameter(5, minimum=1, headline=True, help="number of neighbouring channels")
    alpha: float = parameter(1e-4, minimum=0.0, help="strength")
    beta: float = parameter(0.75, minimum=0.0, help="exponent")
    k: float = parameter(1.0, minimum=0.0, help="added before the exponent")


@layer(
    "RMS normalisation", category=CATEGORY, target="torch.nn.RMSNorm",
    icon=ICON, ranks=[2, 3, 4, 5], also_called=("rmsnorm",),
    inferred={"normalized_shape": _last_dimensions}, hidden=["dimensions"],
    reads={"dimensions": lambda m: len(m.normalized_shape)},
    formula="x / √(mean(x²) + eps) · weight", used_in="Recent transformers.",
    reference="https://arxiv.org/abs/1910.07467",
)  # fmt: skip
class RMSNorm:
    """Divides the last dimensions of each sample by the root of their mean square."""

    dimensions: int = parameter(
        1, minimum=1, maximum=4, headline=True, help="how many of the last dimensions it spans"
    )
    eps: float | None = parameter(
        None, minimum=1e-12, advanced=True,
        help="added to the mean square; the number type's own smallest step if empty",
    )  # fmt: skip
    elementwise_affine: bool = parameter(True, advanced=True, title="Scale", help="learns a scale")


@layer(
    "Frozen batch normalisation 2d", category=CATEGORY, target="torchvision.ops.FrozenBatchNorm2d",
    icon="mdi6.snowflake", ranks=[4], also_called=("frozen bn",),
    inferred={"num_features": channels}, reads={"num_features": lambda m: m.weight.numel()},
    formula="x · weight / √(running_var + eps) + …, nothing learned",
    used_in="Detectors that start from a trained network and see few images at once.",
)  # fmt: skip
class FrozenBatchNorm2d:
    """Batch normalisation whose averages, scale and shift are fixed, as loaded with the weights."""

    eps: float = parameter(1e-5, minimum=1e-12, advanced=True, help=EPS)
