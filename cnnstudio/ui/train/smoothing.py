"""Exponential moving averages of curves."""

from __future__ import annotations

import numpy as np

SMALLEST_COUNT = 1e-250  # numbers below lose their precision


def smoothed(values: np.ndarray, steps: np.ndarray, span: float) -> np.ndarray:
    """The debiased exponential moving average of `values` (N,), told at `steps` (N,), ascending.

    Each value stands for the steps since the one before it. A step that lies k steps back counts
    (1 - 1/span)^k, so about `span` steps are averaged, however often they were told. Because the
    counts are divided out, the start is not pulled towards zero. A value that is not a number
    counts nothing. A span of 1 or less changes nothing.
    """
    if span <= 1.0:
        return values
    kept = (1.0 - 1.0 / span) ** np.diff(steps, prepend=0.0)
    counts = np.where(np.isfinite(values), 1.0 - kept, 0.0)
    sums = _decaying_sums(np.where(np.isfinite(values), values, 0.0) * counts, kept)
    totals = _decaying_sums(counts, kept)
    counted = totals > SMALLEST_COUNT
    averages = np.full_like(sums, np.nan)
    np.divide(sums, totals, out=averages, where=counted)
    # Where nothing was counted for so long that the counts have vanished, the average stands.
    return averages[np.maximum.accumulate(np.where(counted, np.arange(len(sums)), 0))]


def _decaying_sums(values: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """sums[i] = kept[i] · sums[i - 1] + values[i], reaching twice as far back with each pass."""
    sums, factors, reach = values.copy(), kept.copy(), 1
    while reach < len(sums) and factors[reach:].max() > SMALLEST_COUNT:
        sums[reach:] += factors[reach:] * sums[:-reach]
        factors[reach:] *= factors[:-reach].copy()
        reach *= 2
    return sums
