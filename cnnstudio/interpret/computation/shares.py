"""Softmax and its kin: each value as its share of all along one dimension."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnstudio.interpret.computation import words
from cnnstudio.interpret.computation.working import Computation, Position, Working, common


@dataclass(frozen=True)
class SharesAt(Computation):
    """`values` (n,) along the dimension, `exponentials` eˣ of each less the largest, `shares` of
    their `total`; the value in question is number `index`."""

    values: np.ndarray
    exponentials: np.ndarray
    total: float
    shares: np.ndarray
    index: int


@dataclass(frozen=True, kw_only=True)
class Shares(Working):
    """`input` is the whole sample (C, …); `dimension` counts from 0 in it. `sign` -1 makes the
    softmin, `logarithm` is taken in the end."""

    input: np.ndarray
    dimension: int
    sign: int = 1
    logarithm: bool = False

    def at(self, position: Position) -> SharesAt:
        place: list[int | slice] = [self.unit, *self.checked(position)]
        index = (self.unit, *position)[self.dimension]
        place[self.dimension] = slice(None)
        values = self.input[tuple(place)]
        signed = self.sign * values.astype(np.float64)
        exponentials = np.exp(signed - signed.max())
        total = float(exponentials.sum())
        shares = exponentials / total
        with np.errstate(divide="ignore"):
            result = float(np.log(shares[index]) if self.logarithm else shares[index])
        return SharesAt(
            **common(self, position), result=result,
            sentence=words.of_share(self, position, float(signed.max()), index, values,
                                    float(exponentials[index]), total, result),
            values=values, exponentials=exponentials, total=total, shares=shares, index=index,
        )  # fmt: skip
