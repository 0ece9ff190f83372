"""The order and shape of dimensions: the values stay what they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cnnstudio.layers.declaration import Ints, Shape, parameter
from cnnstudio.layers.kind import layer

CATEGORY = "Shape"
DIMENSION = "which one; 1 is channels, the batch is 0, −1 the last"


@layer(
    "Flatten", category=CATEGORY, target="torch.nn.Flatten", icon="mdi6.arrow-collapse-vertical",
    ranks=[2, 3, 4, 5], common=True, formula="(N, C, H, W) → (N, C·H·W)",
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


def _batched_shape(values: dict[str, Any], shapes: Sequence[Shape]) -> tuple[int, ...]:
    wanted = list(values["shape"])
    if wanted.count(-1) == 1:
        rest = -math.prod(wanted)
        if rest > 0 and math.prod(shapes[0]) % rest == 0:
            wanted[wanted.index(-1)] = math.prod(shapes[0]) // rest
    return (-1, *wanted)


@layer(
    "Reshape", common=True, also_called=("view",), category=CATEGORY, target="torch.reshape",
    icon="mdi6.shape-outline", call="function", inferred={"shape": _batched_shape},
    formula="(N, …) → (N, shape)",
    used_in="From a vector back to an image; tokens of transformers.",
)  # fmt: skip
class Reshape:
    """Reads the same values in another shape. One size may be −1: it follows from the rest."""

    shape: Ints = parameter(
        (-1,), minimum=-1, headline=True, help="the new shape, without the batch"
    )


def _batched_dims(values: dict[str, Any], _: Sequence[Shape]) -> tuple[int, ...]:
    return (0, *values["dims"])


@layer(
    "Permute", common=True, also_called=("transpose", "reorder"), category=CATEGORY,
    target="torch.permute", icon="mdi6.swap-horizontal", call="function", ranks=[4],
    inferred={"dims": _batched_dims},
    formula="dimension i of the output is dimension dims[i] of the input",
    used_in="Between layers that expect channels first and channels last.",
)  # fmt: skip
class Permute:
    """Changes the order of the dimensions; the batch stays first."""

    dims: Ints = parameter(
        (1, 2, 3), minimum=1, maximum=4, title="Dimensions", headline=True,
        help="the new order; the batch is 0 and stays",
    )  # fmt: skip


def sizes(values: dict[str, Any], _: Sequence[Shape]) -> tuple[int, ...]:
    return tuple(values["unflattened_size"])


@layer(
    "Unflatten", category=CATEGORY, target="torch.nn.Unflatten",
    icon="mdi6.arrow-expand-vertical", formula="(N, A·B, …) → (N, A, B, …)",
    inferred={"unflattened_size": sizes},
    used_in="From a vector to a map: decoders and generators.", examples=[[(12,)], [(12, 16)]],
)  # fmt: skip
class Unflatten:
    """Splits one dimension in several. One size may be −1: it follows from the rest."""

    dim: int = parameter(1, minimum=-4, maximum=4, title="Dimension", help=DIMENSION)
    unflattened_size: Ints = parameter(
        (3, -1), minimum=-1, title="Sizes", headline=True, help="the dimensions it becomes"
    )


@layer(
    "Transpose", category=CATEGORY, target="torch.transpose", icon="mdi6.swap-horizontal-bold",
    call="function", ranks=[3, 4, 5], formula="(N, A, B) → (N, B, A)",
    used_in="Between convolutions along a signal and recurrent or attention layers over it.",
)  # fmt: skip
class Transpose:
    """Swaps two dimensions; the values stay what they are."""

    dim0: int = parameter(1, minimum=-4, maximum=4, title="First", headline=True, help=DIMENSION)
    dim1: int = parameter(2, minimum=-4, maximum=4, title="Second", headline=True, help=DIMENSION)


@layer(
    "Squeeze", category=CATEGORY, target="torch.squeeze", icon="mdi6.arrow-collapse-horizontal",
    call="function", formula="(N, 1, …) → (N, …)",
    used_in="Behind a layer that leaves a dimension of size 1.", examples=[[(1, 12)], [(12, 4)]],
)  # fmt: skip
class Squeeze:
    """Takes out a dimension of size 1; one of another size stays."""

    dim: int = parameter(1, minimum=-4, maximum=4, title="Dimension", headline=True, help=DIMENSION)


@layer(
    "Unsqueeze", category=CATEGORY, target="torch.unsqueeze", icon="mdi6.arrow-expand-horizontal",
    call="function", formula="(N, …) → (N, 1, …)", also_called=("expand dims", "newaxis"),
    used_in="Before a layer that expects a channel, or to multiply every pixel by one number.",
)  # fmt: skip
class Unsqueeze:
    """Puts in a dimension of size 1."""

    dim: int = parameter(
        1, minimum=-4, maximum=4, title="Dimension", headline=True, help="where it comes to stand"
    )


@layer(
    "Map to tokens", category=CATEGORY, target="cnnstudio.modules.tokens.MapToTokens",
    icon="mdi6.dots-horizontal", ranks=[3, 4, 5], also_called=("flatten space",),
    formula="(N, C, H, W) → (N, H·W, C)", used_in="Between convolutions and transformer layers.",
    reference="https://arxiv.org/abs/2010.11929",
)  # fmt: skip
class MapToTokens:
    """Lays the places of a map in one row, each a vector of its channels: what transformer layers
    take."""


@layer(
    "Tokens to map", category=CATEGORY, target="cnnstudio.modules.tokens.TokensToMap",
    icon="mdi6.view-grid", ranks=[3], also_called=("unflatten space",),
    formula="(N, H·W, C) → (N, C, H, W)", used_in="From transformer layers back to convolutions.",
    reference="https://arxiv.org/abs/2010.11929", examples=[[(16, 12)]],
)  # fmt: skip
class TokensToMap:
    """Lays a row of tokens out as a map again: each token is a pixel, its features the channels."""

    height: int | None = parameter(
        None, minimum=1, headline=True, help="rows of the map; a square map if empty"
    )


def _with_batch(values: dict[str, Any], _: Sequence[Shape]) -> tuple[int, ...]:
    return (-1, *values["size"])


@layer(
    "Expand", category=CATEGORY, target="torch.broadcast_to", icon="mdi6.arrow-expand",
    call="function", inferred={"size": _with_batch}, also_called=("broadcast",),
    formula="a dimension of size 1 is shown many times",
    used_in="To give every pixel what is known of the whole image.",
    examples=[[(12, 1, 1)], [(1, 16, 1)]],
)  # fmt: skip
class Expand:
    """Repeats dimensions of size 1 up to a shape, without copying. −1 leaves a size as it is."""

    size: Ints = parameter(
        (-1, 16, 16), minimum=-1, headline=True, help="the new shape, without the batch"
    )


def _batch_once(values: dict[str, Any], _: Sequence[Shape]) -> tuple[int, ...]:
    return (1, *values["dims"])


@layer(
    "Tile", category=CATEGORY, target="torch.tile", icon="mdi6.view-grid-plus-outline",
    call="function", inferred={"dims": _batch_once}, also_called=("repeat",),
    formula="size i becomes size i · times i", used_in="To repeat a pattern, or a single frame.",
    examples=[[(12, 16)], [(3, 4)]],
)  # fmt: skip
class Tile:
    """Puts copies of the whole input one after another, along each dimension."""

    dims: Ints = parameter(
        (1, 2), minimum=1, title="Times", headline=True, help="for each dimension but the batch"
    )


@layer(
    "Repeat each", category=CATEGORY, target="torch.repeat_interleave",
    icon="mdi6.format-line-spacing", call="function", also_called=("repeat interleave",),
    formula="a, b → a, a, b, b", used_in="To stretch a signal without interpolation.",
)  # fmt: skip
class RepeatEach:
    """Puts each value several times, next to each other, along one dimension."""

    repeats: int = parameter(2, minimum=1, headline=True, help="how often each value comes")
    dim: int = parameter(-1, minimum=-4, maximum=4, title="Dimension", help=DIMENSION)


@layer(
    "Roll", category=CATEGORY, target="torch.roll", icon="mdi6.rotate-right", call="function",
    also_called=("shift", "cyclic"), formula="what leaves at one end comes in at the other",
    used_in="Swin's shifted windows; TSM's temporal shift.",
    examples=[[(12, 16)], [(3, 8, 8)]],
)  # fmt: skip
class Roll:
    """Shifts the values along dimensions, around the end."""

    shifts: Ints = parameter((1,), headline=True, help="by how many places, for each dimension")
    dims: Ints = parameter((-1,), minimum=-4, maximum=4, title="Dimensions", help=DIMENSION)


@layer(
    "Flip", category=CATEGORY, target="torch.flip", icon="mdi6.flip-horizontal", call="function",
    also_called=("mirror", "reverse"), formula="index i becomes size − 1 − i",
    used_in="Both directions of a series; answers averaged over mirror images.",
)  # fmt: skip
class Flip:
    """Reverses the order along dimensions."""

    dims: Ints = parameter(
        (-1,), minimum=-4, maximum=4, title="Dimensions", headline=True, help=DIMENSION
    )


@layer(
    "Rotate by quarters", category=CATEGORY, target="torch.rot90", icon="mdi6.rotate-left",
    call="function", ranks=[4, 5], also_called=("rot90",), formula="(H, W) → (W, H) for odd k",
    used_in="Networks that should not mind which way is up.",
)  # fmt: skip
class Rotate:
    """Rotates by multiples of 90°, from the first dimension towards the second."""

    k: int = parameter(1, minimum=-3, maximum=3, title="Quarters", headline=True, help="of a turn")
    dims: Ints = parameter(
        (-2, -1), minimum=-4, maximum=4, title="Dimensions", advanced=True, help="the two of them"
    )


@layer(
    "Lower triangle", category=CATEGORY, target="torch.tril", icon="mdi6.triangle-outline",
    call="function", ranks=[3, 4, 5], also_called=("tril", "causal mask"),
    formula="x where column − row ≤ diagonal, else 0", used_in="Causal attention masks.",
)  # fmt: skip
class LowerTriangle:
    """Keeps what is on and below a diagonal of the last two dimensions; the rest becomes zero."""

    diagonal: int = parameter(0, headline=True, help="0 is the main one, 1 the one above it")


@layer(
    "Upper triangle", category=CATEGORY, target="torch.triu", icon="mdi6.triangle",
    call="function", ranks=[3, 4, 5], also_called=("triu",),
    formula="x where column − row ≥ diagonal, else 0", used_in="Pairs counted once.",
)  # fmt: skip
class UpperTriangle:
    """Keeps what is on and above a diagonal of the last two dimensions; the rest becomes zero."""

    diagonal: int = parameter(0, headline=True, help="0 is the main one, 1 the one above it")
