"""The line of a step's card: what it is, and where it is held to be dragged."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.ui import theme
from cnnstudio.ui.card_section import label

SIDE = 18


class CardHead(QWidget):
    """`clicked` for a click; for a press that moves `dragged(pointer on the screen)` again and
    again, and `dropped(whether where it is)` at its end."""

    clicked = Signal()
    dragged = Signal(QPoint)
    dropped = Signal(bool)

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self.is_open = False
        self._pressed: QPoint | None = None
        self.is_dragging = False
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._grip, self._icon, self._fold = QLabel(), QLabel(), QLabel()
        self._name = label(title, "heading")
        self._summary = label("", "caption")
        self.summary = ""
        for part in (self._name, self._summary):
            # A long line must not widen the panel.
            part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._name)
        words.addWidget(self._summary)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 4, 2, 4)
        row.setSpacing(6)
        for part in (self._grip, self._icon):
            row.addWidget(part)
        row.addLayout(words, 1)
        row.addWidget(self._fold)

    def show_summary(self, text: str) -> None:
        self.summary = text
        self._summary.setVisible(bool(text))
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def show_icon(self, name: str) -> None:
        self._icon.setPixmap(theme.icon(name, "text_muted").pixmap(QSize(SIDE, SIDE)))
        self._grip.setPixmap(theme.icon("mdi6.drag-vertical", "text_muted").pixmap(SIDE, SIDE))
        self.show_open(self.is_open)

    def show_open(self, open: bool) -> None:
        self.is_open = open
        icon = "mdi6.chevron-down" if open else "mdi6.chevron-right"
        self._fold.setPixmap(theme.icon(icon, "text_muted").pixmap(QSize(SIDE, SIDE)))

    def cancel(self) -> None:
        """Ends a drag where it began."""
        self._end(False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.globalPosition().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        pointer = event.globalPosition().toPoint()
        far = (pointer - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if far and not self.is_dragging:
            self.is_dragging = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self.is_dragging:
            self.dragged.emit(pointer)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        if self.is_dragging:
            self._end(True)
        else:
            self._pressed = None
            self.clicked.emit()

    def _elide(self) -> None:
        metrics, room = self._summary.fontMetrics(), self._summary.width()
        self._summary.setText(
            metrics.elidedText(self.summary, Qt.TextElideMode.ElideRight, max(room, 40))
        )

    def _end(self, here: bool) -> None:
        self._pressed, self.is_dragging = None, False
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.dropped.emit(here)
