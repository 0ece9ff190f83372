"""That data is being loaded: how far it is, and a way out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from cnnstudio.ui import theme

STEPS = 1000


class Loading(QWidget):
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setProperty("role", "muted")
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress of loading")
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(280)
        self.cancel = QPushButton("Cancel")
        self.cancel.setAccessibleName("Cancel loading")
        self.cancel.clicked.connect(self.cancelled)
        column = QVBoxLayout(self)
        column.setSpacing(2 * theme.spacing)
        column.addStretch(2)
        for widget in (self.text, self.bar, self.cancel):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def start(self) -> None:
        self.show_progress(None, "Loading the data…")

    def show_progress(self, fraction: float | None, text: str) -> None:
        self.text.setText(text)
        self.bar.setRange(0, 0 if fraction is None else STEPS)
        if fraction is not None:
            self.bar.setValue(round(fraction * STEPS))
