"""A small curve: of an activation function, of a schedule."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from cnnstudio.ui import theme

HEIGHT = 132
LABEL_ROOM = 16


class CurvePlot(QWidget):
    """y over x, with the axes through zero and the ends of both ranges named, after `names`."""

    def __init__(self, names: tuple[str, str] = ("x", "y"), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = names
        self._x: Sequence[float] = ()
        self._y: Sequence[float] = ()
        self._color = "Activation"
        self.setObjectName("curve")
        self.setFixedHeight(HEIGHT)

    @property
    def points(self) -> int:
        return len(self._x)

    def show_curve(self, x: Sequence[float], y: Sequence[float], category: str, name: str) -> None:
        self._x, self._y, self._color = x, y, category
        self.setAccessibleName(f"Curve of {name}")
        self.update()

    def clear(self) -> None:
        self._x, self._y = (), ()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("surface_sunken"))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, theme.radius, theme.radius)
        if not len(self._x):
            return
        left, right = float(min(self._x)), float(max(self._x))
        low, high = min(0.0, float(min(self._y))), max(0.0, float(max(self._y)))
        high = high if high > low else low + 1.0
        area = frame.adjusted(14, 12, -14, -10 - LABEL_ROOM)

        def place(x: float, y: float) -> QPointF:
            return QPointF(
                area.left() + (x - left) / (right - left) * area.width(),
                area.bottom() - (y - low) / (high - low) * area.height(),
            )

        painter.setPen(QPen(theme.color("border_strong"), 1))
        painter.drawLine(place(left, 0), place(right, 0))
        painter.drawLine(place(0, low), place(0, high))
        painter.setPen(QPen(theme.category_color(self._color), 2))
        points = (place(float(x), float(y)) for x, y in zip(self._x, self._y, strict=True))
        painter.drawPolyline(QPolygonF(list(points)))
        self._name_ranges(painter, frame, (left, right), (low, high))

    def _name_ranges(self, painter: QPainter, frame: QRectF, xs, ys) -> None:
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("text_muted"))
        row = QRectF(frame.left() + 14, frame.bottom() - LABEL_ROOM - 6, frame.width() - 28, 16)
        texts = [
            f"{name} {_number(low)} … {_number(high)}"
            for name, (low, high) in zip(self._names, (xs, ys), strict=True)
        ]
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft, texts[0])
        painter.drawText(row, Qt.AlignmentFlag.AlignRight, texts[1])


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")
