"""Activation functions, and other functions of each value by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnstudio.interpret.computation import words
from cnnstudio.interpret.computation.working import Computation, Position, Working, common


@dataclass(frozen=True)
class PointwiseAt(Computation):
    """y = f(x): the point (`input`, value) of the unit's curve `x`, `y`."""

    input: float
    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Pointwise(Working):
    """`input` is the unit's map; `results` the function of each of its values alone; `x`, `y` the
    curve over a range that holds them all."""

    input: np.ndarray
    results: np.ndarray
    x: np.ndarray
    y: np.ndarray

    def at(self, position: Position) -> PointwiseAt:
        given = float(self.input[self.checked(position)])
        result = float(self.results[position])
        return PointwiseAt(
            **common(self, position), result=result,
            sentence=words.of_function(self, position, given, result),
            input=given, x=self.x, y=self.y,
        )  # fmt: skip
