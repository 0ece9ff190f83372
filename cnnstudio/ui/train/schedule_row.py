"""The learning rate over the run that is about to begin, as a curve."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cnnstudio.graph import ProblemError, TrainingSettings
from cnnstudio.training.schedules import PLATEAU, rate_factors, schedules
from cnnstudio.ui import theme
from cnnstudio.ui.curve_plot import CurvePlot, plain_number

POINTS = 240
STEPS_AN_EPOCH = 100  # the curve's shape hardly depends on how many there really are
COLOR = "Convolution"


class ScheduleRow(QWidget):
    """The curve, or why there is none: a constant rate needs no picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("schedule_row")
        self.plot = CurvePlot(("epochs", "learning rate"), (_whole, plain_number))
        self.note = QLabel()
        self.note.setProperty("role", "caption")
        self.note.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        column.addWidget(self.plot)
        column.addWidget(self.note)

    def show_settings(self, training: TrainingSettings) -> None:
        """Draws the learning rate from the first epoch to the last."""
        kind, note = training.schedule.kind, ""
        flat = kind in ("Constant", PLATEAU) and training.warmup == 0
        if kind == PLATEAU:
            note = "How it falls shows when the run makes no more progress."
        epochs, rates = [], []
        if kind in schedules and not flat:
            try:
                epochs, rates = learning_rates(training)
            except ProblemError as error:
                note = error.message
        self.plot.setVisible(bool(epochs))
        if epochs:
            self.plot.show_curve(epochs, rates, COLOR, "the learning rate")
        self.note.setText(note)
        self.note.setVisible(bool(note))


def _whole(epochs: float) -> str:
    """The last step is hardly before the end of its epoch."""
    return f"{epochs:.0f}"


def learning_rates(training: TrainingSettings) -> tuple[list[float], list[float]]:
    """Epochs and the learning rate in them; ProblemError if the schedule's settings are wrong."""
    steps = training.epochs * STEPS_AN_EPOCH
    factor_at = rate_factors(training, STEPS_AN_EPOCH, steps)
    epochs, rates = [], []
    for point in range(POINTS + 1):
        step = round(point * (steps - 1) / POINTS)
        epochs.append(step / STEPS_AN_EPOCH)
        rates.append(training.learning_rate * factor_at(step))
    return epochs, rates
