"""Convolutions of torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnstudio.layers.declaration import Choice, Shape, Size, Size2, parameter
from cnnstudio.layers.kind import channels, layer

CATEGORY = "Convolution"
SIZE_FORMULA = "out = ⌊(in + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1"
TRANSPOSED_FORMULA = (
    "out = (in − 1)·stride − 2·padding + dilation·(kernel − 1) + output_padding + 1"
)
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")
PADDING_HELP = "{points} added at each side; 'same' keeps the size, 'valid' adds none"
ICONS = {1: "mdi6.waveform", 2: "mdi6.grid", 3: "mdi6.cube-outline"}


def has_bias(module: Any) -> bool:
    """Whether a module was made with a bias: its attribute is the tensor itself, or None."""
    return module.bias is not None


@layer(
    "Convolution {n}d",
    category=CATEGORY,
    target="torch.nn.Conv{n}d",
    icon=ICONS,
    dimensions=(2, 1, 3),
    common=(2, 1),
    also_called=("convolutional", "cnn"),
    inferred={"in_channels": channels},
    reads={"bias": has_bias},
    formula=SIZE_FORMULA,
    used_in={
        1: "Time series and audio.",
        2: "Nearly every network for images, since LeNet.",
        3: "Video, and scans of the body: C3D, 3D U-Net.",
    },
)
class Conv:
    """Slides learned filters over {input}. At each place a filter's weights are multiplied with the
    {points} below them and summed: one number of a feature map. Each output channel has a filter of
    its own."""

    out_channels: int = parameter(
        32, minimum=1, title="Output channels", headline=True, help="number of filters"
    )
    kernel_size: Size = parameter(3, minimum=1, headline=True, help="{sides} of each filter")
    stride: Size = parameter(1, minimum=1, help="step between two places of the filter")
    padding: Size = parameter(
        "same", minimum=0, words=("same", "valid"), headline=True, help=PADDING_HELP
    )
    dilation: Size = parameter(
        1, minimum=1, advanced=True, help="spacing between the filter's weights"
    )
    groups: int = parameter(
        1, minimum=1, advanced=True, help="channels are split into so many separate convolutions"
    )
    bias: bool = parameter(True, help="adds a learned number to each output channel")
    padding_mode: Choice = parameter(
        "zeros", choices=PADDING_MODES, advanced=True, help="what the added {points} hold"
    )


def _multiplier(module: Any) -> int:
    """Output channels for each input channel; of a single channel none is separate."""
    if module.in_channels == 1:
        raise ValueError("a plain convolution")
    return module.out_channels // module.in_channels


def _multiplied(values: dict[str, Any], shapes: Sequence[Shape]) -> int:
    return shapes[0][0] * int(values["multiplier"])


@layer(
    "Depthwise convolution {n}d",
    category=CATEGORY,
    target="torch.nn.Conv{n}d",
    icon="mdi6.layers-triple-outline",
    dimensions=(2, 1, 3),
    common=(2,),
    also_called=("dwconv", "channelwise"),
    inferred={"in_channels": channels, "out_channels": _multiplied, "groups": channels},
    hidden=["multiplier"],
    reads={"bias": has_bias, "multiplier": _multiplier},
    formula=SIZE_FORMULA,
    used_in={
        1: "Efficient networks for audio: QuartzNet, Conv-TasNet.",
        2: "MobileNet, Xception, EfficientNet, ConvNeXt.",
        3: "Efficient networks for video: X3D.",
    },
    reference="https://arxiv.org/abs/1610.02357",
)
class DepthwiseConv:
    """A convolution in which each channel has its own filter and sees no other channel. A
    convolution of kernel 1 after it mixes the channels: together far cheaper than one full
    convolution."""

    kernel_size: Size = parameter(3, minimum=1, headline=True, help="{sides} of each filter")
    multiplier: int = parameter(1, minimum=1, help="output channels for each input channel")
    stride: Size = parameter(1, minimum=1, help="step between two places of the filter")
    padding: Size = parameter(
        "same", minimum=0, words=("same", "valid"), headline=True, help=PADDING_HELP
    )
    dilation: Size = parameter(
        1, minimum=1, advanced=True, help="spacing between the filter's weights"
    )
    bias: bool = parameter(True, help="adds a learned number to each output channel")
    padding_mode: Choice = parameter(
        "zeros", choices=PADDING_MODES, advanced=True, help="what the added {points} hold"
    )


@layer(
    "Transposed convolution {n}d",
    category=CATEGORY,
    target="torch.nn.ConvTranspose{n}d",
    icon="mdi6.arrow-expand-all",
    dimensions=(2, 1, 3),
    common=(2,),
    also_called=("deconv", "deconvolution", "upconv"),
    inferred={"in_channels": channels},
    reads={"bias": has_bias},
    formula=TRANSPOSED_FORMULA,
    used_in={
        1: "Generators of audio: WaveGAN, HiFi-GAN.",
        2: "U-Net, FCN and generators: where a small map has to become large again.",
        3: "3D U-Net, V-Net.",
    },
)
class ConvTranspose:
    """Enlarges a feature map with learned filters: each input value paints its filter, scaled, on
    the output. The gradient of a convolution, used forward."""

    out_channels: int = parameter(
        32, minimum=1, title="Output channels", headline=True, help="number of filters"
    )
    kernel_size: Size = parameter(2, minimum=1, headline=True, help="{sides} of each filter")
    stride: Size = parameter(2, minimum=1, help="enlargement")
    padding: Size = parameter(0, minimum=0, help="{points} cut from each side of the output")
    output_padding: Size = parameter(
        0, minimum=0, advanced=True, help="{points} added at one side; less than the stride"
    )
    groups: int = parameter(
        1, minimum=1, advanced=True, help="channels are split into so many separate convolutions"
    )
    bias: bool = parameter(True, help="adds a learned number to each output channel")
    dilation: Size = parameter(
        1, minimum=1, advanced=True, help="spacing between the filter's weights"
    )


@layer(
    "Deformable convolution 2d",
    category=CATEGORY,
    target="torchvision.ops.DeformConv2d",
    icon="mdi6.vector-bezier",
    ranks=[4],
    inputs=("input", "offset"),
    inferred={"in_channels": channels},
    reads={"bias": has_bias},
    formula="y(p) = Σ wₖ · x(p + pₖ + Δpₖ)",
    used_in="Detection and segmentation of things without a fixed shape: DCN, Deformable DETR.",
    reference="https://arxiv.org/abs/1703.06211",
    examples=[[(12, 16, 16), (18, 16, 16)]],
)
class DeformConv2d:
    """A convolution whose filter taps are moved by offsets that the network computes itself: the
    second input, usually from a Conv2d with 2 · kernel height · kernel width channels and an output
    of this layer's size."""

    out_channels: int = parameter(
        32, minimum=1, title="Output channels", headline=True, help="number of filters"
    )
    kernel_size: Size2 = parameter(
        (3, 3), minimum=1, headline=True, help="height and width of each filter"
    )
    stride: Size2 = parameter((1, 1), minimum=1, help="step between two places of the filter")
    padding: Size2 = parameter((1, 1), minimum=0, headline=True, help="pixels added at each side")
    dilation: Size2 = parameter(
        (1, 1), minimum=1, advanced=True, help="spacing between the filter's weights"
    )
    groups: int = parameter(
        1, minimum=1, advanced=True, help="channels are split into so many separate convolutions"
    )
    bias: bool = parameter(True, help="adds a learned number to each output channel")


