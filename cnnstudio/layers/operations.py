"""Operations on tensors: joining, reshaping, resizing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cnnstudio.layers.declaration import Choice, Ints, Shape, parameter
from cnnstudio.layers.kind import layer

CATEGORY = "Operations"
DOCS = "https://docs.pytorch.org/docs/stable/generated/torch."


@layer(
    "Add", category=CATEGORY, common=True, also_called=("skip", "residual", "shortcut", "sum"),
    target="operator.add", icon="mdi6.plus", call="fold", variadic=True, formula="a + b + …",
    used_in="The skip connections of ResNet.", reference=DOCS + "add.html",
)  # fmt: skip
class Add:
    """Adds its inputs value by value. Their shapes must agree. As a skip connection it lets the
    gradient pass the layers between unchanged."""


@layer(
    "Multiply", category=CATEGORY, common=True, also_called=("gate", "times", "product"),
    target="operator.mul", icon="mdi6.close", call="fold", variadic=True, formula="a · b · …",
    used_in="Gates and attention: squeeze-excite.", reference=DOCS + "mul.html",
)  # fmt: skip
class Multiply:
    """Multiplies its inputs value by value; a dimension of size 1 is stretched to the other's."""


@layer(
    "Subtract", category=CATEGORY, target="operator.sub", icon="mdi6.minus", call="function",
    inputs=("from", "what"), formula="a − b", used_in="Differences of two branches.",
    reference=DOCS + "sub.html",
)  # fmt: skip
class Subtract:
    """Subtracts the second input from the first, value by value."""


@layer(
    "Concatenate", category=CATEGORY, common=True, also_called=("concat", "cat", "merge"),
    target="torch.cat", icon="mdi6.set-merge", call="list", variadic=True,
    formula="channels of all inputs, one after another", used_in="DenseNet, Inception, U-Net.",
    reference=DOCS + "cat.html",
)  # fmt: skip
class Concatenate:
    """Puts its inputs one after another along a dimension; the other dimensions must agree."""

    dim: int = parameter(
        1, minimum=-4, maximum=4, title="Dimension", headline=True,
        help="where they are joined; 1 is channels",
    )  # fmt: skip


def _batched_shape(values: dict[str, Any], shapes: Sequence[Shape]) -> tuple[int, ...]:
    wanted = list(values["shape"])
    if wanted.count(-1) == 1:
        rest = -math.prod(wanted)
        if rest > 0 and math.prod(shapes[0]) % rest == 0:
            wanted[wanted.index(-1)] = math.prod(shapes[0]) // rest
    return (-1, *wanted)


@layer(
    "Reshape", category=CATEGORY, target="torch.reshape", icon="mdi6.shape-outline",
    call="function", inferred={"shape": _batched_shape}, formula="(N, …) → (N, shape)",
    used_in="From a vector back to an image; tokens of transformers.",
    reference=DOCS + "reshape.html",
)  # fmt: skip
class Reshape:
    """Reads the same values in another shape. One size may be −1: it follows from the rest."""

    shape: Ints = parameter(
        (-1,), minimum=-1, headline=True, help="the new shape, without the batch"
    )


def _batched_dims(values: dict[str, Any], _: Sequence[Shape]) -> tuple[int, ...]:
    return (0, *values["dims"])


@layer(
    "Permute", category=CATEGORY, target="torch.permute", icon="mdi6.swap-horizontal",
    call="function", ranks=[4], inferred={"dims": _batched_dims},
    formula="dimension i of the output is dimension dims[i] of the input",
    used_in="Between layers that expect channels first and channels last.",
    reference=DOCS + "permute.html",
)  # fmt: skip
class Permute:
    """Changes the order of the dimensions; the batch stays first."""

    dims: Ints = parameter(
        (1, 2, 3), minimum=1, maximum=4, title="Dimensions", headline=True,
        help="the new order; the batch is 0 and stays",
    )  # fmt: skip


@layer(
    "Upsample", category=CATEGORY, target="torch.nn.Upsample", icon="mdi6.arrow-expand", ranks=[4],
    formula="(H, W) → (H·scale, W·scale)", used_in="Decoders, feature pyramids.",
    reference=DOCS + "nn.Upsample.html",
)  # fmt: skip
class Upsample:
    """Enlarges feature maps by repeating or interpolating values; nothing is learned."""

    scale_factor: float = parameter(
        2.0, minimum=0.01, maximum=64.0, title="Scale", headline=True, help="enlargement"
    )
    mode: Choice = parameter(
        "nearest", choices=("nearest", "bilinear", "bicubic"), headline=True,
        help="how values between are made",
    )  # fmt: skip


@layer(
    "Pixel shuffle", category=CATEGORY, target="torch.nn.PixelShuffle", icon="mdi6.view-grid-plus",
    ranks=[4], formula="(C·r², H, W) → (C, H·r, W·r)", used_in="Super-resolution.",
    reference="https://arxiv.org/abs/1609.05158",
)  # fmt: skip
class PixelShuffle:
    """Enlarges by turning channels into pixels. The number of channels must be divisible by r²."""

    upscale_factor: int = parameter(
        1, minimum=1, title="Scale", headline=True, help="enlargement r"
    )
