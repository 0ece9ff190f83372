"""How many images each class has in each split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.ui import theme

ROW = 26
BAR = 8
NAME_SHARE = 0.36
COUNT_WIDTH = 52
LEGEND = 24
SPLIT_COLORS = {"train": "train", "validation": "validation", "test": "text_muted"}
SPLIT_TITLES = {"train": "Train", "validation": "Validation", "test": "Test"}


class ClassBars(QWidget):
    """A stacked bar for each class. `chosen(class)` is emitted for one that is clicked, -1 when
    it is clicked again: all classes."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes: list[str] = []
        self._counts: dict[str, list[int]] = {}
        self._chosen = -1
        self._current = 0
        self.setAccessibleName("Images by class")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_counts(self, classes: Sequence[str], counts: Mapping[str, Sequence[int]]) -> None:
        """`counts` are {split: [images of each class]}."""
        self._classes = list(classes)
        self._counts = {split: list(counts.get(split, ())) for split in SPLIT_COLORS}
        self._chosen, self._current = -1, 0
        totals = (f"{name} {self.total(n):,}" for n, name in enumerate(self._classes[:20]))
        self.setAccessibleDescription(", ".join(totals))
        self.updateGeometry()
        self.update()

    def total(self, number: int) -> int:
        """The images of a class in all splits."""
        return sum(counts[number] for counts in self._counts.values() if number < len(counts))

    def choose(self, number: int) -> None:
        """Marks a class and tells; the one that is marked already is unmarked."""
        self._chosen = -1 if number == self._chosen else number
        self._current = max(0, number)
        self.chosen.emit(self._chosen)
        self.update()

    def row_rect(self, number: int) -> QRectF:
        return QRectF(0, LEGEND + number * ROW, self.width(), ROW)

    def sizeHint(self) -> QSize:
        return QSize(240, LEGEND + max(1, len(self._classes)) * ROW)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        number = int((event.position().y() - LEGEND) // ROW)
        if event.button() == Qt.MouseButton.LeftButton and 0 <= number < len(self._classes):
            self.choose(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        if key in steps:
            self._current = max(0, min(self._current + steps[key], len(self._classes) - 1))
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._classes:
            self.choose(self._current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_legend(painter)
        most = max((self.total(n) for n in range(len(self._classes))), default=0)
        for number in range(len(self._classes)):
            area = self.row_rect(number)
            if area.intersects(QRectF(event.rect())):
                self._paint_row(painter, area, number, max(1, most))

    def _paint_legend(self, painter: QPainter) -> None:
        painter.setFont(theme.font(11))
        left = 0.0
        for split, color in SPLIT_COLORS.items():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(color))
            painter.drawRoundedRect(QRectF(left, 5, 8, 8), 2, 2)
            painter.setPen(theme.color("text_muted"))
            text = SPLIT_TITLES[split]
            width = painter.fontMetrics().horizontalAdvance(text)
            painter.drawText(QRectF(left + 13, 0, width + 2, 18), text)
            left += width + 28

    def _paint_row(self, painter: QPainter, area: QRectF, number: int, most: int) -> None:
        marked = number == self._chosen
        painter.setPen(Qt.PenStyle.NoPen)
        if marked or (self.hasFocus() and number == self._current):
            painter.setBrush(theme.color("surface_selected" if marked else "surface_hover"))
            painter.drawRoundedRect(area, 4, 4)
        area = area.adjusted(6, 0, -6, 0)
        painter.setFont(theme.font(12, bold=marked))
        painter.setPen(theme.color("text"))
        name = QRectF(area.left(), area.top(), area.width() * NAME_SHARE - 8, area.height())
        text = painter.fontMetrics().elidedText(
            self._classes[number], Qt.TextElideMode.ElideRight, int(name.width())
        )
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(theme.color("text_muted"))
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(area, right, f"{self.total(number):,}")
        left = name.right() + 8
        room = area.right() - COUNT_WIDTH - left
        painter.setPen(Qt.PenStyle.NoPen)
        for split, color in SPLIT_COLORS.items():
            counts = self._counts[split]
            width = room * (counts[number] if number < len(counts) else 0) / most
            painter.setBrush(QColor(theme.color(color)))
            painter.drawRect(QRectF(left, area.center().y() - BAR / 2, max(0.0, width - 1), BAR))
            left += width
