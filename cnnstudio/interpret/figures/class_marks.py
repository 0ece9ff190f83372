"""How the classes are told apart in a picture: each by its colour and its shape. No torch.

Eight colours that stay apart for the colour-blind, and seven shapes: 56 classes before one repeats.
"""

from __future__ import annotations

import math

from cnnstudio.layers.colors import SERIES_COLORS

Outline = tuple[tuple[float, float], ...]


def _regular(corners: int, turned: float, radius: float) -> Outline:
    angles = [math.radians(turned + 360 * corner / corners) for corner in range(corners)]
    return tuple((radius * math.cos(angle), radius * math.sin(angle)) for angle in angles)


def _cross(arm: float) -> Outline:
    corners = [(arm, 1.0), (arm, arm), (1.0, arm)]
    quarter = [*corners, *[(x, -y) for x, y in reversed(corners)]]
    return tuple([*quarter, *[(-x, -y) for x, y in quarter]])


def _star(inner: float) -> Outline:
    outer, between = _regular(5, -90, 1.25), _regular(5, -54, inner)
    return tuple(point for pair in zip(outer, between, strict=True) for point in pair)


# Around (0, 0), y downwards, about as large as a circle of radius 1; empty for that circle.
SHAPES: tuple[Outline, ...] = (
    (),
    _regular(4, 45, 1.27),
    _regular(3, -90, 1.4),
    _regular(4, 0, 1.3),
    _regular(3, 90, 1.4),
    _cross(0.38),
    _star(0.55),
)


def color_of(number: int, dark: bool = False) -> str:
    """A class's colour on a light or dark ground, `#rrggbb`."""
    return SERIES_COLORS[number % len(SERIES_COLORS)][dark]


def shape_of(number: int) -> Outline:
    """A class's shape; see SHAPES."""
    return SHAPES[number % len(SHAPES)]