@layer(
    "Unfold",
    category=CATEGORY,
    target="torch.nn.Unfold",
    icon="mdi6.view-grid-outline",
    ranks=[4],
    also_called=("im2col", "patches"),
    formula="(N, C, H, W) → (N, C·kernel height·kernel width, places)",
    used_in="Patches as vectors: local attention, a convolution written as a matrix product.",
)
class Unfold:
    """Cuts the image into windows, each laid out as one column of numbers."""

    kernel_size: Size2 = parameter(
        (3, 3), minimum=1, headline=True, help="height and width of the window"
    )
    stride: Size2 = parameter((1, 1), minimum=1, help="step between two windows")
    padding: Size2 = parameter((0, 0), minimum=0, help="pixels added at each side")
    dilation: Size2 = parameter((1, 1), minimum=1, advanced=True, help="spacing in the window")


@layer(
    "Fold",
    category=CATEGORY,
    target="torch.nn.Fold",
    icon="mdi6.puzzle-outline",
    ranks=[3],
    also_called=("col2im",),
    formula="(N, C·kernel height·kernel width, places) → (N, C, H, W)",
    used_in="Patches put together to an image again, overlaps added.",
    examples=[[(12, 64)]],
)
class Fold:
    """Puts windows back to an image: the reverse of Unfold, where they overlap they are summed."""

    output_size: Size2 = parameter(
        (16, 16), minimum=1, headline=True, help="height and width of the image"
    )
    kernel_size: Size2 = parameter(
        (2, 2), minimum=1, headline=True, help="height and width of the window"
    )
    stride: Size2 = parameter((2, 2), minimum=1, help="step between two windows")
    padding: Size2 = parameter((0, 0), minimum=0, help="pixels that were added at each side")
    dilation: Size2 = parameter((1, 1), minimum=1, advanced=True, help="spacing in the window")
