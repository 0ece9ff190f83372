"""Pooling to a fixed size, whatever the input's."""

from __future__ import annotations

from cnnstudio.layers.declaration import Ints, Size, parameter
from cnnstudio.layers.kind import channels, layer
from cnnstudio.layers.pooling import CATEGORY

WINDOW = "window from ⌊i·in/out⌋ to ⌈(i + 1)·in/out⌉"


class Fixed:
    output_size: Size = parameter(1, minimum=1, headline=True, help="{sides} of the output")


@layer(
    "Adaptive average pooling {n}d", category=CATEGORY, target="torch.nn.AdaptiveAvgPool{n}d",
    icon="mdi6.image-size-select-small", dimensions=(2, 1, 3), common=(2, 1), formula=WINDOW,
    also_called=("global average pooling", "gap"),
    used_in={
        1: "Before the classifier of networks for series of any length.",
        2: "Before the classifier of ResNet and its successors, at 1×1: global average pooling.",
        3: "Before the classifier of networks for video.",
    },
)  # fmt: skip
class AdaptiveAvgPool(Fixed):
    """Averages to a fixed size, whatever the input's: size 1 leaves one number a channel, so the
    network takes inputs of any size."""


@layer(
    "Adaptive max pooling {n}d", category=CATEGORY, target="torch.nn.AdaptiveMaxPool{n}d",
    icon="mdi6.image-size-select-small", dimensions=(2, 1, 3), formula=WINDOW,
    also_called=("global max pooling", "gmp"),
    used_in="Before a classifier, where one strong answer anywhere should count.",
)  # fmt: skip
class AdaptiveMaxPool(Fixed):
    """Keeps the largest values at a fixed output size, whatever the input's."""


@layer(
    "Mean over space", category=CATEGORY, target="torch.mean", icon="mdi6.sigma", call="function",
    ranks=[3, 4, 5], common=True, also_called=("global average pooling", "gap", "global"),
    inferred={"dim": lambda _, shapes: tuple(range(2, len(shapes[0]) + 1))},
    formula="(N, C, H, W) → (N, C)", used_in="Global average pooling with nothing to flatten.",
)  # fmt: skip
class SpatialMean:
    """Averages each channel over all places: one number a channel."""

    keepdim: bool = parameter(
        False, title="Keep dimensions", help="keeps the averaged dimensions, with size 1"
    )


@layer(
    "Maximum over space", category=CATEGORY, target="torch.amax", icon="mdi6.arrow-up-bold-outline",
    call="function", ranks=[3, 4, 5], also_called=("global max pooling", "gmp", "global"),
    inferred={"dim": lambda _, shapes: tuple(range(2, len(shapes[0]) + 1))},
    formula="(N, C, H, W) → (N, C)", used_in="PointNet; wherever one strong answer should count.",
)  # fmt: skip
class SpatialMax:
    """Keeps the largest value of each channel over all places: one number a channel."""

    keepdim: bool = parameter(
        False, title="Keep dimensions", help="keeps the dimensions gone through, with size 1"
    )


@layer(
    "GeM pooling", category=CATEGORY, target="cnnstudio.modules.pooling.GeneralizedMeanPool",
    icon="mdi6.exponent", ranks=[3, 4, 5], also_called=("generalized mean", "generalised mean"),
    formula="(mean(x^p))^(1/p) over all places, with a learned p",
    used_in="Image retrieval.", reference="https://arxiv.org/abs/1711.02512",
)  # fmt: skip
class GeneralizedMeanPool:
    """Global pooling between the mean (p = 1) and the maximum (p large), its exponent learned.
    Values below eps count as eps."""

    p: float = parameter(
        3.0, minimum=0.1, title="First exponent", headline=True, help="p at the start"
    )
    eps: float = parameter(1e-6, minimum=1e-12, advanced=True, help="smallest value that counts")


@layer(
    "Spatial pyramid pooling", category=CATEGORY,
    target="cnnstudio.modules.pooling.SpatialPyramidPool2d", icon="mdi6.pyramid",
    ranks=[4], also_called=("spp", "sppnet"), formula="(N, C, H, W) → (N, C · Σ level²)",
    used_in="SPP-net: a fixed number of features from an image of any size.",
    reference="https://arxiv.org/abs/1406.4729",
)  # fmt: skip
class SpatialPyramidPool2d:
    """Divides the map into 1×1, 2×2, 4×4 … cells and keeps the maximum of each: a vector of fixed
    length that knows roughly where things are."""

    levels: Ints = parameter(
        (1, 2, 4), minimum=1, maximum=64, headline=True, help="cells along each side, by level"
    )


@layer(
    "Blur pooling 2d", category=CATEGORY, target="cnnstudio.modules.pooling.BlurPool2d",
    icon="mdi6.blur-linear", ranks=[4], inferred={"channels": channels},
    also_called=("antialias", "anti-aliased"),
    formula="binomial filter, then every stride-th pixel",
    used_in="In place of stride, so that a shifted image gives a shifted answer.",
    reference="https://arxiv.org/abs/1904.11486",
)  # fmt: skip
class BlurPool2d:
    """Blurs with a fixed binomial filter before it leaves pixels out, so that nothing aliases."""

    filter_size: int = parameter(
        3, minimum=1, maximum=7, headline=True, help="width of the blur in pixels"
    )
    stride: int = parameter(2, minimum=1, help="one pixel of so many stays, in both directions")


@layer(
    "Statistics pooling", category=CATEGORY, target="cnnstudio.modules.pooling.StatisticsPool",
    icon="mdi6.chart-gantt", ranks=[3, 4, 5], also_called=("x-vector", "mean and deviation"),
    formula="(N, C, …) → (N, 2·C): mean and standard deviation of each channel",
    used_in="x-vectors: speaker recognition over utterances of any length.",
    reference="https://www.danielpovey.com/files/2018_icassp_xvectors.pdf",
)  # fmt: skip
class StatisticsPool:
    """Tells of each channel its mean and its standard deviation over all places."""

    eps: float = parameter(
        1e-5, minimum=1e-12, advanced=True, help="added to the variance, so that its root is smooth"
    )
