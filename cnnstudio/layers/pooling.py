"""Pooling over windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnstudio.layers.declaration import Floats, Shape, Size, parameter
from cnnstudio.layers.kind import layer

CATEGORY = "Pooling"
FORMULA = "out = ⌊(in + 2·padding − kernel) / stride⌋ + 1"
CEIL = "rounds the output size up, so that no value at the edge is left out"


class Window:
    """What all poolings over windows are told."""

    kernel_size: Size = parameter(2, minimum=1, headline=True, help="{sides} of the window")
    stride: Size | None = parameter(
        None, minimum=1, help="step between windows; the window's size if empty"
    )


def stride_or_none(module: Any) -> Any:
    """A stride that is the window's size needs not be told."""
    return None if module.stride == module.kernel_size else module.stride


@layer(
    "Max pooling {n}d", category=CATEGORY, target="torch.nn.MaxPool{n}d",
    icon="mdi6.arrow-collapse", dimensions=(2, 1, 3), common=(2, 1),
    also_called=("maxpooling", "subsampling", "downsample"),
    reads={"stride": stride_or_none}, formula=FORMULA,
    used_in={
        1: "Networks for series and audio.", 2: "Between the stages of most classic networks.",
        3: "Networks for video and for scans of the body.",
    },
)  # fmt: skip
class MaxPool(Window):
    """Keeps the largest value of each window: the {map} gets smaller, the strongest answers stay,
    and small shifts of the input change little."""

    padding: Size = parameter(0, minimum=0, help="{points} added at each side")
    dilation: Size = parameter(1, minimum=1, advanced=True, help="spacing in the window")
    ceil_mode: bool = parameter(False, advanced=True, title="Round up", help=CEIL)


@layer(
    "Average pooling {n}d", category=CATEGORY, target="torch.nn.AvgPool{n}d", icon="mdi6.blur",
    dimensions=(2, 1, 3), common=(2, 1), also_called=("mean pooling", "averagepooling"),
    reads={"stride": stride_or_none}, formula=FORMULA,
    used_in={
        1: "Networks for series and audio.", 2: "LeNet; transitions of DenseNet.",
        3: "Networks for video and for scans of the body.",
    },
)  # fmt: skip
class AvgPool(Window):
    """Replaces each window with the mean of its values."""

    padding: Size = parameter(0, minimum=0, help="{points} added at each side")
    ceil_mode: bool = parameter(False, advanced=True, title="Round up", help=CEIL)
    count_include_pad: bool = parameter(
        True, advanced=True, title="Count padding", help="added zeros count in the mean"
    )


@layer(
    "Power-average pooling {n}d", category=CATEGORY, target="torch.nn.LPPool{n}d",
    icon="mdi6.exponent-box", dimensions=(2, 1, 3), also_called=("lp pooling", "l2 pooling"),
    formula="(Σ x^p)^(1/p) over each window",
    used_in="Where pooling should lie between the mean (p = 1) and the maximum (p large).",
)  # fmt: skip
class LPPool(Window):
    """Takes the p-norm of each window: the larger p is, the more the largest values count."""

    norm_type: float = parameter(
        2.0, minimum=0.1, title="Exponent", headline=True, help="the p of the norm"
    )
    ceil_mode: bool = parameter(False, advanced=True, title="Round up", help=CEIL)


def _fraction(values: dict[str, Any], _: Sequence[Shape]) -> Any:
    given = values["output_ratio"]
    return given[0] if given is not None and len(given) == 1 else given


def _one_fraction(module: Any) -> Any:
    given = module.output_ratio
    return given[0] if isinstance(given, tuple) and len(set(given)) == 1 else given


@layer(
    "Fractional max pooling {n}d", category=CATEGORY, target="torch.nn.FractionalMaxPool{n}d",
    icon="mdi6.fraction-one-half", dimensions=(2, 3),
    inferred={"output_ratio": _fraction}, reads={"output_ratio": _one_fraction},
    formula="out = ⌊in · ratio⌋",
    used_in="Many gentle poolings in one network, in place of few that halve.",
    reference="https://arxiv.org/abs/1412.6071",
)  # fmt: skip
class FractionalMaxPool:
    """Max pooling that shrinks by a factor between 1 and 2: the windows' places are drawn at
    random, anew for each batch, also in evaluation."""

    kernel_size: Size = parameter(2, minimum=1, headline=True, help="{sides} of the window")
    output_size: Size | None = parameter(
        None, minimum=1, help="{sides} of the output; in place of the ratio"
    )
    output_ratio: Floats | None = parameter(
        (0.7,), minimum=0.01, maximum=0.99, title="Ratio", headline=True,
        help="output size as a share of the input's; empty if the output size is given",
    )  # fmt: skip
