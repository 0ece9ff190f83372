"""What a press with the mouse becomes: a line drawn around points, or a shift of the plane."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPolygonF

CLICK_PIXELS = 4


class Gesture(Protocol):
    def move(self, position: QPointF) -> None: ...


class Lasso:
    """A closed line, free-hand or as a rectangle; points inside of it are chosen."""

    def __init__(self, start: QPointF, rectangle: bool, adds: bool) -> None:
        self._start = start
        self._rectangle = rectangle
        self.adds = adds
        self.line = QPolygonF([start])
        self._far = False

    @property
    def is_drawn(self) -> bool:
        """Whether the pointer went far enough that this is no click."""
        return self._far

    def move(self, position: QPointF) -> None:
        way = position - self._start
        self._far = self._far or way.manhattanLength() > CLICK_PIXELS
        if self._rectangle:
            x, y = self._start.x(), self._start.y()
            corners = [self._start, QPointF(position.x(), y), position, QPointF(x, position.y())]
            self.line = QPolygonF(corners)
        else:
            self.line.append(position)

    def chosen(self, places: np.ndarray) -> np.ndarray:
        """Which places (n, 2) are inside: bool (n,)."""
        return inside(np.array([(p.x(), p.y()) for p in self.line]), places)


class Shift:
    """The plane is taken along. `moved` is how far since the last time."""

    def __init__(self, start: QPointF) -> None:
        self._last = start
        self.moved = QPointF()

    def move(self, position: QPointF) -> None:
        self.moved = position - self._last
        self._last = position


def inside(corners: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Which places (n, 2) are inside of a closed line (m, 2), by the even-odd rule: bool (n,)."""
    found = np.zeros(len(places), bool)
    x, y = places[:, 0], places[:, 1]
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        crosses = (y1 > y) != (y2 > y)
        found ^= crosses & (x < x1 + (y - y1) * (x2 - x1) / (y2 - y1))
    return found
