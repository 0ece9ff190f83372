"""A point on a curve over the input's values, and values before and after a normalisation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.inspect.number import number_text

BINS = 48
LEFT, RIGHT, TOP, BOTTOM = 56.0, 20.0, 34.0, 30.0


@dataclass(frozen=True, eq=False)
class Marked:
    """A value on an axis, with what it is called."""

    value: float
    text: str
    strong: bool = False


class CurveView(QWidget):
    """y = f(x), the histogram of all inputs behind it, and one point."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._x = self._y = self._values = np.zeros(0)
        self.point = (0.0, 0.0)
        self.setAccessibleName("Curve of the function")
        self.setMinimumSize(220, 140)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_curve(
        self, x: np.ndarray, y: np.ndarray, values: np.ndarray, point: tuple[float, float]
    ) -> None:
        """`values` are all inputs; the point lies on the curve."""
        known = np.isfinite(y)
        self._x, self._y = x[known], y[known]
        self._values, self.point = values[np.isfinite(values)], point
        self.setAccessibleDescription(
            f"x = {number_text(point[0])}, f(x) = {number_text(point[1])}"
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 360)

    def place(self, x: float, y: float) -> QPointF:
        """Where a point of the plane lies in the widget."""
        area = self._area()
        left, right = float(self._x[0]), float(self._x[-1])
        low, high = self._heights()
        return QPointF(
            area.left() + (x - left) / ((right - left) or 1) * area.width(),
            area.bottom() - (y - low) / ((high - low) or 1) * area.height(),
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        if len(self._x) < 2:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        left, right = float(self._x[0]), float(self._x[-1])
        paint_histogram(painter, area, self._values, left, right)
        low, high = self._heights()
        axis = min(max(0.0, low), high)
        painter.setPen(QPen(theme.color("border_strong"), 1))
        painter.drawLine(self.place(left, axis), self.place(right, axis))
        if left <= 0 <= right:
            painter.drawLine(self.place(0, low), self.place(0, high))
        painter.setPen(QPen(theme.category_color("Activation"), 3))
        points = zip(self._x.tolist(), self._y.tolist(), strict=True)
        painter.drawPolyline(QPolygonF([self.place(x, y) for x, y in points]))
        x, y = self.point
        spot = self.place(x, y)
        painter.setPen(QPen(theme.color("text_muted"), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(spot.x(), area.bottom()), spot)
        painter.drawLine(QPointF(area.left(), spot.y()), spot)
        painter.setPen(QPen(theme.color("surface"), 2))
        painter.setBrush(theme.color("accent"))
        painter.drawEllipse(spot, 7, 7)
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("text_muted"))
        below = QRectF(area.left(), area.bottom() + 6, area.width(), 20)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, number_text(left))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, number_text(right))
        beside = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value in (low, high):
            at = self.place(left, value).y()
            painter.drawText(QRectF(0, at - 10, area.left() - 8, 20), beside, number_text(value))
        _paint_caption(painter, self.width(),
                       f"x = {number_text(x)}   →   f(x) = {number_text(y)}")  # fmt: skip

    def _heights(self) -> tuple[float, float]:
        return min(0.0, float(self._y.min())), max(0.0, float(self._y.max()))

    def _area(self) -> QRectF:
        return QRectF(LEFT, TOP, self.width() - LEFT - RIGHT, self.height() - TOP - BOTTOM)


class SpreadView(QWidget):
    """The histogram of some values, with marks on it, and a band of one standard deviation."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values = np.zeros(0)
        self._band: tuple[float, float] | None = None
        self._title = ""
        self.marks: tuple[Marked, ...] = ()
        self.setAccessibleName(name)
        self.setMinimumSize(220, 84)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_values(
        self, title: str, values: np.ndarray, marks: tuple[Marked, ...],
        band: tuple[float, float] | None = None,
    ) -> None:  # fmt: skip
        self._title, self._values = title, values[np.isfinite(values)]
        self.marks, self._band = marks, band
        self.setAccessibleDescription(", ".join(self.mark_text(mark) for mark in marks))
        self.update()

    def mark_text(self, mark: Marked) -> str:
        """What stands at a mark; the band's middle is told with its deviation."""
        text = f"{mark.text} {number_text(mark.value)}"
        if self._band is None or mark.strong:
            return text
        return f"{text} ± {number_text((self._band[1] - self._band[0]) / 2)}"

    def sizeHint(self) -> QSize:
        return QSize(420, 180)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(RIGHT, TOP + 18, self.width() - 2 * RIGHT, self.height() - TOP - BOTTOM - 14)
        known = [*self._values.tolist(), *(mark.value for mark in self.marks), *(self._band or ())]
        if not known:
            return
        left, right = min(known), max(known)
        more = 0.05 * ((right - left) or 1.0)
        left, right = left - more, right + more

        def at(value: float) -> float:
            return area.left() + (value - left) / (right - left) * area.width()

        if self._band is not None:
            band = QRectF(at(self._band[0]), area.top(), at(self._band[1]) - at(self._band[0]),
                          area.height())  # fmt: skip
            painter.fillRect(band, theme.color("surface_selected"))
        paint_histogram(painter, area, self._values, left, right, strong=True)
        painter.setPen(QPen(theme.color("border_strong"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("text_muted"))
        below = QRectF(area.left(), area.bottom() + 6, area.width(), 20)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, number_text(left))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, number_text(right))
        for mark in self.marks:
            x = at(mark.value)
            color = theme.color("accent" if mark.strong else "text")
            line = Qt.PenStyle.SolidLine if mark.strong else Qt.PenStyle.DashLine
            painter.setPen(QPen(color, 3 if mark.strong else 1.5, line))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.setFont(theme.font(13, bold=mark.strong))
            text = self.mark_text(mark)
            width = painter.fontMetrics().horizontalAdvance(text) + 2
            start = min(max(0.0, x - width / 2), self.width() - width)
            row = area.bottom() + 4 if mark.strong else area.top() - 20
            painter.fillRect(QRectF(start - 3, row, width + 6, 20), theme.color("surface"))
            painter.setPen(color)
            painter.drawText(QRectF(start, row, width, 20), Qt.AlignmentFlag.AlignCenter, text)
        _paint_caption(painter, self.width(), self._title)


def paint_histogram(
    painter: QPainter, area: QRectF, values: np.ndarray, left: float, right: float,
    strong: bool = False,
) -> None:  # fmt: skip
    """How often values occur between `left` and `right`, as bars from the area's bottom."""
    if not values.size or right <= left:
        return
    counts, _ = np.histogram(values, BINS, (left, right))
    # Many zeros, as a ReLU leaves, must not flatten everything else.
    heights = np.sqrt(counts / max(1, counts.max()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("border_strong" if strong else "track"))
    width = area.width() / BINS
    for number, height in enumerate(heights):
        if height:
            tall = float(height) * area.height() * (1.0 if strong else 0.6)
            x = area.left() + number * width
            painter.drawRect(QRectF(x + 0.5, area.bottom() - tall, width - 1, tall))


def _paint_caption(painter: QPainter, width: int, text: str) -> None:
    painter.setFont(theme.font(14))
    painter.setPen(theme.color("text"))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
    painter.drawText(QRectF(0, 4, width, 24), Qt.AlignmentFlag.AlignCenter, shown)
