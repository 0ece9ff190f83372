"""How many of the test images are still told right when all are attacked."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from cnnstudio.interpret.adversarial.attacks import LEVELS
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.curve_plot import CurvePlot
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.session import Session

STEPS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)  # in levels of 255
SAMPLES = 200
IDLE = "Robust accuracy"


class RobustPanel(QWidget):
    """A button, and the curve of accuracy over the change."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.inquiry = Inquiry(session, "robust_accuracy", "inspect robust", self)
        self._asked: dict[str, Any] = {}
        self.button = QPushButton(IDLE)
        self.button.setToolTip(f"Attacks the first {SAMPLES} test images, by ever more")
        self.told = QLabel()
        self.told.setProperty("role", "muted")
        self.told.setWordWrap(True)
        self.curve = CurvePlot(
            ("change", "accuracy"), (lambda x: f"{x:.3g}/{LEVELS}", quantities.percent)
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        for widget in (self.button, self.told, self.curve):
            column.addWidget(widget)
        self.button.clicked.connect(self._start_or_stop)
        self.inquiry.progressed.connect(self._show_progress)
        self.inquiry.answered.connect(self._show_answer)
        self.inquiry.failed.connect(lambda error: self.told.setText(error.message))
        self.inquiry.settled.connect(lambda: self.button.setText(IDLE))
        self.show_asked({})

    def show_asked(self, asked: dict[str, Any]) -> None:
        """What to ask: network, method and its parameters. What was found for others is gone."""
        if asked != self._asked or not asked:
            self.inquiry.forget()
            self._asked = asked
            self.told.setText("")
            self.curve.setVisible(False)
        self.button.setEnabled(bool(asked))

    def _start_or_stop(self) -> None:
        if self.inquiry.waiting:
            self.inquiry.forget()
            self.told.setText("")
            return
        self.button.setText("Stop")
        self.told.setText("Reading the images…")
        epsilons = [levels / LEVELS for levels in STEPS]
        self.inquiry.ask(epsilons=epsilons, samples=SAMPLES, **self._asked)

    def _show_progress(self, share: float | None, text: str) -> None:
        self.told.setText(f"Attacked {text}.")

    def _show_answer(self, answer: dict[str, Any]) -> None:
        shares = [float(one) for one in answer["accuracy"]]
        half = next((levels for levels, one in zip(STEPS, shares, strict=True)
                     if one < shares[0] / 2), None)  # fmt: skip
        told = f"{answer['samples']} test images: {quantities.percent(shares[0])} right unchanged"
        if half is None:
            told += f", {quantities.percent(shares[-1])} at {STEPS[-1]:.0f}/{LEVELS}."
        else:
            told += f", fewer than half of them at {half:.2g}/{LEVELS}."
        self.told.setText(told)
        self.curve.show_curve(STEPS, shares, "Activation", "robust accuracy")
        self.curve.setVisible(True)
