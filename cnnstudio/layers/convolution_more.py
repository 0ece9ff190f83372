"""Convolutions made of several parts, or with something done to filters or input."""

from __future__ import annotations

from typing import Any

from cnnstudio.layers.convolution import CATEGORY, PADDING_MODES, SIZE_FORMULA, has_bias
from cnnstudio.layers.declaration import Choice, Size, Size1, Size2, parameter
from cnnstudio.layers.kind import always, channels, layer, named

ACTIVATIONS = ("ReLU", "ReLU6", "SiLU", "Hardswish", "GELU", "LeakyReLU", "ELU", "none")


class Filters:
    out_channels: int = parameter(
        32, minimum=1, title="Output channels", headline=True, help="number of filters"
    )


def part(index: int, name: str) -> Any:
    """Reads an attribute of a part of a Sequential."""
    return lambda module: getattr(module[index], name)


def norm_of(module: Any) -> str:
    names = [type(one).__name__ for one in module]
    return next((name for name in names if "Norm" in name), "none")


def activation_of(module: Any) -> str:
    names = [type(one).__name__ for one in module]
    return next((name for name in names if name in ACTIVATIONS), "none")


def _padding_or_none(module: Any) -> Any:
    conv = module[0]
    usual = tuple((k - 1) // 2 * d for k, d in zip(conv.kernel_size, conv.dilation, strict=True))
    return None if conv.padding == usual else conv.padding


@layer(
    "Convolution, norm and activation {n}d", category=CATEGORY,
    target="torchvision.ops.Conv{n}dNormActivation", icon="mdi6.layers-plus", dimensions=(2, 3),
    common=(2,), also_called=("conv bn relu", "convbnrelu", "cbr", "convblock"),
    inferred={
        "in_channels": channels, "norm_layer": named("normalisation"),
        "activation_layer": named("activation"), "inplace": always(None),
    },
    hidden=["normalisation", "activation"],
    reads={
        "in_channels": part(0, "in_channels"), "kernel_size": part(0, "kernel_size"),
        "stride": part(0, "stride"), "groups": part(0, "groups"), "dilation": part(0, "dilation"),
        "padding": _padding_or_none, "normalisation": norm_of, "activation": activation_of,
    },
    formula="activation(norm(conv(x)))", used_in="The unit of which most networks are built.",
)  # fmt: skip
class ConvNormActivation(Filters):
    """A convolution, a normalisation and an activation in one layer. Without normalisation the
    convolution has a bias. The padding keeps the size at stride 1, if none is given."""

    kernel_size: Size = parameter(3, minimum=1, headline=True, help="{sides} of each filter")
    stride: Size = parameter(1, minimum=1, help="step between two places of the filter")
    padding: Size | None = parameter(
        None, minimum=0, advanced=True, help="{points} added at each side; half a kernel if empty"
    )
    groups: int = parameter(
        1, minimum=1, advanced=True, help="channels are split into so many separate convolutions"
    )
    dilation: Size = parameter(
        1, minimum=1, advanced=True, help="spacing between the filter's weights"
    )
    normalisation: Choice = parameter(
        "BatchNorm{n}d", choices=("BatchNorm{n}d", "InstanceNorm{n}d", "none"), help="what follows"
    )
    activation: Choice = parameter("ReLU", choices=ACTIVATIONS, headline=True, help="what ends it")


@layer(
    "Depthwise-separable convolution {n}d", category=CATEGORY,
    target="cnnstudio.modules.convolution.DepthwiseSeparableConv{n}d", icon="mdi6.layers-triple",
    dimensions=(2, 1), common=(2,), also_called=("separable", "sepconv", "xception"),
    inferred={"in_channels": channels}, reads={"bias": lambda m: m.pointwise.bias is not None},
    formula="1×1 convolution(depthwise convolution(x))", used_in="Xception, MobileNet.",
    reference="https://arxiv.org/abs/1610.02357",
)  # fmt: skip
class DepthwiseSeparableConv(Filters):
    """Filters each channel by itself, then mixes the channels with a convolution of kernel 1: as
    wide a view as a full convolution at a fraction of its cost."""

    kernel_size: int = parameter(3, minimum=1, headline=True, help="{sides} of each filter; odd")
    stride: int = parameter(1, minimum=1, help="step between two places of the filter")
    dilation: int = parameter(
        1, minimum=1, advanced=True, help="spacing between the filter's weights"
    )
    bias: bool = parameter(True, help="adds a learned number to each channel of both parts")


@layer(
    "Causal convolution 1d", category=CATEGORY, target="cnnstudio.modules.convolution.CausalConv1d",
    icon="mdi6.ray-end-arrow", ranks=[3], also_called=("wavenet", "tcn"),
    inferred={"in_channels": channels}, reads={"bias": has_bias},
    formula="out at t sees t, t − dilation, … only", used_in="WaveNet, temporal networks.",
    reference="https://arxiv.org/abs/1609.03499",
)  # fmt: skip
class CausalConv1d(Filters):
    """A convolution along a signal that sees the past only; the length stays."""

    kernel_size: Size1 = parameter((3,), minimum=1, headline=True, help="length of each filter")
    stride: Size1 = parameter((1,), minimum=1, help="step between two places of the filter")
    dilation: Size1 = parameter((1,), minimum=1, headline=True, help="spacing of the weights")
    groups: int = parameter(
        1, minimum=1, advanced=True, help="channels are split into so many separate convolutions"
    )
    bias: bool = parameter(True, help="adds a learned number to each output channel")


@layer(
    "Weight-standardised convolution 2d", category=CATEGORY,
    target="cnnstudio.modules.convolution.WeightStandardizedConv2d", icon="mdi6.grid-large",
    ranks=[4], also_called=("wsconv", "stdconv", "weight standardization"),
    inferred={"in_channels": channels}, reads={"bias": has_bias}, formula=SIZE_FORMULA,
    used_in="With group normalisation, where batches are small: BiT.",
    reference="https://arxiv.org/abs/1903.10520",
)  # fmt: skip
class WeightStandardizedConv2d(Filters):
    """A convolution whose filters are brought to mean 0 and variance 1 each time they are used."""

    kernel_size: Size2 = parameter(
        (3, 3), minimum=1, headline=True, help="height and width of each filter"
    )
    stride: Size2 = parameter((1, 1), minimum=1, help="step between two places of the filter")
    padding: Size2 = parameter(
        "same", minimum=0, words=("same", "valid"), headline=True,
        help="pixels added at each side; 'same' keeps the size, 'valid' adds none",
    )  # fmt: skip
    dilation: Size2 = parameter((1, 1), minimum=1, advanced=True, help="spacing of the weights")
    groups: int = parameter(
        1, minimum=1, advanced=True, help="channels are split into so many separate convolutions"
    )
    bias: bool = parameter(True, help="adds a learned number to each output channel")
    padding_mode: Choice = parameter(
        "zeros", choices=PADDING_MODES, advanced=True, help="what the added pixels hold"
    )


@layer(
    "Coordinate convolution 2d", category=CATEGORY,
    target="cnnstudio.modules.convolution.CoordConv2d", icon="mdi6.axis-arrow", ranks=[4],
    also_called=("coordconv",), inferred={"in_channels": channels},
    reads={"bias": lambda m: m.conv.bias is not None}, formula="conv(x, row, column)",
    used_in="Where the place in the image matters: SOLO, and generators.",
    reference="https://arxiv.org/abs/1807.03247",
)  # fmt: skip
class CoordConv2d(Filters):
    """A convolution that knows where it is: each pixel's row and column, from −1 to 1, are two more
    channels of its input."""

    kernel_size: int = parameter(
        3, minimum=1, headline=True, help="height and width of each filter"
    )
    stride: int = parameter(1, minimum=1, help="step between two places of the filter")
    padding: int = parameter(1, minimum=0, help="pixels added at each side")
    bias: bool = parameter(True, help="adds a learned number to each output channel")


@layer(
    "Sinc convolution 1d", category=CATEGORY, target="cnnstudio.modules.convolution.SincConv1d",
    icon="mdi6.sine-wave", ranks=[3], also_called=("sincnet", "band-pass"),
    formula="2·f₂·sinc(2·f₂·t) − 2·f₁·sinc(2·f₁·t)", used_in="The first layer over raw audio.",
    reference="https://arxiv.org/abs/1808.00158", examples=[[(1, 256)]],
)  # fmt: skip
class SincConv1d(Filters):
    """Filters of which only the two cut-off frequencies are learned: band-passes, which can be read
    as such afterwards. Takes one channel of audio."""

    kernel_size: int = parameter(101, minimum=3, headline=True, help="length of each filter; odd")
    stride: int = parameter(1, minimum=1, help="step between two places of the filter")
    sample_rate: float = parameter(16000.0, minimum=1.0, help="samples a second of the audio")
