"""Weights as rows, and as levels of colours. No torch."""

from __future__ import annotations

import numpy as np

Range = tuple[float, float]


def rows_of(weights: np.ndarray) -> np.ndarray:
    """float64 (units, weights of each)."""
    return weights.reshape(len(weights), -1).astype(np.float64)


def symmetric_range(values: np.ndarray) -> Range:
    """As far below 0 as above, so that 0 has the middle colour."""
    known = values[np.isfinite(values)]
    far = float(np.abs(known).max()) if known.size else 0.0
    return -far, far


def colours_of(picture: np.ndarray, within: Range) -> np.ndarray:
    """Weights (…, 3) of red, green and blue as colours uint8: grey is 0, white and black the ends
    of the range."""
    far = within[1]
    levels = 0.5 + picture / (2 * far) if far > 0 else np.full(picture.shape, 0.5)
    return (np.nan_to_num(levels, nan=0.5).clip(0, 1) * 255).round().astype(np.uint8)
