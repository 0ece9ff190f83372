"""Each filter in numbers. No torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnstudio.interpret.weights.forms import rows_of

NEAR_ZERO = 0.01  # of the layer's largest weight
# Comparing each filter with each takes up to half a second for so many products.
MOST_PRODUCTS = 2e10


@dataclass(frozen=True, eq=False)
class FilterStatistics:
    """By unit, (units,): 2-norm, mean and standard deviation of the weights, their ends, the share
    that is nearer to 0 than a hundredth of the layer's largest weight. `nearest` is the filter that
    points most in the same direction, with the `cosine` to it; None where there are too many."""

    norm: np.ndarray
    mean: np.ndarray
    std: np.ndarray
    low: np.ndarray
    high: np.ndarray
    near_zero: np.ndarray
    nearest: np.ndarray | None
    cosine: np.ndarray | None


def filter_statistics(weights: np.ndarray) -> FilterStatistics:
    """Of weights (units, …), such as `cs.filters(…).weights`."""
    rows = rows_of(weights)
    norm = np.sqrt((rows**2).sum(1))
    largest = np.abs(rows).max() if rows.size else 0.0
    nearest, cosine = _nearest(rows, norm)
    return FilterStatistics(
        norm=norm, mean=rows.mean(1), std=rows.std(1), low=rows.min(1), high=rows.max(1),
        near_zero=(np.abs(rows) < NEAR_ZERO * largest).mean(1), nearest=nearest, cosine=cosine,
    )  # fmt: skip


def _nearest(rows: np.ndarray, norm: np.ndarray) -> tuple[np.ndarray | None, np.ndarray | None]:
    units, size = rows.shape
    if units < 2 or size < 2 or units * units * size > MOST_PRODUCTS:
        return None, None
    directions = (rows / np.where(norm > 0, norm, 1)[:, None]).astype(np.float32)
    cosines = directions @ directions.T
    np.fill_diagonal(cosines, -2)
    nearest = cosines.argmax(1)
    return nearest, cosines[np.arange(units), nearest].clip(-1, 1)
