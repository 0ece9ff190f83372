"""What lies behind the cards: the grid, and on an empty canvas what to do next."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
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
    left, top = rect.left() // step * step, rect.top() // step * step
    columns, rows = int(rect.width() / step) + 2, int(rect.height() / step) + 2
    lines = [
        QLineF(left + i * step, rect.top(), left + i * step, rect.bottom()) for i in range(columns)
    ]
    lines += [
        QLineF(rect.left(), top + i * step, rect.right(), top + i * step) for i in range(rows)
    ]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(look.grid, 0))
    painter.drawLines(lines)


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
