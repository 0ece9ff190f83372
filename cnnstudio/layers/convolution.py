"""Convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnstudio.layers.declaration import Choice, Shape, Size1, Size2, parameter
from cnnstudio.layers.kind import channels, layer

CATEGORY = "Convolution"
SIZE_FORMULA = "out = ⌊(in + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1"
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")
PADDING_HELP = "pixels added at each side; 'same' keeps the size, 'valid' adds none"


@layer(
    "Convolution 2d",
    category=CATEGORY,
    target="torch.nn.Conv2d",
    icon="mdi6.grid",
    ranks=[4],
    inferred={"in_channels": channels},
    formula=SIZE_FORMULA,
    used_in="Nearly every network for images, since LeNet.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html",
)
class Conv2d:
    """Slides learned filters over the image. At each place a filter's weights are multiplied with
    the pixels below them and summed: one number of a feature map. Each output channel has a filter
    of its own."""

    out_channels: int = parameter(
        32, minimum=1, title="Output channels", headline=True, help="number of filters"
    )
    kernel_size: Size2 = parameter(
        (3, 3), minimum=1, headline=True, help="height and width of each filter"
    )
    stride: Size2 = parameter((1, 1), minimum=1, help="step between two places of the filter")
    padding: Size2 = parameter(
        "same", minimum=0, words=("same", "valid"), headline=True, help=PADDING_HELP
    )
    dilation: Size2 = parameter(
        (1, 1), minimum=1, advanced=True, help="spacing between the filter's weights"
    )
    groups: int = parameter(
        1, minimum=1, advanced=True, help="channels are split into so many separate convolutions"
    )
    bias: bool = parameter(True, help="adds a learned number to each output channel")
    padding_mode: Choice = parameter(
        "zeros", choices=PADDING_MODES, advanced=True, help="what the added pixels hold"
    )


@layer(
    "Convolution 1d",
    category=CATEGORY,
    target="torch.nn.Conv1d",
    icon="mdi6.waveform",
    ranks=[3],
    inferred={"in_channels": channels},
    formula=SIZE_FORMULA,
    used_in="Time series and audio.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv1d.html",
)
class Conv1d:
    """Slides learned filters along a signal: the convolution for series, audio and other data with
    one direction."""

    out_channels: int = parameter(
        32, minimum=1, title="Output channels", headline=True, help="number of filters"
    )
    kernel_size: Size1 = parameter((3,), minimum=1, headline=True, help="length of each filter")
    stride: Size1 = parameter((1,), minimum=1, help="step between two places of the filter")
    padding: Size1 = parameter(
        "same", minimum=0, words=("same", "valid"), headline=True, help=PADDING_HELP
    )
    dilation: Size1 = parameter(
        (1,), minimum=1, advanced=True, help="spacing between the filter's weights"
    )
    groups: int = parameter(
        1, minimum=1, advanced=True, help="channels are split into so many separate convolutions"
    )
    bias: bool = parameter(True, help="adds a learned number to each output channel")
    padding_mode: Choice = parameter(
        "zeros", choices=PADDING_MODES, advanced=True, help="what the added values hold"
    )


def _multiplied(values: dict[str, Any], shapes: Sequence[Shape]) -> int:
    return shapes[0][0] * int(values["multiplier"])


@layer(
    "Depthwise convolution 2d",
    category=CATEGORY,
    target="torch.nn.Conv2d",
    icon="mdi6.layers-triple-outline",
    ranks=[4],
    inferred={"in_channels": channels, "out_channels": _multiplied, "groups": channels},
    hidden=["multiplier"],
    formula=SIZE_FORMULA,
    used_in="MobileNet, Xception, EfficientNet, ConvNeXt.",
    reference="https://arxiv.org/abs/1610.02357",
)
class DepthwiseConv2d:
    """A convolution in which each channel has its own filter and sees no other channel. A 1×1
    convolution after it mixes the channels: together far cheaper than one full convolution."""

    kernel_size: Size2 = parameter(
        (3, 3), minimum=1, headline=True, help="height and width of each filter"
    )
    multiplier: int = parameter(1, minimum=1, help="output channels for each input channel")
    stride: Size2 = parameter((1, 1), minimum=1, help="step between two places of the filter")
    padding: Size2 = parameter(
        "same", minimum=0, words=("same", "valid"), headline=True, help=PADDING_HELP
    )
    dilation: Size2 = parameter(
        (1, 1), minimum=1, advanced=True, help="spacing between the filter's weights"
    )
    bias: bool = parameter(True, help="adds a learned number to each output channel")


@layer(
    "Transposed convolution 2d",
    category=CATEGORY,
    target="torch.nn.ConvTranspose2d",
    icon="mdi6.arrow-expand-all",
    ranks=[4],
    inferred={"in_channels": channels},
    formula="out = (in − 1)·stride − 2·padding + dilation·(kernel − 1) + output_padding + 1",
    used_in="U-Net, FCN and generators: where a small map has to become large again.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html",
)
class ConvTranspose2d:
    """Enlarges a feature map with learned filters: each input value paints its filter, scaled, on
    the output. The gradient of a convolution, used forward."""

    out_channels: int = parameter(
        32, minimum=1, title="Output channels", headline=True, help="number of filters"
    )
    kernel_size: Size2 = parameter(
        (2, 2), minimum=1, headline=True, help="height and width of each filter"
    )
    stride: Size2 = parameter((2, 2), minimum=1, help="enlargement")
    padding: Size2 = parameter((0, 0), minimum=0, help="pixels cut from each side of the output")
    output_padding: Size2 = parameter(
        (0, 0), minimum=0, advanced=True, help="pixels added at one side; less than the stride"
    )
    groups: int = parameter(
        1, minimum=1, advanced=True, help="channels are split into so many separate convolutions"
    )
    bias: bool = parameter(True, help="adds a learned number to each output channel")
    dilation: Size2 = parameter(
        (1, 1), minimum=1, advanced=True, help="spacing between the filter's weights"
    )
