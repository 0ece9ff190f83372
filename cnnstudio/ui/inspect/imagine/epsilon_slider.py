"""How much each pixel may change, with marks where that turns the decision."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider, QWidget

from cnnstudio.ui import theme

MARK_HEIGHT = 4.0
ARROW = 5.0
SWATCH, LEGEND_HEIGHT = 16.0, 18


class EpsilonSlider(QSlider):
    """In levels of 255. Below the groove a line marks the values that turn the decision; an arrow
    the smallest one that was found."""

    def __init__(self, greatest: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.turned: Sequence[bool] = ()
        self.smallest: float | None = None
        self.setAccessibleName("Change of each pixel, in levels of 255")
        self.setRange(0, greatest)
        self.setPageStep(4)
        self.setMinimumHeight(34)

    def show_turned(self, turned: Sequence[bool]) -> None:
        """Whether each value of the slider turns the decision."""
        self.turned = list(turned)
        first = next((number for number, one in enumerate(self.turned) if one), None)
        self.setAccessibleDescription(
            "no change turns the decision" if first is None else f"turns it from {first}/255 on"
        )
        self.update()

    def show_smallest(self, levels: float | None) -> None:
        self.smallest = levels
        self.update()

    def place_of(self, levels: float) -> float:
        """Where a value stands, from the left."""
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        handle = self.style().subControlRect(
            QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
        )
        room = self.width() - handle.width()
        return handle.width() / 2 + room * levels / max(1, self.maximum())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("warning"))
        bottom, half = self.height() - MARK_HEIGHT - 1, 0.5
        for turned, values in groupby(range(len(self.turned)), key=lambda at: self.turned[at]):
            if turned:
                first, *rest = values
                left = self.place_of(first - half)
                right = self.place_of((rest or [first])[-1] + half)
                painter.drawRect(QRectF(left, bottom, right - left, MARK_HEIGHT))
        if self.smallest is not None:
            x = self.place_of(self.smallest)
            painter.setBrush(theme.color("text"))
            tip = QPointF(x, bottom - 2 * ARROW + 4)
            base = bottom + MARK_HEIGHT + 1
            painter.drawPolygon(
                QPolygonF([tip, QPointF(x - ARROW, base), QPointF(x + ARROW, base)])
            )


class TurnedLegend(QWidget):
    """What the line below the slider means."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._any = False
        self.setFixedHeight(LEGEND_HEIGHT)

    def show_turned(self, any_turned: bool, name: str | None) -> None:
        """Whether there is a line; `name` is the class that the decision is to become."""
        self._any = any_turned
        end = "changes the decision" if name is None else f"turns the decision into “{name}”"
        self.text = f"Where it {end}" if any_turned else f"No change up to here {end}"
        self.setAccessibleName(self.text)
        self.setToolTip(f"The line below the slider: {self.text}" if any_turned else self.text)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, LEGEND_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        left = 0.0
        if self._any:
            middle = (self.height() - MARK_HEIGHT) / 2
            painter.fillRect(QRectF(0, middle, SWATCH, MARK_HEIGHT), theme.color("warning"))
            left = SWATCH + 8
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("text_muted"))
        place = QRectF(left, 0, self.width() - left, self.height())
        text = painter.fontMetrics().elidedText(
            self.text, Qt.TextElideMode.ElideRight, int(place.width())
        )
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
