"""Curves of any length as few points as are seen: the lowest and the highest of each stretch."""

from __future__ import annotations

import numpy as np

BLOCK = 256
# Shorter curves are drawn as they are.
LONG = 4000


class Peaks:
    """Of a curve that grows. Of each whole block of rows the lowest and the highest value are
    remembered, so that a million points take as long as a few thousand."""

    def __init__(self) -> None:
        self._low = np.empty(0)
        self._high = np.empty(0)
        self._done = 0

    def __call__(
        self, x: np.ndarray, y: np.ndarray, first: int, last: int, most: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Points of the rows from `first` to before `last`, about `most` of them; both arrays
        begin with those of the last call. NaN counts only where there is nothing else."""
        count = last - first
        if count <= max(LONG, most):
            return x[first:last], y[first:last]
        size = max(2 * count // most, 1)  # rows for a pair of points
        if size < BLOCK:
            starts = np.arange(first, last, size)
            low, high = _extremes(y[:last], starts)
            return _pairs(x[starts], low, high)
        self._remember(y)
        blocks = size // BLOCK
        begin, end = first // BLOCK, min(-(-last // BLOCK), self._done)
        starts = np.arange(begin, end, blocks)
        low = np.fmin.reduceat(self._low[:end], starts)
        high = np.fmax.reduceat(self._high[:end], starts)
        xs, ys = _pairs(x[starts * BLOCK], low, high)
        rest = slice(max(end * BLOCK, first), last)  # no whole block yet
        return np.concatenate([xs, x[rest]]), np.concatenate([ys, y[rest]])

    def _remember(self, y: np.ndarray) -> None:
        whole = len(y) // BLOCK
        if whole > len(self._low):
            self._low = np.resize(self._low, max(2 * len(self._low), whole))
            self._high = np.resize(self._high, len(self._low))
        if whole > self._done:
            rows = y[self._done * BLOCK : whole * BLOCK].reshape(-1, BLOCK)
            self._low[self._done : whole] = np.fmin.reduce(rows, axis=1)
            self._high[self._done : whole] = np.fmax.reduce(rows, axis=1)
            self._done = whole


def _extremes(y: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.fmin.reduceat(y, starts), np.fmax.reduceat(y, starts)


def _pairs(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two points for each place, one above the other."""
    return np.repeat(x, 2), np.stack([low, high], axis=1).ravel()
