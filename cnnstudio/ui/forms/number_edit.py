"""A field for a number: typed freely, or stepped with keys, wheel and arrows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit

from cnnstudio.layers.declaration import Parameter
from cnnstudio.ui import theme
from cnnstudio.ui.forms.texts import read, write

BURST_MILLISECONDS = 1000
MANY = 10  # steps of a page key
ARROWS_WIDTH = 18
STEPS = {
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: MANY,
    Qt.Key.Key_PageDown: -MANY,
}


class NumberEdit(QLineEdit):
    """Whole numbers go by 1, and by 10 with the page keys. Other numbers go by a hundredth to a
    tenth of themselves, and by decades with the page keys: a learning rate is stepped as well as
    a share. Steps that follow each other share one merge token; typing has True.

    Any text may stand in it; the form says what is wrong with it.
    """

    edited = Signal(object, object)

    def __init__(self, parameter: Parameter) -> None:
        super().__init__()
        self._parameter = parameter
        self._burst: object | None = None
        self._burst_end = QTimer(self, singleShot=True, interval=BURST_MILLISECONDS)
        self._burst_end.timeout.connect(self._end_burst)
        self._wheel = 0
        self.setTextMargins(0, 0, ARROWS_WIDTH - 6, 0)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.textEdited.connect(self._take_typed)

    def show_value(self, value: Any) -> None:
        self.setText(write(self._parameter, value))
        self.setCursorPosition(0)

    def set_read_only(self, read_only: bool) -> None:
        self.setReadOnly(read_only)

    def step_by(self, steps: int) -> None:
        """Steps the number, as the arrow keys do."""
        now = self._now()
        value = self._stepped(now, steps)
        if value == now or self.isReadOnly():
            return
        self.setText(write(self._parameter, value))
        self.selectAll()
        if self._burst is None:
            self._burst = object()
        self._burst_end.start()
        self.edited.emit(self.text(), self._burst)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = STEPS.get(Qt.Key(event.key()))
        if steps is None:
            super().keyPressEvent(event)
        else:
            self.step_by(steps)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Scrolling the panel must not change what happens to be under the pointer.
        if not self.hasFocus() or self.isReadOnly():
            event.ignore()
            return
        self._wheel += event.angleDelta().y()
        notches, self._wheel = int(self._wheel / 120), int(self._wheel % 120)
        if notches:
            self.step_by(notches)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        area = self._arrows()
        place = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton and area.contains(place):
            self.step_by(1 if place.y() < area.center().y() else -1)
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._arrows().contains(event.position().toPoint()):
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._arrows().contains(event.position().toPoint())
        self.setCursor(Qt.CursorShape.ArrowCursor if over else Qt.CursorShape.IBeamCursor)
        super().mouseMoveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if (self.underMouse() or self.hasFocus()) and not self.isReadOnly():
            painter = QPainter(self)
            area = self._arrows()
            half = QSize(area.width(), area.height() // 2)
            up, down = QRect(area.topLeft(), half), QRect(area.topLeft(), half)
            down.moveBottom(area.bottom())
            theme.icon("mdi6.menu-up", "text_muted").paint(painter, up)
            theme.icon("mdi6.menu-down", "text_muted").paint(painter, down)

    def _arrows(self) -> QRect:
        """Where the two arrows are: the right end."""
        return QRect(self.width() - ARROWS_WIDTH - 2, 2, ARROWS_WIDTH, self.height() - 4)

    def _take_typed(self, text: str) -> None:
        self._end_burst()
        self.edited.emit(text, True)

    def _end_burst(self) -> None:
        self._burst = None

    def _now(self) -> int | float | None:
        """The number in the field; None if it is no number."""
        try:
            value = read(self._parameter, self.text())
        except ValueError:
            return None
        return value if isinstance(value, int | float) else None

    def _stepped(self, now: int | float | None, steps: int) -> int | float:
        """The number that many steps away, kept within the limits."""
        parameter = self._parameter
        if now is None:
            start = parameter.default
            now = start if isinstance(start, int | float) else parameter.minimum or 0
        if parameter.type == "int":
            value: int | float = int(now) + steps
        else:
            value = float(_stepped_float(Decimal(repr(float(now))), steps))
        if parameter.minimum is not None:
            value = max(value, parameter.minimum)
        if parameter.maximum is not None:
            value = min(value, parameter.maximum)
        value = int(value) if parameter.type == "int" else float(value)
        try:
            parameter.validate(value)
        except ValueError:
            return now
        return value


def _stepped_float(value: Decimal, steps: int) -> Decimal:
    if abs(steps) >= MANY:
        return value * 10 if steps > 0 else value / 10
    for _ in range(abs(steps)):
        grows = (steps > 0) == (value >= 0)
        exponent = value.adjusted() if value else -1
        if not grows and value and abs(value) == Decimal(1).scaleb(exponent):
            # Below a power of ten steps are finer: 0.001, 0.00099.
            exponent -= 1
        step = Decimal(1).scaleb(exponent - 1)
        value += step if steps > 0 else -step
    return value
