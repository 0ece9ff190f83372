"""What is drawn of a computation: the input with its window, and the numbers or plots between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnstudio.interpret.computation.moving import Moved, Unexplained, UnexplainedAt
from cnnstudio.interpret.computation.normalising import Normalisation, NormalisationAt
from cnnstudio.interpret.computation.pointwise import Pointwise
from cnnstudio.interpret.computation.shares import Shares, SharesAt
from cnnstudio.interpret.computation.sliding import (
    Convolution,
    ConvolutionAt,
    Pooling,
    PoolingAt,
)
from cnnstudio.interpret.computation.summing import Combination, CombinationAt, LinearAt
from cnnstudio.interpret.computation.working import Computation, Position, Working
from cnnstudio.interpret.figures.colour import coloured
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.scale import levels_of, range_of
from cnnstudio.ui.inspect.steps.board import Grid
from cnnstudio.ui.inspect.steps.lattice import Cells, Margins
from cnnstudio.ui.inspect.steps.terms import Term


@dataclass(frozen=True, eq=False)
class Given:
    """The input's maps (n, h, w), one of them looked at; `names` are written of them."""

    maps: np.ndarray
    names: tuple[str, ...]
    current: int
    window: Cells | None = None
    mark: tuple[int, int] | None = None
    margins: Margins = (0, 0, 0, 0)


def given(working: Working, told: Computation, channel: int) -> Given | None:
    """What to show of the input. None of a layer that is given a vector."""
    position = told.position
    match working, told:
        case (Convolution(), ConvolutionAt()) | (Pooling(), PoolingAt()):
            return _under_window(working, told, channel)
        case (Pointwise() | Normalisation(), _):
            return _same_place(working.input[None], (f"channel {working.unit}",), 0, position)
        case Combination(), _:
            maps = np.stack([np.broadcast_to(m, working.output.shape) for m in working.operands])
            current = min(channel, len(maps) - 1)
            return _same_place(maps, working.names, current, position)
        case Shares(), _:
            names = tuple(f"channel {i}" for i in range(len(working.input)))
            return _same_place(working.input, names, working.unit, position)
        case Moved(), _:
            return _at_source(working, position)
        case Unexplained(), _ if working.input is not None and working.input.ndim in (2, 3):
            current = min(working.unit, len(working.input) - 1)
            names = tuple(f"channel {i}" for i in range(len(working.input)))
            maps = np.stack([np.atleast_2d(part) for part in working.input])
            same = isinstance(told, UnexplainedAt) and told.input is not None
            return Given(maps, names, current, mark=cell_of(position) if same else None)
    return None


def grids(working: Working, told: Computation, channel: int) -> list[Grid]:
    """The numbers of a window: of a convolution times its weights; of a pooling what is taken."""
    if isinstance(told, ConvolutionAt) and isinstance(working, Convolution):
        if not told.products[0].size:
            return []
        weights = float(np.abs(working.weight).max()) or 1.0
        products = float(np.abs(told.products).max()) or 1.0
        within = range_of(working.input[channel])
        padded = _flat(told.padded)
        return [
            _grid("input", told.values[channel], within, padded=padded),
            _grid("weights", told.weights[channel], (-weights, weights), "×"),
            _grid("products", told.products[channel], (-products, products), "="),
        ]
    if isinstance(told, PoolingAt) and isinstance(working, Pooling):
        within = range_of(working.input)
        mark = None
        if told.winner is not None:
            mark = _flat_index(told.winner, told.values.shape)
        names = {"max": "largest", "min": "smallest", "average": "mean", "power": "norm"}
        result = np.array([[told.value]])
        return [
            _grid("window", told.values, within, padded=_flat(told.padded), mark=mark),
            _grid(names[working.method], result, within, "→"),
        ]
    return []


def terms(
    told: Computation, room: int, names: Sequence[str] = (), origin: str = "input"
) -> tuple[list[str], list[Term]]:
    """Titles and rows: the largest, as many as there is room for, then what the others come to.
    `origin` is the node whose values a linear layer takes."""
    if isinstance(told, LinearAt):
        order = np.argsort(-np.abs(told.products), kind="stable")
        shown = order if len(order) <= room - 1 else order[: room - 2]
        rows = [
            Term(f"{origin} {i}", _texts(told.values[i], told.weights[i], told.products[i]),
                 float(told.products[i]))
            for i in shown
        ]  # fmt: skip
        if len(shown) < len(order):
            rest = float(told.products.sum() - told.products[shown].sum())
            rows.append(
                Term(f"{len(order) - len(shown)} others", ("", "", number_text(rest)), rest)
            )
        if told.bias is not None:
            rows.append(Term("bias", ("", "", number_text(told.bias)), told.bias))
        return ["Input", "value", "weight", "product", ""], rows
    if isinstance(told, SharesAt):
        order = np.argsort(-told.shares, kind="stable")
        shown = [int(i) for i in order[:room]]
        if told.index not in shown:
            shown[-1] = told.index
        return ["Unit", "x", "e^(x − largest)", "share", ""], [
            Term(
                (names[i] if names else "") or f"unit {i}",
                _texts(told.values[i], told.exponentials[i], told.shares[i]),
                float(told.shares[i]), i == told.index,
            )
            for i in shown
        ]  # fmt: skip
    if isinstance(told, CombinationAt):
        rows = [
            Term(name, _texts(value), float(value))
            for name, value in zip(told.names, told.values, strict=True)
        ]
        rows.append(Term(told.operation, _texts(told.value), told.value, strong=True))
        return ["Input", "value", ""], rows
    return [], []


