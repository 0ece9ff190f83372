"""Patterns behind and on the shapes: levels in 0…1, many images at once. NumPy only."""

from __future__ import annotations

import numpy as np


def noise(random: np.random.Generator, count: int, size: int, cells: int) -> np.ndarray:
    """Smooth noise (count, size, size) with about this many light and dark spots a side."""
    grid = random.random((count, cells + 1, cells + 1))
    weights = _interpolation(cells, size)
    return weights @ grid @ weights.T


def clouds(random: np.random.Generator, count: int, size: int) -> np.ndarray:
    """Noise of several fineness, (count, size, size)."""
    total = sum(
        strength * noise(random, count, size, cells)
        for strength, cells in ((0.5, 3), (0.3, 8), (0.2, 20))
    )
    return np.clip((np.asarray(total) - 0.5) * 1.8 + 0.5, 0, 1)


def patterns(random: np.random.Generator, count: int, size: int) -> np.ndarray:
    """One pattern an image, (count, size, size): clouds, gradient, stripes, checks or dots."""
    kind = random.integers(5, size=count)
    angle = random.uniform(0, 2 * np.pi, count)[:, None, None]
    period = random.uniform(0.1, 0.3, count)[:, None, None]
    phase = random.uniform(0, 1, (2, count))[..., None, None]
    place = (np.arange(size) + 0.5) / size - 0.5
    x, y = place[None, None, :], place[None, :, None]
    along = (x * np.cos(angle) + y * np.sin(angle)) / period
    across = (y * np.cos(angle) - x * np.sin(angle)) / period
    soft = size * period / 3
    levels = clouds(random, count, size)
    for number, drawn in enumerate((_gradient, _stripes, _checks, _dots), start=1):
        rows = kind == number
        a, b = along[rows] + phase[0, rows], across[rows] + phase[1, rows]
        levels[rows] = drawn(a, b, soft[rows], period[rows])
    return levels


def _gradient(a: np.ndarray, b: np.ndarray, soft: np.ndarray, period: np.ndarray) -> np.ndarray:
    return 0.5 + 0.5 * np.sin(a * period * 2.4 + b * 0)


def _stripes(a: np.ndarray, b: np.ndarray, soft: np.ndarray, period: np.ndarray) -> np.ndarray:
    return _steep(np.sin(2 * np.pi * a) + b * 0, soft)


def _checks(a: np.ndarray, b: np.ndarray, soft: np.ndarray, period: np.ndarray) -> np.ndarray:
    return _steep(np.sin(np.pi * a) * np.sin(np.pi * b) * 2, soft)


def _dots(a: np.ndarray, b: np.ndarray, soft: np.ndarray, period: np.ndarray) -> np.ndarray:
    return _steep(np.cos(2 * np.pi * a) + np.cos(2 * np.pi * b) - 0.7, soft)


def _steep(wave: np.ndarray, soft: np.ndarray) -> np.ndarray:
    """Two levels with an edge one or two pixels wide."""
    return np.clip(0.5 + wave * soft / 2, 0, 1)


def _interpolation(cells: int, size: int) -> np.ndarray:
    """Matrix (size, cells + 1) from grid values to pixels, smooth between them."""
    place = (np.arange(size) + 0.5) / size * cells
    below = np.minimum(place.astype(int), cells - 1)
    part = place - below
    part = part * part * (3 - 2 * part)
    weights = np.zeros((size, cells + 1))
    weights[np.arange(size), below] = 1 - part
    weights[np.arange(size), below + 1] += part
    return weights


def colours(
    random: np.random.Generator,
    count: int,
    saturation: tuple[float, float],
    value: tuple[float, float],
) -> np.ndarray:
    """Colours (count, 3) in 0…1 of any hue, their saturation and value between these."""
    hue = random.uniform(0, 6, count)
    strength = random.uniform(*saturation, count)
    brightest = random.uniform(*value, count)
    steps = (np.array([5.0, 3.0, 1.0]) + hue[:, None]) % 6
    dip = np.clip(np.minimum(steps, 4 - steps), 0, 1)
    return brightest[:, None] * (1 - strength[:, None] * dip)
