"""Weighted sums of a whole vector, and arithmetic of several inputs at one place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from cnnstudio.interpret.computation import words
from cnnstudio.interpret.computation.working import Computation, Position, Working, common

OPERATIONS = {
    "sum": np.add,
    "product": np.multiply,
    "difference": np.subtract,
    "quotient": np.divide,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "power": np.power,
}


@dataclass(frozen=True)
class LinearAt(Computation):
    """Σ `products` + `bias`, with `values` (n,) · `weights` (n,)."""

    values: np.ndarray
    weights: np.ndarray
    products: np.ndarray
    bias: float | None

    @property
    def magnitude(self) -> float:
        return float(np.abs(self.products).sum()) + abs(self.bias or 0.0)


@dataclass(frozen=True, kw_only=True)
class Linear(Working):
    """`input` (…, n) of the unit, `weight` (rows, n), `bias` (rows,). A unit of a vector has one
    row; where each place is such a vector, the last number of a position is the row."""

    input: np.ndarray
    weight: np.ndarray
    bias: np.ndarray | None

    def at(self, position: Position) -> LinearAt:
        *place, row = self.checked(position) or (0,)
        values, weights = self.input[tuple(place)], self.weight[row]
        bias = None if self.bias is None else float(self.bias[row])
        products = values.astype(np.float64) * weights
        result = float(products.sum()) + (bias or 0.0)
        return LinearAt(
            **common(self, position), result=result,
            sentence=words.of_linear(self, position, products, bias, result),
            values=values, weights=weights, products=products, bias=bias,
        )  # fmt: skip


@dataclass(frozen=True)
class CombinationAt(Computation):
    """`values` of the operands called `names`, joined by `operation` from the left."""

    operation: str
    names: tuple[str, ...]
    values: np.ndarray

    @property
    def magnitude(self) -> float:
        return float(np.abs(self.values).max(initial=0.0)) + abs(self.value)


@dataclass(frozen=True, kw_only=True)
class Combination(Working):
    """`operands` are maps that stretch to the output's; `operation` one of OPERATIONS, or mean."""

    operation: str
    names: tuple[str, ...]
    operands: tuple[np.ndarray, ...]

    def at(self, position: Position) -> CombinationAt:
        place = self.checked(position)
        values = np.array(
            [np.broadcast_to(map, self.output.shape)[place] for map in self.operands], np.float64
        )
        with np.errstate(all="ignore"):
            if self.operation == "mean":
                result = float(values.mean())
            else:
                result = float(reduce(OPERATIONS[self.operation], values))
        return CombinationAt(
            **common(self, position), result=result,
            sentence=words.of_combination(self, position, values, result),
            operation=self.operation, names=self.names, values=values,
        )  # fmt: skip
