"""The rehearsal: a few steps before the run, and what they tell."""

from __future__ import annotations

import math
from concurrent.futures import Future
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.graph import SetSetting
from cnnstudio.ui import theme
from cnnstudio.ui.curve_plot import CurvePlot, plain_number
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session
from cnnstudio.ui.train.batch_size_row import BatchSizeRow

WIDTH = 560
MARK = QSize(18, 18)
MARKS = {True: ("mdi6.check", "ok"), False: ("mdi6.alert-outline", "warning")}


class RehearsalDialog(QDialog):
    """Asks the kernel when it is shown; `found` is the answer (`Rehearsal.to_json`)."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asked: Future[Any] | None = None
        self.found: dict[str, Any] | None = None
        self.setObjectName("rehearsal_dialog")
        self.setWindowTitle("Rehearse the training")
        self.setMinimumWidth(WIDTH)
        self.state = QLabel(
            "Some steps on a few batches, which are forgotten afterwards: does the loss begin "
            "where guessing is, does each layer get a gradient, can one batch be learned by heart, "
            "and which learning rate lowers the loss fastest?"
        )
        self.state.setProperty("role", "muted")
        self.state.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.findings = QGridLayout()
        self.findings.setHorizontalSpacing(12)
        self.findings.setVerticalSpacing(theme.spacing)
        self.findings.setColumnStretch(1, 1)
        self.plot = CurvePlot(
            ("learning rate", "loss"), (lambda power: plain_number(10**power), plain_number)
        )
        self.plot.hide()
        self.use = QPushButton()
        self.use.setObjectName("use_learning_rate")
        self.use.setProperty("role", "primary")
        self.use.clicked.connect(self._use)
        self.use.hide()
        self.batch_sizes = BatchSizeRow(session)
        self.batch_sizes.resized.connect(lambda: QTimer.singleShot(0, self._fit))
        self.batch_sizes.used.connect(self.batch_sizes.use.hide)
        self.batch_sizes.hide()
        self.end = QPushButton("Cancel")
        self.end.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.spacing)
        buttons.addStretch()
        buttons.addWidget(self.end)
        buttons.addWidget(self.use)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(self.state)
        column.addWidget(self.progress)
        column.addLayout(self.findings)
        column.addWidget(self.plot)
        column.addWidget(self.batch_sizes)
        column.addLayout(buttons)

    def start(self) -> None:
        """Shows itself and asks."""
        self.open()
        self._asked = self._session.ask(
            "rehearse", self._take, self._fail, key="rehearse", project=self._session.project
        )

    def reject(self) -> None:
        if self._asked is not None:
            self._asked.cancel()
        self.batch_sizes.cancel()
        super().reject()

    def _take(self, found: dict[str, Any]) -> None:
        self._asked, self.found = None, found
        self._finish()
        for row, finding in enumerate(found["findings"]):
            mark, words = QLabel(), QLabel(f"{finding['text']} {finding['hint']}".strip())
            mark.setPixmap(theme.icon(*MARKS[finding["fine"]]).pixmap(MARK))
            mark.setAccessibleName("Fine" if finding["fine"] else "To be mended")
            words.setWordWrap(True)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.findings.addWidget(mark, row, 0, Qt.AlignmentFlag.AlignTop)
            self.findings.addWidget(words, row, 1)
        tested = found["range_test"]
        if tested["rates"]:
            rates = [math.log10(rate) for rate in tested["rates"]]
            self.plot.show_curve(rates, tested["losses"], "Convolution", "the range test")
            self.plot.show()
        if tested["suggestion"] is not None:
            self.use.setText(f"Use {tested['suggestion']:.2g} as the learning rate")
            self.use.show()
        self.batch_sizes.show()
        QTimer.singleShot(0, self._fit)  # once the sentences know their height

    def _fail(self, error: Exception) -> None:
        self._asked = None
        self._finish()
        told = Message.of(error)
        self.state.setText(f"{told.text} {told.hint}".strip())

    def _fit(self) -> None:
        """As tall as the sentences are at this width."""
        layout = self.layout()
        layout.activate()
        self.resize(self.width(), layout.totalHeightForWidth(self.width()))

    def _finish(self) -> None:
        self.progress.hide()
        self.end.setText("Close")

    def _use(self) -> None:
        assert self.found is not None
        rate = float(f"{self.found['range_test']['suggestion']:.2g}")
        self._session.try_apply(SetSetting(section="training", name="learning_rate", value=rate))
        self.accept()
