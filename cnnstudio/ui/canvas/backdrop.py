"""What lies behind the cards: the grid, and on an empty canvas what to do next."""

from __future__ import annotations

from math import floor

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QTransform
from PySide6.QtWidgets import QAbstractScrollArea, QLabel

from cnnstudio.ui import theme
from cnnstudio.ui.canvas.geometry import GRID
from cnnstudio.ui.canvas.look import Look

LINE_EVERY = 4 * GRID
LEAST_PIXELS = 16.0


def paint_grid(painter: QPainter, rect: QRectF, look: Look, scale: float) -> None:
    """Fills the part `rect` of the scene; lines get fewer as the scale gets smaller."""
    painter.fillRect(rect, look.canvas)
    step = LINE_EVERY
    while step * scale < LEAST_PIXELS:
        step *= 4
    # Filled as rectangles of whole pixels, which is many times quicker than drawing lines.
    transform = painter.worldTransform()
    seen = transform.mapRect(rect)
    painter.save()
    painter.setWorldTransform(QTransform())
    first = floor(rect.left() / step) * step
    for i in range(int(rect.width() / step) + 2):
        x = round(transform.m11() * (first + i * step) + transform.dx())
        painter.fillRect(QRectF(x, seen.top(), 1, seen.height()), look.grid)
    first = floor(rect.top() / step) * step
    for i in range(int(rect.height() / step) + 2):
        y = round(transform.m22() * (first + i * step) + transform.dy())
        painter.fillRect(QRectF(seen.left(), y, seen.width(), 1), look.grid)
    painter.restore()


class EmptyHint(QLabel):
    """Says on an empty canvas how to begin."""

    def __init__(self, canvas: QAbstractScrollArea) -> None:
        super().__init__("Drag a layer here, or press Tab to search", canvas)
        self._canvas = canvas
        self.setObjectName("canvas_hint")
        self.setProperty("role", "muted")
        self.setFont(theme.font(15))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.adjustSize()

    def place(self) -> None:
        """Moves to the middle of the view."""
        self.adjustSize()
        self.move(self._canvas.viewport().geometry().center() - self.rect().center())
