"""From values to levels of a colour map."""

from __future__ import annotations

import numpy as np

Range = tuple[float, float]


def range_of(values: np.ndarray) -> Range:
    """The lowest and highest value that is a number; (0, 0) if none is."""
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)


def levels_of(values: np.ndarray, within: Range) -> np.ndarray:
    """Float32 in 0…1 of values in a range; what is no number is 0."""
    low, high = within
    if high <= low:
        return np.zeros(values.shape, np.float32)
    levels = (np.asarray(values, np.float32) - low) / (high - low)
    return np.clip(np.nan_to_num(levels), 0.0, 1.0)
