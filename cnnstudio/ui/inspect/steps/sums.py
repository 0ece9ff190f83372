"""What each input channel adds to a value: a bar for each, and the sum with the bias."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.steps.board import sign_color

HEIGHT, LEAST_HEIGHT = 116, 76
WIDEST_BAR = 56.0
TEXT, AXIS = 24.0, 18.0


class Sums(QWidget):
    """`chosen(index)` is emitted for a channel whose bar is clicked."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sums = np.zeros(0)
        self._first = 0
        self._current = 0
        self._under = -1
        self.setAccessibleName("Sums by channel")
        self.setMouseTracking(True)
        self.setMinimumHeight(LEAST_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def show_sums(self, sums: np.ndarray, first: int, current: int) -> None:
        """`first` is the first channel's number, `current` the index of the one looked at."""
        self._sums, self._first, self._current = sums, first, current
        self.setAccessibleDescription(
            f"channel {first + current} adds {number_text(float(sums[current]))}"
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, HEIGHT)

    def bar_rect(self, index: int) -> QRectF:
        """The whole column of a channel."""
        step = self._step()
        left = (self.width() - step * len(self._sums)) / 2
        return QRectF(left + index * step, TEXT, step, self.height() - TEXT - AXIS)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        index = self._at(event.position())
        if index >= 0:
            self.chosen.emit(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(-1)
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not len(self._sums):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        told = self._under if self._under >= 0 else self._current
        painter.setFont(theme.font(13))
        painter.setPen(theme.color("text_muted"))
        title = f"Sum of the products in each channel  ·  {self._text(told)}"
        painter.drawText(QRectF(0, 0, self.width(), TEXT), Qt.AlignmentFlag.AlignHCenter, title)
        low, high = min(0.0, float(self._sums.min())), max(0.0, float(self._sums.max()))
        span, step = (high - low) or 1.0, self._step()
        for index, value in enumerate(self._sums):
            place = self.bar_rect(index)
            zero = place.bottom() + low / span * place.height()
            end = zero - float(value) / span * place.height()
            gap = 3.0 if step > 12 else 0.5
            bar = QRectF(place.left() + gap, min(zero, end), max(1.0, step - 2 * gap),
                         max(1.0, abs(end - zero)))  # fmt: skip
            painter.setPen(Qt.PenStyle.NoPen)
            color = sign_color(float(value))
            if index not in (told, self._current):
                color.setAlphaF(0.45)
            painter.setBrush(color)
            painter.drawRect(bar)
            if index == self._current:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme.color("text"), 1.5))
                painter.drawRect(place.adjusted(0.5, -1, -0.5, 1))
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("text_muted"))
        last = len(self._sums) - 1
        for index in range(last + 1) if step >= 18 else sorted({0, last}):
            below = QRectF(self.bar_rect(index).left() - 20, self.height() - AXIS + 2,
                           self._step() + 40, AXIS)  # fmt: skip
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, str(self._first + index))

    def _text(self, index: int) -> str:
        return f"channel {self._first + index}: {number_text(float(self._sums[index]))}"

    def _step(self) -> float:
        return min(WIDEST_BAR, (self.width() - 40) / max(1, len(self._sums)))

    def _at(self, position: QPointF) -> int:
        for index in range(len(self._sums)):
            place = self.bar_rect(index)
            if place.left() <= position.x() < place.right() and position.y() > TEXT:
                return index
        return -1

    def _point(self, under: int) -> None:
        if under != self._under:
            self._under = under
            self.update()
