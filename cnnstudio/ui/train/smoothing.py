"""Exponential moving averages of curves."""

from __future__ import annotations

import numpy as np

SMALLEST_COUNT = 1e-250  # numbers below lose their precision
# Rows that are averaged at once: they stay in the processor's cache.
ROWS_AT_ONCE = 16_384


class Smoothing:
    """Averages of a curve that grows: rows that were averaged before are not looked at again.

    Each value stands for the steps since the one before it. A step that lies k steps back counts
    (1 - 1/span)^k, so about `span` steps are averaged, however often they were told. Because the
    counts are divided out, the start is not pulled towards zero. A value that is not a number
    counts nothing. A span of 1 or less changes nothing.
    """

    def __init__(self, span: float) -> None:
        self.span = span
        self._averages = np.empty(0)
        self._done = 0
        self._step = 0.0  # the last one that was taken in
        self._sum = self._total = 0.0
        self._last = np.nan  # the last average, which stands where nothing was counted for long

    def __call__(self, values: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """The averages of `values` (N,), told at `steps` (N,), ascending. Both begin with those of
        the last call."""
        if self.span <= 1.0:
            return values
        if len(self._averages) < len(values):
            # Arrays given away before keep their memory.
            grown = np.empty(max(2 * len(self._averages), len(values)))
            grown[: self._done] = self._averages[: self._done]
            self._averages = grown
        while self._done < len(values):
            rows = slice(self._done, min(self._done + ROWS_AT_ONCE, len(values)))
            self._averages[rows] = self._averaged(values[rows], steps[rows])
            self._done = rows.stop
        return self._averages[: len(values)]

    def _averaged(self, values: np.ndarray, steps: np.ndarray) -> np.ndarray:
        kept = (1.0 - 1.0 / self.span) ** np.diff(steps, prepend=self._step)
        finite = np.isfinite(values)
        counts = np.where(finite, 1.0 - kept, 0.0)
        sums, totals = _decaying_sums(
            np.stack([np.where(finite, values, 0.0) * counts, counts]), kept,
            np.array([self._sum, self._total]),
        )  # fmt: skip
        counted = totals > SMALLEST_COUNT
        averages = np.full_like(sums, np.nan)
        np.divide(sums, totals, out=averages, where=counted)
        if not counted.all():
            # Where nothing was counted for so long that the counts have vanished, the average
            # stands.
            latest = np.maximum.accumulate(np.where(counted, np.arange(len(sums)), -1))
            averages = np.where(latest < 0, self._last, averages[np.maximum(latest, 0)])
        self._step, self._last = float(steps[-1]), float(averages[-1])
        self._sum, self._total = float(sums[-1]), float(totals[-1])
        return averages


def smoothed(values: np.ndarray, steps: np.ndarray, span: float) -> np.ndarray:
    """The averages of a whole curve at once."""
    return Smoothing(span)(values, steps)


def _decaying_sums(values: np.ndarray, kept: np.ndarray, before: np.ndarray) -> np.ndarray:
    """sums[:, i] = kept[i] · sums[:, i - 1] + values[:, i] of two rows, where sums[:, -1] is
    `before`; reaching twice as far back with each pass."""
    sums, factors, reach = values.copy(), kept.copy(), 1
    sums[:, 0] += kept[0] * before
    while reach < sums.shape[1] and factors[reach:].max() > SMALLEST_COUNT:
        sums[:, reach:] += factors[reach:] * sums[:, :-reach]
        factors[reach:] *= factors[:-reach].copy()
        reach *= 2
    return sums
