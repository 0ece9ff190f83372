"""Which batch size fits and which is fastest: asked for by a button, used by another."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cnnstudio.graph import SetSetting
from cnnstudio.ui import theme
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session


class BatchSizeRow(QWidget):
    """Asks the kernel when its button is pressed; `found` is the answer (`BatchSizes.to_json`)."""

    resized = Signal()  # its words need another height
    used = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asked: Future[Any] | None = None
        self.found: dict[str, Any] | None = None
        self.words = QLabel()
        self.words.setObjectName("batch_sizes_found")
        self.words.setWordWrap(True)
        self.find = QPushButton("Find a batch size")
        self.find.setObjectName("find_batch_size")
        self.find.setToolTip("Takes some steps with ever larger batches: a minute at the most")
        self.find.clicked.connect(self._ask)
        self.use = QPushButton()
        self.use.setObjectName("use_batch_size")
        self.use.clicked.connect(self._use)
        self.use.hide()
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.spacing)
        buttons.addWidget(self.find)
        buttons.addWidget(self.use)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        column.addWidget(self.words)
        column.addLayout(buttons)
        self.words.hide()

    def cancel(self) -> None:
        if self._asked is not None:
            self._asked.cancel()

    def _ask(self) -> None:
        self.find.setEnabled(False)
        self._tell("Trying batches of 8, 16, 32 and so on…")
        self._asked = self._session.ask(
            "batch_sizes", self._take, self._fail, key="batch_sizes", project=self._session.project
        )

    def _take(self, found: dict[str, Any]) -> None:
        self._asked, self.found = None, found
        self.find.hide()
        self.use.setVisible(found["fastest"] > 0)
        self.use.setText(f"Use {found['fastest']} as the batch size")
        self._tell(found["text"])

    def _fail(self, error: Exception) -> None:
        self._asked = None
        self.find.setEnabled(True)
        told = Message.of(error)
        self._tell(f"{told.text} {told.hint}".strip())

    def _tell(self, text: str) -> None:
        self.words.setText(text)
        self.words.show()
        self.resized.emit()

    def _use(self) -> None:
        assert self.found is not None
        edit = SetSetting(section="training", name="batch_size", value=self.found["fastest"])
        self._session.try_apply(edit)
        self.used.emit()