def strongest(told: Computation) -> int:
    """The index of the input channel that adds most, of a convolution."""
    return int(np.abs(told.sums).argmax()) if isinstance(told, ConvolutionAt) else 0


def spread_of(told: NormalisationAt) -> tuple[float, float]:
    """One standard deviation to each side of the mean."""
    deviation = float(np.sqrt(told.variance + told.eps))
    return told.mean - deviation, told.mean + deviation


def plane(values: np.ndarray, position: Position) -> np.ndarray:
    """(h, w) of a map (…): a series is one pixel high; of a volume the slice at this position."""
    return np.atleast_2d(values if values.ndim <= 2 else values[position[:-2]])


def cell_of(position: Position) -> tuple[int, int]:
    """(row, column) in the plane."""
    row, column = (0, 0, *position)[-2:]
    return row, column


def position_of(row: int, column: int, shape: tuple[int, ...], now: Position) -> Position:
    """The position in a map of this shape of a pixel of its plane."""
    if not shape:
        return ()
    if len(shape) == 1:
        return (min(column, shape[0] - 1),)
    place = min(row, shape[-2] - 1), min(column, shape[-1] - 1)
    return (*now[: len(shape) - 2], *place)


def nearest(working: Working, now: Position, row: int, column: int) -> Position | None:
    """The place of the output that a pixel of the input is most about."""
    shape = working.output.shape
    if isinstance(working, Convolution | Pooling):
        if not shape:
            return ()
        places = (row, column)[-min(2, len(shape)) :]
        near = [axis.nearest(at) for axis, at in zip(working.axes[-len(places) :], places,
                                                     strict=True)]  # fmt: skip
        return (*now[: len(shape) - len(near)], *near)
    if isinstance(working, Moved):
        origin = working.origin(now)
        if origin is None:
            return None
        index, source = origin
        input = working.inputs[index]
        target = (*source[:-2], row, column) if input.ndim > 2 else (*source[:-1], column)
        if not all(0 <= at < size for at, size in zip(target, input.shape, strict=True)):
            return None
        number = int(np.ravel_multi_index(target, input.shape))
        number += sum(other.size for other in working.inputs[:index])
        there = np.argwhere(working.sources == number)
        return tuple(int(i) for i in there[0]) if len(there) else None
    if row < 0 or column < 0 or not shape:
        return None
    return position_of(row, column, shape, now)


def _under_window(working: Any, told: Any, channel: int) -> Given | None:
    if not working.input.shape[1:]:
        return None
    lead = tuple(
        int(np.clip(places[len(places) // 2] if len(places) else 0, 0, axis.size - 1))
        for places, axis in zip(told.places[:-2], working.axes[:-2], strict=True)
    )
    maps = np.stack([np.atleast_2d(part[lead]) for part in working.input])
    count = len(maps)
    channel = min(channel, count - 1)
    names = tuple(f"channel {working.first + i}" for i in range(count))
    corners = told.window.corners[-2:]
    window = None
    if corners and all(len(places) for places in told.places):
        (top, bottom), (left, right) = ((0, 0), *corners)[-2:]
        window = (top, left, bottom, right)
    around = [axis.margins for axis in working.axes][-2:]
    (above, below), (before, after) = ((0, 0), *around)[-2:]
    mark = None
    if isinstance(told, PoolingAt) and told.winner is not None:
        at = tuple(int(places[i]) for places, i in zip(told.places, told.winner, strict=True))
        mark = cell_of(at)
    return Given(maps, names, channel, window, mark, (above, below, before, after))


def _same_place(
    maps: np.ndarray, names: tuple[str, ...], current: int, position: Position
) -> Given | None:
    """Maps that are looked at where the output is."""
    if maps.ndim < 2:
        return None
    planes = np.stack([plane(part, position) for part in maps])
    return Given(planes, names, current, mark=cell_of(position))


def _at_source(working: Moved, position: Position) -> Given | None:
    found = working.origin(position)
    index, source = (0, (0,) * working.inputs[0].ndim) if found is None else found
    input = working.inputs[index]
    if input.ndim < 2:
        return None
    unit, *place = source
    maps = np.stack([plane(part, tuple(place)) for part in input])
    name = working.names[index]
    names = tuple(f"{name}, channel {i}" for i in range(len(maps)))
    mark = None if found is None else cell_of(tuple(place))
    return Given(maps, names, unit, mark=mark)


def _grid(
    title: str, values: np.ndarray, within: tuple[float, float], sign: str = "",
    padded: np.ndarray | None = None, mark: tuple[int, int] | None = None,
) -> Grid:  # fmt: skip
    """Signed ranges in the diverging colours."""
    flat = _flat(values)
    signed = within[0] == -within[1] and within[1] > 0
    colors = coloured(levels_of(flat, within), "coolwarm" if signed else "viridis")
    return Grid(title, flat, colors, sign, padded, mark)


def _flat(values: np.ndarray) -> np.ndarray:
    """(rows, columns); of a cube the slices below one another."""
    return values.reshape(-1, values.shape[-1]) if values.ndim else values.reshape(1, 1)


def _flat_index(index: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, int]:
    number = int(np.ravel_multi_index(index, shape))
    return number // shape[-1], number % shape[-1]


def _texts(*values: float) -> tuple[str, ...]:
    return tuple(number_text(float(value)) for value in values)
