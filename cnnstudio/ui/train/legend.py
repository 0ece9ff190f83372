"""The line above a plot: its title, what its colours mean, and the values under the pointer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from cnnstudio.ui import theme

HEIGHT = 28
GAP = 18
MARK = 18
MARGIN = 8
# So many entries have room before the place has.
ALWAYS = 2


@dataclass(frozen=True)
class Entry:
    """One curve: its colour token, its mark and its value in words."""

    label: str
    value: str
    token: str
    mark: Literal["line", "ring", "dotted line"]
    widest: str


class Legend(pg.GraphicsWidget):
    """Painted into the plots' scene, so that exported pictures carry it too.

    Each value has room for its widest text, so nothing jumps while the pointer moves. Entries
    that do not fit are left out, the last first.
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._entries: list[Entry] = []
        self._place = ""
        self.setMinimumHeight(HEIGHT)
        self.setMaximumHeight(HEIGHT)

    def show_title(self, title: str) -> None:
        self._title = title
        self.update()

    def show_values(self, entries: list[Entry], place: str) -> None:
        """`place` says where on the x axis the values are from."""
        if (entries, place) != (self._entries, self._place):
            self._entries, self._place = entries, place
            self.update()

    @property
    def text(self) -> str:
        """What is shown, as one line."""
        told = [f"{entry.label} {entry.value}" for entry in self._entries if entry.value]
        return " · ".join([self._title, *told, *([self._place] if self._place else [])])

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        area = self.rect()
        left, right = area.left() + MARGIN, area.right() - 4
        left = self._write(painter, left, self._title, "text", bold=True) + GAP
        if self._place:
            width = _width(self._place, False)
            needed = sum(_entry_width(entry) + GAP for entry in self._entries[:ALWAYS])
            if left + needed + width < right:
                self._write(painter, right - width, self._place, "text_muted")
                right -= width + GAP
        for entry in self._entries:
            if left + _entry_width(entry) > right:
                return
            self._draw_mark(painter, left, entry)
            after = self._write(painter, left + MARK, f"{entry.label} ", "text_muted")
            self._write(painter, after, entry.value, "text", bold=True)
            left += _entry_width(entry) + GAP

    def _draw_mark(self, painter: QPainter, left: float, entry: Entry) -> None:
        middle = QPointF(left + 5, self.rect().center().y() + 0.5)
        color = theme.color(entry.token)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color, 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if entry.mark == "ring":
            painter.drawEllipse(middle, 3.5, 3.5)
            return
        painter.drawLine(middle - QPointF(6, 0), middle + QPointF(6, 0))
        if entry.mark == "dotted line":
            painter.setBrush(color)
            painter.drawEllipse(middle, 2.5, 2.5)

    def _write(
        self, painter: QPainter, left: float, text: str, token: str, bold: bool = False
    ) -> float:
        """Writes at the left edge given; returns the right one."""
        width = _width(text, bold)
        painter.setFont(_font(bold))
        painter.setPen(theme.color(token))
        room = QRectF(left, self.rect().top(), width + 1, self.rect().height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
        return left + width


def _entry_width(entry: Entry) -> float:
    return MARK + _width(f"{entry.label} ", False) + _width(entry.widest, True)


def _width(text: str, bold: bool) -> float:
    return _metrics(bold).horizontalAdvance(text)


# Written several times a second while a network trains.
@cache
def _font(bold: bool) -> QFont:
    return theme.font(12, bold)


@cache
def _metrics(bold: bool) -> QFontMetricsF:
    return QFontMetricsF(_font(bold))
