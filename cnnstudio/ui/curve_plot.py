"""A small curve: of an activation function, of a schedule."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from cnnstudio.ui import theme

HEIGHT = 132
LABEL_ROOM = 16
GAP = 16  # at least, between the two captions
SIDE = 14

Written = Callable[[float], str]


def plain_number(value: float) -> str:
    """`0.001`, `1e−7`."""
    return re.sub(r"e([+-])0*", r"e\1", f"{value:.3g}").replace("e+", "e").replace("-", "−")


class CurvePlot(QWidget):
    """y over x, with the axes through zero. Below stand the ends of both ranges after `names`,
    `written` by a function each."""

    def __init__(
        self,
        names: tuple[str, str] = ("x", "y"),
        written: tuple[Written, Written] = (plain_number, plain_number),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._names = names
        self._written = written
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
        self.setAccessibleDescription("; ".join(self.captions))
        self.update()

    @property
    def captions(self) -> list[str]:
        """What is written below: the ends of the curve both ways."""
        return [
            f"{name} {written(float(min(ends)))} … {written(float(max(ends)))}"
            for name, written, ends in zip(
                self._names, self._written, (self._x, self._y), strict=True
            )
        ]

    def caption_places(self) -> list[QRectF]:
        """Beside each other, or one below the other where that is too narrow."""
        metrics = QFontMetricsF(theme.font(11))
        left, width = float(SIDE), float(self.width() - 2 * SIDE)
        last = self.height() - LABEL_ROOM - 6.0
        first, second = (metrics.horizontalAdvance(text) + 1 for text in self.captions)
        if first + GAP + second <= width:
            return [
                QRectF(left, last, first, LABEL_ROOM),
                QRectF(left + width - second, last, second, LABEL_ROOM),
            ]
        return [
            QRectF(left, last - LABEL_ROOM, width, LABEL_ROOM),
            QRectF(left, last, width, LABEL_ROOM),
        ]

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
        places = self.caption_places()
        area = frame.adjusted(SIDE, 12, -SIDE, places[0].top() - 4 - frame.bottom())

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
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("text_muted"))
        for place, text in zip(places, self.captions, strict=True):
            elided = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, round(place.width()) + 1
            )
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft, elided)
