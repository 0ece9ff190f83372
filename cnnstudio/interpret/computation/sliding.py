"""Windows that slide over the input: convolutions, transposed ones too, and poolings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from cnnstudio.interpret.computation import words
from cnnstudio.interpret.computation.axes import OUTSIDE, Axis, Taps
from cnnstudio.interpret.computation.working import Computation, Position, Working, common


@dataclass(frozen=True)
class Window:
    """Where a window lies: for each dimension its coordinates in the input, which may be in the
    padding, and which of its cells are padding (…)."""

    places: tuple[np.ndarray, ...]
    padded: np.ndarray

    @property
    def corners(self) -> tuple[tuple[int, int], ...]:
        """First and last coordinate, by dimension. Empty where the window is."""
        if not self.padded.size:
            return ()
        return tuple((int(places.min()), int(places.max())) for places in self.places)


@dataclass(frozen=True)
class ConvolutionAt(Computation):
    """One value of a convolution. `first` is the number of the first input channel that counts;
    the arrays have a row for each of them: `values` under the window, `weights`, `products` (c, …);
    `sums` (c,) of the products."""

    places: tuple[np.ndarray, ...]
    padded: np.ndarray
    first: int
    values: np.ndarray
    weights: np.ndarray
    products: np.ndarray
    sums: np.ndarray
    bias: float | None

    @property
    def window(self) -> Window:
        return Window(self.places, self.padded)

    @property
    def magnitude(self) -> float:
        return float(np.abs(self.products).sum()) + abs(self.bias or 0.0)


@dataclass(frozen=True, kw_only=True)
class Convolution(Working):
    """`input` (c, …) are the channels that the unit sees, from number `first` on; `weight` (c, …)
    is its filter."""

    input: np.ndarray
    first: int
    weight: np.ndarray
    bias: float | None
    axes: tuple[Axis, ...]

    def at(self, position: Position) -> ConvolutionAt:
        taps = taps_at(self.axes, self.checked(position))
        values, window = under(self.input, taps)
        weights = cells_of(self.weight, [tap.steps for tap in taps])
        products = values.astype(np.float64) * weights
        sums = products.reshape(len(products), -1).sum(axis=1)
        result = float(sums.sum()) + (self.bias or 0.0)
        return ConvolutionAt(
            **common(self, position), result=result,
            sentence=words.of_sum(self, position, sums, products[0].size, result),
            places=window.places, padded=window.padded, first=self.first, values=values,
            weights=weights, products=products, sums=sums, bias=self.bias,
        )  # fmt: skip


@dataclass(frozen=True)
class PoolingAt(Computation):
    """One value of a pooling: `values` (…) under the window; `winner` is the place of the largest
    in the window, of a max pooling; `divisor` what the sum is divided by, of an average."""

    places: tuple[np.ndarray, ...]
    padded: np.ndarray
    values: np.ndarray
    winner: tuple[int, ...] | None
    divisor: float | None

    @property
    def window(self) -> Window:
        return Window(self.places, self.padded)


@dataclass(frozen=True, kw_only=True)
class Pooling(Working):
    """`method` is max, average or power. `input` (1, …) is the channel of this number.

    An average divides by `divisor`, else by the cells of the window: with the padding if
    `count_padding`.
    """

    method: str
    input: np.ndarray
    first: int
    axes: tuple[Axis, ...]
    count_padding: bool = True
    divisor: float | None = None
    exponent: float = 2.0

    def at(self, position: Position) -> PoolingAt:
        taps = taps_at(self.axes, self.checked(position))
        cells, window = under(self.input, taps)
        values, padded = cells[0].astype(np.float64), window.padded
        winner, divisor = None, None
        if self.method == "max":
            # Padding never wins. Of equal values torch keeps the first, and of NaN any.
            known = np.where(padded, -np.inf, values)
            winner = tuple(int(i) for i in np.unravel_index(int(known.argmax()), known.shape))
            result = float(known[winner])
        elif self.method == "min":
            winner = tuple(int(i) for i in np.unravel_index(int(values.argmin()), values.shape))
            result = float(values[winner])
        else:
            counted = padded.size if self.count_padding else int((~padded).sum())
            divisor = float(self.divisor or counted)
            if self.method == "average":
                result = float(values.sum()) / divisor
            else:
                # torch takes the mean of the powers times the whole window's cells.
                whole = float(np.prod([axis.kernel for axis in self.axes]))
                power = float((values**self.exponent).sum()) / divisor * whole
                result = float(np.sign(power) * abs(power) ** (1 / self.exponent))
        return PoolingAt(
            **common(self, position), result=result,
            sentence=words.of_pooling(self, position, window, values, winner, divisor, result),
            places=window.places, padded=padded, values=cells[0], winner=winner, divisor=divisor,
        )  # fmt: skip


def taps_at(axes: tuple[Axis, ...], position: Position) -> list[Taps]:
    """Those of each dimension. A map that was pooled to one value has no position."""
    places = position or (0,) * len(axes)
    return [axis.taps(place) for axis, place in zip(axes, places, strict=True)]


def under(input: np.ndarray, taps: list[Taps]) -> tuple[np.ndarray, Window]:
    """The values (c, …) of an input (c, …) under a window, 0 in padding of zeros."""
    values = cells_of(input, [tap.sources for tap in taps])
    outside = ~cross([tap.sources != OUTSIDE for tap in taps])
    inside = cross([(tap.sources == tap.places) & (tap.sources != OUTSIDE) for tap in taps])
    return np.where(outside, 0, values), Window(tuple(tap.places for tap in taps), ~inside)


def cells_of(values: np.ndarray, indexes: list[np.ndarray]) -> np.ndarray:
    """Where the indexes of all dimensions cross, of each channel of values (c, …)."""
    places: tuple[Any, ...] = (slice(None), *np.ix_(*indexes))
    return values[places]


def cross(flags: list[np.ndarray]) -> np.ndarray:
    """Where all of the flags of each dimension hold: (n, m, …)."""
    result: np.ndarray = reduce(np.logical_and.outer, flags)
    return result
