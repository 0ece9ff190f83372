"""The values of a layer that gives no maps, as bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.scale import range_of

WIDEST_BAR = 36
WIDEST_NAME = 96
AXIS_WIDTH = 56
BOTTOM = 24
NAMES_FROM = 28


class VectorPlot(QWidget):
    """Bars from zero for values (C,). `pointed(unit)` follows the pointer and the keyboard."""

    pointed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values = np.zeros(0, np.float32)
        self._names: list[str] = []
        self._current = -1
        self.setMouseTracking(True)
        self.setAccessibleName("Values")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_values(self, values: np.ndarray, names: Sequence[str] = ()) -> None:
        """`names` for the units where they have some, as the classes do."""
        self._values = np.nan_to_num(np.asarray(values, np.float32))
        self._names = list(names)
        self._current = min(self._current, len(self._values) - 1)
        self.update()

    @property
    def values(self) -> np.ndarray:
        return self._values

    def set_current(self, unit: int) -> None:
        self._current = max(-1, min(unit, len(self._values) - 1))
        self.pointed.emit(self._current)
        self.update()

    def bar_rect(self, unit: int) -> QRectF:
        area, step = self._area(), self._step()
        low, high = self._range()
        zero = area.bottom() + low / (high - low) * area.height()
        top = zero - float(self._values[unit]) / (high - low) * area.height()
        gap = 2.0 if step >= 8 else 0.5 if step >= 3 else 0.0
        width = min(WIDEST_BAR, max(1.0, step - gap))
        left = area.left() + unit * step + (step - width) / 2
        bar = QRectF(left, min(top, zero), width, abs(zero - top))
        bar.setHeight(max(1.0, bar.height()))
        return bar

    def sizeHint(self) -> QSize:
        return QSize(320, 240)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.set_current(self._unit_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self.set_current(-1)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._values) - 1
        match event.key():
            case Qt.Key.Key_Right:
                self.set_current(self._current + 1)
            case Qt.Key.Key_Left:
                self.set_current(max(0, self._current - 1))
            case Qt.Key.Key_Home:
                self.set_current(0)
            case Qt.Key.Key_End:
                self.set_current(last)
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not len(self._values):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        low, high = self._range()
        painter.setFont(theme.font(11))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value in sorted({low, 0.0, high}):
            y = area.bottom() - (value - low) / (high - low) * area.height()
            painter.setPen(QPen(theme.color("border_strong" if value == 0 else "border"), 1.0))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(theme.color("text_muted"))
            painter.drawText(QRectF(0, y - 8, AXIS_WIDTH - 8, 16), right, number_text(value))
        painter.setPen(Qt.PenStyle.NoPen)
        largest = int(np.argmax(self._values))
        for unit in range(len(self._values)):
            strong = unit == self._current or (unit == largest and self._names)
            painter.setBrush(theme.color("accent" if strong else "text_muted"))
            painter.drawRect(self.bar_rect(unit))
        self._paint_names(painter, area)

    def _paint_names(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(theme.color("text_muted"))
        step = self._step()
        if self._names and step >= NAMES_FROM:
            for unit, name in enumerate(self._names[: len(self._values)]):
                place = QRectF(area.left() + unit * step, area.bottom() + 6, step, 16)
                text = painter.fontMetrics().elidedText(
                    name, Qt.TextElideMode.ElideRight, int(step) - 2
                )
                painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, text)
            return
        place = QRectF(area.left(), area.bottom() + 6, step * len(self._values), 16)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(place, Qt.AlignmentFlag.AlignRight, str(len(self._values) - 1))

    def _area(self) -> QRectF:
        return QRectF(AXIS_WIDTH, 10, self.width() - AXIS_WIDTH - 4, self.height() - 10 - BOTTOM)

    def _step(self) -> float:
        widest = WIDEST_NAME if self._names else WIDEST_BAR
        return min(widest, self._area().width() / max(1, len(self._values)))

    def _range(self) -> tuple[float, float]:
        low, high = range_of(self._values)
        low, high = min(low, 0.0), max(high, 0.0)
        return (low, high) if high > low else (low, low + 1.0)

    def _unit_at(self, position: QPointF) -> int:
        unit = int((position.x() - self._area().left()) // max(self._step(), 1e-6))
        return unit if 0 <= unit < len(self._values) else -1
