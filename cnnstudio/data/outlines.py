"""Outlines of shapes as distances: how far each point is outside (positive) or inside.

Each function takes x and y (any equal shapes; y points down, the shape's centre is 0, 0) and gives
the distance at least near the outline, where a smooth edge needs it. `OUTLINES` gives each with the
factor that makes its area that of a circle of radius 1, so that size tells nothing about the class.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Points = np.ndarray
Outline = Callable[[Points, Points], Points]


def circle(x: Points, y: Points) -> Points:
    return np.hypot(x, y) - 1


def ellipse(x: Points, y: Points, width: float = 1.5, height: float = 0.75) -> Points:
    reached = np.hypot(x / width, y / height)
    steepness = np.hypot(x / width**2, y / height**2)
    return reached * (reached - 1) / np.maximum(steepness, 1e-9)


def ring(x: Points, y: Points) -> Points:
    return np.abs(np.hypot(x, y) - 1) - 0.4


def cross(x: Points, y: Points, arm: float = 0.36) -> Points:
    x, y = np.abs(x), np.abs(y)
    return np.minimum(np.maximum(x - 1, y - arm), np.maximum(x - arm, y - 1))


def star(x: Points, y: Points, tips: int = 5, inner: float = 0.45) -> Points:
    along, across = _folded(x, y, tips)
    half = np.pi / tips
    dent = inner * np.cos(half), inner * np.sin(half)
    # The edge runs from the tip (1, 0) to the dent; its normal points outwards.
    normal = np.array([dent[1], 1 - dent[0]]) / np.hypot(dent[1], 1 - dent[0])
    return (along - 1) * normal[0] + across * normal[1]


def heart(x: Points, y: Points) -> Points:
    x, y = np.abs(x), 0.6 - y
    lobe = np.hypot(x - 0.25, y - 0.75) - np.sqrt(2) / 4
    diagonal = np.maximum(x + y, 0) / 2
    side = np.minimum(np.hypot(x, y - 1), np.hypot(x - diagonal, y - diagonal)) * np.sign(x - y)
    return np.where(x + y > 1, lobe, side)


def crescent(x: Points, y: Points) -> Points:
    return np.maximum(np.hypot(x, y) - 1, 0.85 - np.hypot(x - 0.6, y))


def regular(corners: int) -> Outline:
    """A polygon of equal sides, its corners at distance 1."""

    def polygon(x: Points, y: Points) -> Points:
        half = np.pi / corners
        along, across = _folded(x, y, corners)
        return along * np.cos(half) + across * np.sin(half) - np.cos(half)

    return polygon


def _folded(x: Points, y: Points, parts: int) -> tuple[Points, Points]:
    """Points turned into the first half of one of the equal parts around the centre."""
    angle = np.arctan2(x, -y)
    part = 2 * np.pi / parts
    angle = np.abs(angle - part * np.round(angle / part))
    distance = np.hypot(x, y)
    return distance * np.cos(angle), distance * np.sin(angle)


def scaled_to_equal_area(outline: Outline) -> tuple[Outline, float]:
    """The outline and the factor that brings its area to π, measured on a fine grid."""
    steps = (np.arange(400) + 0.5) / 100 - 2
    area = float((outline(*np.meshgrid(steps, steps)) < 0).sum()) / 100**2
    return outline, float(np.sqrt(np.pi / area))


OUTLINES: dict[str, tuple[Outline, float]] = {
    name: scaled_to_equal_area(outline)
    for name, outline in (
        ("circle", circle),
        ("square", regular(4)),
        ("triangle", regular(3)),
        ("star", star),
        ("ellipse", ellipse),
        ("cross", cross),
        ("ring", ring),
        ("heart", heart),
        ("hexagon", regular(6)),
        ("crescent", crescent),
    )
}


def distance(name: str, x: Points, y: Points, radius: Points) -> Points:
    """Distance to a shape with the area of a circle of this radius, in the unit of x and y."""
    outline, factor = OUTLINES[name]
    scale = radius * factor
    return outline(x / scale, y / scale) * scale


def reach(name: str) -> float:
    """How far the shape reaches from its centre, at radius 1."""
    return REACHES[name]


def _reach(name: str) -> float:
    steps = (np.arange(600) + 0.5) / 100 - 3
    x, y = np.meshgrid(steps, steps)
    return float(np.hypot(x, y)[distance(name, x, y, np.ones(1)) < 0].max())


REACHES = {name: _reach(name) for name in OUTLINES}
