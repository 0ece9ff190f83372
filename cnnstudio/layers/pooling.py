"""Pooling."""

from __future__ import annotations

from cnnstudio.layers.declaration import Size1, Size2, parameter
from cnnstudio.layers.kind import layer

CATEGORY = "Pooling"
DOCS = "https://docs.pytorch.org/docs/stable/generated/torch.nn."
FORMULA = "out = ⌊(in + 2·padding − kernel) / stride⌋ + 1"
CEIL = "rounds the output size up, so that no pixel at the edge is left out"


@layer(
    "Max pooling 2d", category=CATEGORY, target="torch.nn.MaxPool2d", icon="mdi6.arrow-collapse",
    ranks=[4], formula=FORMULA, used_in="Between the stages of most classic networks.",
    reference=DOCS + "MaxPool2d.html",
)  # fmt: skip
class MaxPool2d:
    """Keeps the largest value of each window: the map gets smaller, the strongest answers stay, and
    small shifts of the image change little."""

    kernel_size: Size2 = parameter(
        (2, 2), minimum=1, headline=True, help="height and width of the window"
    )
    stride: Size2 | None = parameter(
        None, minimum=1, help="step between windows; the window's size if empty"
    )
    padding: Size2 = parameter((0, 0), minimum=0, help="pixels added at each side")
    dilation: Size2 = parameter((1, 1), minimum=1, advanced=True, help="spacing in the window")
    ceil_mode: bool = parameter(False, advanced=True, title="Round up", help=CEIL)


@layer(
    "Max pooling 1d", category=CATEGORY, target="torch.nn.MaxPool1d", icon="mdi6.arrow-collapse",
    ranks=[3], formula=FORMULA, used_in="Networks for series and audio.",
    reference=DOCS + "MaxPool1d.html",
)  # fmt: skip
class MaxPool1d:
    """Keeps the largest value of each window along a signal."""

    kernel_size: Size1 = parameter((2,), minimum=1, headline=True, help="length of the window")
    stride: Size1 | None = parameter(
        None, minimum=1, help="step between windows; the window's length if empty"
    )
    padding: Size1 = parameter((0,), minimum=0, help="values added at each side")
    dilation: Size1 = parameter((1,), minimum=1, advanced=True, help="spacing in the window")
    ceil_mode: bool = parameter(False, advanced=True, title="Round up", help=CEIL)


@layer(
    "Average pooling 2d", category=CATEGORY, target="torch.nn.AvgPool2d", icon="mdi6.blur",
    ranks=[4], formula=FORMULA, used_in="LeNet; transitions of DenseNet.",
    reference=DOCS + "AvgPool2d.html",
)  # fmt: skip
class AvgPool2d:
    """Replaces each window with the mean of its values."""

    kernel_size: Size2 = parameter(
        (2, 2), minimum=1, headline=True, help="height and width of the window"
    )
    stride: Size2 | None = parameter(
        None, minimum=1, help="step between windows; the window's size if empty"
    )
    padding: Size2 = parameter((0, 0), minimum=0, help="pixels added at each side")
    ceil_mode: bool = parameter(False, advanced=True, title="Round up", help=CEIL)
    count_include_pad: bool = parameter(
        True, advanced=True, title="Count padding", help="added zeros count in the mean"
    )


@layer(
    "Average pooling 1d", category=CATEGORY, target="torch.nn.AvgPool1d", icon="mdi6.blur",
    ranks=[3], formula=FORMULA, used_in="Networks for series and audio.",
    reference=DOCS + "AvgPool1d.html",
)  # fmt: skip
class AvgPool1d:
    """Replaces each window along a signal with the mean of its values."""

    kernel_size: Size1 = parameter((2,), minimum=1, headline=True, help="length of the window")
    stride: Size1 | None = parameter(
        None, minimum=1, help="step between windows; the window's length if empty"
    )
    padding: Size1 = parameter((0,), minimum=0, help="values added at each side")
    ceil_mode: bool = parameter(False, advanced=True, title="Round up", help=CEIL)
    count_include_pad: bool = parameter(
        True, advanced=True, title="Count padding", help="added zeros count in the mean"
    )


@layer(
    "Adaptive average pooling 2d", category=CATEGORY, target="torch.nn.AdaptiveAvgPool2d",
    icon="mdi6.image-size-select-small", ranks=[4],
    formula="window from ⌊i·in/out⌋ to ⌈(i + 1)·in/out⌉",
    used_in="Before the classifier of ResNet and its successors, at 1×1: global average pooling.",
    reference=DOCS + "AdaptiveAvgPool2d.html",
)  # fmt: skip
class AdaptiveAvgPool2d:
    """Averages to a fixed size, whatever the input's: 1×1 leaves one number a channel, so the
    network takes images of any size."""

    output_size: Size2 = parameter(
        (1, 1), minimum=1, headline=True, help="height and width of the output"
    )


@layer(
    "Adaptive max pooling 2d", category=CATEGORY, target="torch.nn.AdaptiveMaxPool2d",
    icon="mdi6.image-size-select-small", ranks=[4],
    formula="window from ⌊i·in/out⌋ to ⌈(i + 1)·in/out⌉",
    used_in="Before a classifier, where one strong answer anywhere should count.",
    reference=DOCS + "AdaptiveMaxPool2d.html",
)  # fmt: skip
class AdaptiveMaxPool2d:
    """Keeps the largest values at a fixed output size, whatever the input's."""

    output_size: Size2 = parameter(
        (1, 1), minimum=1, headline=True, help="height and width of the output"
    )


@layer(
    "Adaptive average pooling 1d", category=CATEGORY, target="torch.nn.AdaptiveAvgPool1d",
    icon="mdi6.image-size-select-small", ranks=[3],
    formula="window from ⌊i·in/out⌋ to ⌈(i + 1)·in/out⌉",
    used_in="Before the classifier of networks for series of any length.",
    reference=DOCS + "AdaptiveAvgPool1d.html",
)  # fmt: skip
class AdaptiveAvgPool1d:
    """Averages a signal to a fixed length, whatever the input's."""

    output_size: Size1 = parameter((1,), minimum=1, headline=True, help="length of the output")
