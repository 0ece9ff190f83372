"""Alignment with other cards while nodes are moved. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cnnstudio.ui.canvas.geometry import snap
from cnnstudio.ui.canvas.routing import Box


@dataclass(frozen=True)
class Guide:
    """A line to draw: at `at`, from `low` to `high`; upright or level."""

    upright: bool
    at: float
    low: float
    high: float


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


def _marks(box: Box, axis: int) -> tuple[float, float, float]:
    low, high = box[axis], box[axis + 2]
    return low, (low + high) / 2, high


def _axis(
    box: Box, others: list[Box], reach: float, axis: int
) -> tuple[float, list[tuple[float, Box]]]:
    best: float | None = None
    lines: list[tuple[float, Box]] = []
    for other in others:
        for mine, its in zip(_marks(box, axis), _marks(other, axis), strict=True):
            step = its - mine
            if abs(step) > reach:
                continue
            if best is None or abs(step) < abs(best) - 1e-6:
                best, lines = step, []
            if abs(step - best) < 1e-6:
                lines.append((its, other))
    if best is None:
        return snap(box[axis]) - box[axis], []
    return best, lines


def _guide(axis: int, at: float, box: Box, other: Box) -> Guide:
    along = 1 - axis
    return Guide(
        upright=axis == 0,
        at=at,
        low=min(box[along], other[along]),
        high=max(box[along + 2], other[along + 2]),
    )
