"""Exponential moving averages of curves."""

from __future__ import annotations

import numpy as np

NEGLIGIBLE = 1e-18


def smoothed(values: np.ndarray, weight: float) -> np.ndarray:
    """The debiased exponential moving average of `values` (N,), float64.

    Each point is the mean of all points up to it; one that lies k points back counts `weight ** k`
    (0 ≤ weight < 1). Because the counts are divided out, the start is not pulled towards zero. A
    point that is not a number counts nothing.
    """
    if weight <= 0.0:
        return values
    there = np.isfinite(values)
    sums = _decaying_sums(np.where(there, values, 0.0), weight)
    counts = _decaying_sums(there.astype(float), weight)
    with np.errstate(invalid="ignore"):
        return sums / np.where(counts > 0.0, counts, np.nan)


def _decaying_sums(values: np.ndarray, weight: float) -> np.ndarray:
    """The sums over k of `weight ** k * values[i - k]`, reaching twice as far with each pass."""
    sums, reach, factor = values.astype(float), 1, weight
    while reach < len(sums) and factor > NEGLIGIBLE:
        sums[reach:] += factor * sums[:-reach]
        reach, factor = 2 * reach, factor * factor
    return sums
