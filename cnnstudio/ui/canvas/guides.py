"""Alignment with other cards and frames while something is moved or resized."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF
from PySide6.QtGui import QPainter

from cnnstudio.ui.canvas.geometry import snap
from cnnstudio.ui.canvas.look import Look
from cnnstudio.ui.canvas.routing import Box

GUIDE_REACH_PIXELS = 6.0


@dataclass(frozen=True)
class Guide:
    """A line to draw: at `at`, from `low` to `high`; upright or level."""

    upright: bool
    at: float
    low: float
    high: float


def paint_guides(painter: QPainter, guides: Iterable[Guide], look: Look) -> None:
    painter.setPen(look.guide_pen)
    for guide in guides:
        if guide.upright:
            painter.drawLine(QLineF(guide.at, guide.low, guide.at, guide.high))
        else:
            painter.drawLine(QLineF(guide.low, guide.at, guide.high, guide.at))


def aligned(
    box: Box, others: Iterable[Box], reach: float
) -> tuple[tuple[float, float], list[Guide]]:
    """Where a moved box should rest, as a step (dx, dy), and the guides that show why.

    Each axis goes to a near card's edge or middle within `reach`, else to the grid.
    """
    others = list(others)
    dx, x_guides = _axis(box, others, reach, 0)
    dy, y_guides = _axis(box, others, reach, 1)
    placed = (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy)
    guides = [_guide(0, at, placed, other) for at, other in x_guides]
    guides += [_guide(1, at, placed, other) for at, other in y_guides]
    return (dx, dy), guides


def _axis(
    box: Box, others: list[Box], reach: float, axis: int
) -> tuple[float, list[tuple[float, Box]]]:
    if others:
        marks = _marks(np.asarray(others), axis)  # (others, 3)
        steps = marks[:, None, :] - _marks(np.asarray([box]), axis)[:, :, None]  # (others, 3, 3)
        away = np.abs(steps)
        nearest = away.min()
        if nearest <= reach:
            best = float(steps.flat[away.argmin()])
            hits = np.argwhere(np.abs(steps - best) < 1e-6)
            return best, [(float(marks[other, its]), others[other]) for other, _, its in hits]
    return snap(box[axis]) - box[axis], []


def _marks(boxes: np.ndarray, axis: int) -> np.ndarray:
    """Low edge, middle and high edge of each box: (boxes, 3)."""
    low, high = boxes[:, axis], boxes[:, axis + 2]
    return np.stack([low, (low + high) / 2, high], axis=1)


def _guide(axis: int, at: float, box: Box, other: Box) -> Guide:
    along = 1 - axis
    return Guide(
        upright=axis == 0,
        at=at,
        low=min(box[along], other[along]),
        high=max(box[along + 2], other[along + 2]),
    )
