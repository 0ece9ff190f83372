"""Which metrics are told after each epoch."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from cnnstudio.graph.settings import TrainingSettings
from cnnstudio.training.metrics import ALWAYS, metrics
from cnnstudio.ui import theme

NAME = "live_metrics"
COLUMNS = 2
OFFERED = [metric for metric in metrics.values() if metric.live and metric.name not in ALWAYS]


class LiveMetricsRow(QWidget):
    """A box for each declared metric that is cheap enough. Emits `edited(name, value, merge)` as a
    form does."""

    edited = Signal(str, object, object)

    def __init__(self) -> None:
        super().__init__()
        field = TrainingSettings.model_fields[NAME]
        title = QLabel(field.title or "")
        title.setProperty("role", "muted")
        title.setToolTip(field.description or "")
        self.boxes = {metric.name: QCheckBox() for metric in OFFERED}
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.spacing)
        grid.setVerticalSpacing(4)
        for number, metric in enumerate(OFFERED):
            box = self.boxes[metric.name]
            box.setToolTip(metric.doc)
            box.setObjectName(f"live_{metric.name}")
            box.clicked.connect(self._tell)
            left = Qt.AlignmentFlag.AlignLeft
            grid.addWidget(box, number // COLUMNS, number % COLUMNS, left)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(title)
        column.addLayout(grid)

    def show_settings(self, training: TrainingSettings) -> None:
        for metric in OFFERED:
            box = self.boxes[metric.name]
            box.setText(metric.title_for(training.top_k))
            box.setChecked(metric.name in training.live_metrics)

    def _tell(self) -> None:
        chosen = [metric.name for metric in OFFERED if self.boxes[metric.name].isChecked()]
        self.edited.emit(NAME, chosen, False)
