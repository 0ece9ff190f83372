"""Joining tensors and taking parts of them."""

from __future__ import annotations

from typing import Any

from cnnstudio.layers.declaration import Ints, parameter
from cnnstudio.layers.kind import layer
from cnnstudio.layers.shape import CATEGORY, DIMENSION


@layer(
    "Concatenate", category=CATEGORY, common=True, also_called=("concat", "cat", "merge"),
    target="torch.cat", icon="mdi6.set-merge", call="list", variadic=True,
    formula="channels of all inputs, one after another", used_in="DenseNet, Inception, U-Net.",
    
)  # fmt: skip
class Concatenate:
    """Puts its inputs one after another along a dimension; the other dimensions must agree."""

    dim: int = parameter(
        1, minimum=-4, maximum=4, title="Dimension", headline=True,
        help="where they are joined; 1 is channels",
    )  # fmt: skip


class Along:
    dim: int = parameter(1, minimum=-4, maximum=4, title="Dimension", help=DIMENSION)


@layer(
    "Stack", category=CATEGORY, target="torch.stack", icon="mdi6.layers-outline", call="list",
    variadic=True, formula="k inputs (N, …) → (N, k, …)",
    used_in="Several answers about one thing, before they are averaged or chosen from.",
)  # fmt: skip
class Stack:
    """Puts inputs of one shape side by side along a new dimension."""

    dim: int = parameter(
        1, minimum=-4, maximum=4, title="Dimension", headline=True, help="where the new one stands"
    )


def _parts(values: dict[str, Any]) -> int:
    return len(values["split_size_or_sections"])


@layer(
    "Split", category=CATEGORY, target="torch.split", icon="mdi6.call-split", call="function",
    outputs=("part",), outputs_from=_parts, common=True,
    inferred={"split_size_or_sections": lambda values, _: list(values["split_size_or_sections"])},
    formula="(N, a + b, …) → (N, a, …), (N, b, …)",
    used_in="Branches that each take some of the channels: ShuffleNet, CSPNet.",
    examples=[[(12,)], [(12, 16)]],
)  # fmt: skip
class Split(Along):
    """Cuts its input into parts of given sizes along a dimension; each is an output of its own."""

    split_size_or_sections: Ints = parameter(
        (6, 6),
        minimum=1,
        title="Sizes",
        headline=True,
        help="of the parts; they add up to the whole",
    )


@layer(
    "Chunk", category=CATEGORY, target="torch.chunk", icon="mdi6.content-cut", call="function",
    outputs=("part",), outputs_from=lambda values: int(values["chunks"]), common=True,
    formula="(N, k·a, …) → k times (N, a, …)",
    used_in="Halves for a gate; query, key and value from one linear layer.",
    examples=[[(12,)], [(12, 16)]],
)  # fmt: skip
class Chunk(Along):
    """Cuts its input into equal parts along a dimension; each is an output of its own."""

    chunks: int = parameter(
        2,
        minimum=1,
        maximum=64,
        title="Parts",
        headline=True,
        help="how many; must divide the size",
    )


@layer(
    "Narrow", category=CATEGORY, target="torch.narrow", icon="mdi6.crop", call="function",
    formula="length values from start on", used_in="Some of the channels, a part of a signal.",
    also_called=("crop",),
)  # fmt: skip
class Narrow(Along):
    """Keeps a number of neighbouring places along a dimension."""

    start: int = parameter(0, minimum=0, headline=True, help="the first place that is kept")
    length: int = parameter(4, minimum=1, headline=True, help="how many are kept")


@layer(
    "Slice", category=CATEGORY, target="cnnstudio.modules.selection.Slice", icon="mdi6.knife",
    also_called=("index", "stride", "subsample"), formula="x[start : stop : step]",
    used_in="Every second frame, all but the last, the edge cut off.",
    reference="https://docs.pytorch.org/docs/stable/tensor_view.html",
)  # fmt: skip
class Slice(Along):
    """Keeps places from start to before stop, every step-th, as Python's slices do. Negative
    numbers count from the end."""

    start: int | None = parameter(
        None, headline=True, help="the first place; the beginning if empty"
    )
    stop: int | None = parameter(
        None, headline=True, help="the place it stops before; the end if empty"
    )
    step: int = parameter(1, minimum=1, headline=True, help="one of so many is kept")


@layer(
    "Select", category=CATEGORY, target="torch.select", icon="mdi6.cursor-default-click-outline",
    call="function", ranks=[3, 4, 5], also_called=("index", "last step", "last hidden"),
    formula="(N, A, …) → (N, …)", used_in="The last step of a recurrent layer; the class token.",
)  # fmt: skip
class Select(Along):
    """Keeps one place along a dimension, which is gone afterwards. −1 is the last."""

    index: int = parameter(-1, headline=True, help="which place; negative ones count from the end")


@layer(
    "Pick", category=CATEGORY, target="cnnstudio.modules.selection.Pick",
    icon="mdi6.order-numeric-ascending", also_called=("index select", "gather", "reorder"),
    formula="x[:, indices]", used_in="Channels in another order: BGR from RGB.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.index_select.html",
)  # fmt: skip
class Pick(Along):
    """Keeps the listed places along a dimension, in the order of the list."""

    indices: Ints = parameter((0, 1), minimum=0, headline=True, help="the places, counted from 0")
