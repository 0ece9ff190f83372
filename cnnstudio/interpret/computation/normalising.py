"""Normalisations: less the mean, divided by the spread, then scaled and shifted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnstudio.interpret.computation import words
from cnnstudio.interpret.computation.working import Computation, Position, Working, common


@dataclass(frozen=True)
class NormalisationAt(Computation):
    """(`input` − `mean`) / √(`variance` + `eps`) is `normalised`; times `weight`, plus `bias`.
    `scope` says whose mean and variance these are. Of RMS normalisation the mean is 0."""

    input: float
    mean: float
    variance: float
    eps: float
    normalised: float
    weight: float | None
    bias: float | None
    scope: str


@dataclass(frozen=True, kw_only=True)
class Normalisation(Working):
    """`input` is the unit's map; the other arrays stretch to its shape."""

    input: np.ndarray
    mean: np.ndarray
    variance: np.ndarray
    eps: float
    weight: np.ndarray | None
    bias: np.ndarray | None
    scope: str

    def at(self, position: Position) -> NormalisationAt:
        given = float(self.input[self.checked(position)])
        mean, variance = self._of(self.mean, position), self._of(self.variance, position)
        weight = None if self.weight is None else self._of(self.weight, position)
        bias = None if self.bias is None else self._of(self.bias, position)
        normalised = (given - mean) / float(np.sqrt(variance + self.eps))
        result = normalised * (1.0 if weight is None else weight) + (bias or 0.0)
        numbers = (given, mean, variance, weight, bias, normalised, result)
        return NormalisationAt(
            **common(self, position), result=result,
            sentence=words.of_normalisation(self, position, *numbers), input=given, mean=mean,
            variance=variance, eps=self.eps, normalised=normalised, weight=weight, bias=bias,
            scope=self.scope,
        )  # fmt: skip

    def _of(self, values: np.ndarray, position: Position) -> float:
        return float(np.broadcast_to(values, self.input.shape)[position])
