"""The file of weights that a training begins with: none, or one that is chosen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.graph.settings import TrainingSettings
from cnnstudio.ui import theme

NAME = "initial_weights"
FRESH = "Fresh, from the seed"


class WeightsRow(QWidget):
    """Emits `edited(name, value, merge)` as a form does: the file's path, empty for fresh ones."""

    edited = Signal(str, object, object)

    def __init__(self) -> None:
        super().__init__()
        field = TrainingSettings.model_fields[NAME]
        self.value = ""
        title = QLabel(field.title or "")
        title.setProperty("role", "muted")
        title.setWordWrap(True)
        self.shown = QLabel(FRESH)
        self.shown.setObjectName("initial_weights_shown")
        self.shown.setTextFormat(Qt.TextFormat.PlainText)
        self.shown.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.choose = QPushButton("Choose…")
        self.choose.setAccessibleName("Choose the file of weights to begin with")
        self.choose.clicked.connect(self._ask)
        self.clear = QToolButton()
        self.clear.setAccessibleName("Begin with fresh weights")
        self.clear.setToolTip("Begin with fresh weights")
        self.clear.setIconSize(QSize(16, 16))
        self.clear.clicked.connect(lambda: self.edited.emit(NAME, "", False))
        self.missing = QLabel()
        self.missing.setProperty("role", "error")
        self.missing.setWordWrap(True)
        for part in (title, self.shown):
            part.setToolTip(field.description or "")
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.shown, 1)
        row.addWidget(self.clear)
        row.addWidget(self.choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(title)
        column.addLayout(row)
        column.addWidget(self.missing)
        self.show_value("")
        self.redraw()

    def show_value(self, value: str) -> None:
        self.value = value
        self.clear.setVisible(bool(value))
        lost = bool(value) and not Path(value).is_file()
        self.missing.setText("There is no such file any more. Choose it again." if lost else "")
        self.missing.setVisible(lost)
        self.shown.setToolTip(value or "drawn anew with the seed")
        self.shown.setAccessibleDescription(value)
        self._elide()

    def redraw(self) -> None:
        """Draws the icon in the current theme's colours."""
        self.clear.setIcon(theme.icon("mdi6.close", "text_muted"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        text = Path(self.value).name if self.value else FRESH
        width = max(self.shown.width(), 60)
        middle = Qt.TextElideMode.ElideMiddle
        self.shown.setText(self.shown.fontMetrics().elidedText(text, middle, width))

    def _ask(self) -> None:
        folder = str(Path(self.value).parent) if self.value else str(Path.home())
        dialog = QFileDialog(self, "Weights to begin with", folder, "Weights (*.safetensors)")
        dialog.setObjectName("initial_weights_dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda chosen: self.edited.emit(NAME, chosen, False))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
