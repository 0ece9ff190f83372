"""A pill at the canvas's upper edge: what is going on, and a button to stop it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
)

SLOW_MILLISECONDS = 500


class BusyNote(QFrame):
    """Appears when something takes longer than a moment; the button calls what stops it."""

    def __init__(self, canvas: QAbstractScrollArea) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._stop: Callable[[], object] = lambda: None
        self.setObjectName("canvas_busy")
        self._text = QLabel()
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setFixedWidth(96)
        self.button = QPushButton("Cancel")
        self.button.setObjectName("canvas_busy_cancel")
        self.button.setAccessibleName("Cancel")
        self.button.clicked.connect(lambda: self._stop())
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        for part in (self._text, bar, self.button):
            row.addWidget(part)
        self._timer = QTimer(self, singleShot=True, interval=SLOW_MILLISECONDS)
        self._timer.timeout.connect(self._appear)
        self.hide()

    def begin(self, text: str, stop: Callable[[], object]) -> None:
        """Tells of this in a moment, if it has not ended by then."""
        self._text.setText(text)
        self._stop = stop
        self._timer.start()

    def end(self) -> None:
        self._timer.stop()
        self.hide()

    def place(self) -> None:
        """Moves to the middle of the view's upper edge."""
        self.adjustSize()
        area = self._canvas.viewport().geometry()
        self.move(area.center().x() - self.width() // 2, area.top() + 12)

    def _appear(self) -> None:
        self.place()
        self.show()
        self.raise_()
