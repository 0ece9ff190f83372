"""Rows of numbers with a bar each: contributions, shares, operands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.inspect.steps.board import sign_color

ROW, LARGEST_ROW = 24.0, 34.0
GAP = 18.0
LEAST_BAR = 90.0
WIDEST = 860.0


@dataclass(frozen=True)
class Term:
    """`label` and `numbers` are texts, one for each column; `value` is the bar's."""

    label: str
    numbers: tuple[str, ...]
    value: float
    strong: bool = False
    key: int = -1


class Terms(QWidget):
    """`chosen(key)` is emitted for a row that is clicked, where it has a key."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._terms: Sequence[Term] = ()
        self._columns: Sequence[str] = ()
        self._signed = True
        self.setAccessibleName("Terms")
        self.setMinimumSize(240, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def terms(self) -> Sequence[Term]:
        return self._terms

    @property
    def room(self) -> int:
        """How many rows can be shown."""
        return max(3, int((self.height() - ROW) / ROW))

    def show_terms(
        self, columns: Sequence[str], terms: Sequence[Term], signed: bool = True
    ) -> None:
        """`columns` are the titles of labels, numbers and bars; `signed` bars have the colours of
        their signs."""
        self._columns, self._terms, self._signed = columns, terms, signed
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 320)

    def row_rect(self, number: int) -> QRectF:
        """Where a row stands; -1 is that of the titles."""
        height = min(LARGEST_ROW, max(ROW, self.height() / (len(self._terms) + 1)))
        width = min(WIDEST, self.width() - 2.0)
        top = max(0.0, (self.height() - height * (len(self._terms) + 1)) / 2)
        return QRectF((self.width() - width) / 2, top + (number + 1) * height, width, height)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        for number, term in enumerate(self._terms):
            if term.key >= 0 and self.row_rect(number).contains(event.position()):
                self.chosen.emit(term.key)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._terms:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plain = theme.font(14)
        lines = [(self._columns[0], *self._columns[1:-1])]
        lines += [(term.label, *term.numbers) for term in self._terms]
        metrics = QFontMetricsF(theme.font(14, bold=True))
        widths = [
            max(metrics.horizontalAdvance(line[i]) for line in lines if i < len(line)) + GAP
            for i in range(len(self._columns) - 1)
        ]
        row = self.row_rect(0)
        widths[0] = min(widths[0], row.width() * 0.4)
        bars = QRectF(row.left() + sum(widths), 0, row.width() - sum(widths), 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("text_muted"))
        titles = self.row_rect(-1)
        left = titles.left()
        for number, width in enumerate(widths):
            place = QRectF(left, titles.top(), width - GAP, titles.height())
            align = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
            painter.drawText(place, align | middle, self._columns[number])
            left += width
        place = QRectF(left, titles.top(), bars.width(), titles.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | middle, self._columns[-1])
        for number, term in enumerate(self._terms):
            place = self.row_rect(number)
            if term.strong:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("surface_selected"))
                painter.drawRoundedRect(place.adjusted(-6, 1, 6, -1), 4, 4)
            painter.setFont(theme.font(14, bold=True) if term.strong else plain)
            painter.setPen(theme.color("text"))
            left = place.left()
            for index, text in enumerate((term.label, *term.numbers)):
                cell = QRectF(left, place.top(), widths[index] - GAP, place.height())
                align = Qt.AlignmentFlag.AlignRight if index else Qt.AlignmentFlag.AlignLeft
                shown = painter.fontMetrics().elidedText(
                    text, Qt.TextElideMode.ElideRight, int(cell.width()) + 1
                )
                painter.drawText(cell, align | middle, shown)
                left += widths[index]
            if bars.width() >= LEAST_BAR:
                self._paint_bar(painter, term, bars, place)

    def _paint_bar(self, painter: QPainter, term: Term, bars: QRectF, row: QRectF) -> None:
        values = [other.value for other in self._terms]
        low, high = min(0.0, *values), max(0.0, *values)
        span = (high - low) or 1.0
        zero = bars.left() - low / span * bars.width()
        end = zero + term.value / span * bars.width()
        height = row.height() * 0.5
        bar = QRectF(min(zero, end), row.center().y() - height / 2, max(1.5, abs(end - zero)),
                     height)  # fmt: skip
        painter.setPen(QPen(theme.color("border_strong"), 1))
        painter.drawLine(QPointF(zero, row.top()), QPointF(zero, row.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(sign_color(term.value) if self._signed else theme.color("accent"))
        painter.drawRoundedRect(bar, 2, 2)
