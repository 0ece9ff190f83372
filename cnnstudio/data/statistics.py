"""Mean and standard deviation of images, exactly and in little memory."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

LEVELS = np.arange(256) / 255


def mean_and_std(parts: Iterable[np.ndarray], channels: int) -> tuple[np.ndarray, np.ndarray]:
    """By channel, float32, of levels in 0…1, from parts uint8 (N, C, H, W).

    A channel that is the same everywhere has 1 as its standard deviation.
    """
    histogram = np.zeros((channels, 256), np.int64)
    for part in parts:
        for channel in range(channels):
            histogram[channel] += np.bincount(part[:, channel].ravel(), minlength=256)
    weights = histogram / np.maximum(histogram.sum(axis=1, keepdims=True), 1)
    mean = weights @ LEVELS
    std = np.sqrt((weights * (LEVELS - mean[:, None]) ** 2).sum(axis=1))
    std[std < 1e-6] = 1.0
    return mean.astype(np.float32), std.astype(np.float32)
