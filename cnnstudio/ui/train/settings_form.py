"""How the next run trains: the project's training settings."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from cnnstudio.graph import SetSetting
from cnnstudio.graph.settings import TrainingSettings
from cnnstudio.layers.declaration import Declaration
from cnnstudio.training.losses import losses
from cnnstudio.training.optimizers import optimizers
from cnnstudio.training.schedules import schedules
from cnnstudio.training.status import UNFINISHED, RunStatus
from cnnstudio.ui import theme
from cnnstudio.ui.forms import Form, parameters_of_settings
from cnnstudio.ui.session import Session
from cnnstudio.ui.train.component_form import ComponentForm
from cnnstudio.ui.train.live_metrics_row import LiveMetricsRow
from cnnstudio.ui.train.losses_form import LossesForm
from cnnstudio.ui.train.schedule_row import ScheduleRow
from cnnstudio.ui.train.weights_row import WeightsRow

# By section: the fields that are seen, and those that are folded away.
MAIN = ("epochs", "batch_size", "learning_rate"), ("accumulate", "clip_norm", "clip_value")
SCHEDULE = ("warmup",), ()
FURTHER = ("auxiliary_weight",), ()  # of matter only where the network has several outputs
METRICS = ("best_metric",), ("top_k",)
REGULAR = ("early_stopping",), ("early_metric", "early_change", "l1", "decay_all", "ema_decay")
MACHINE = (
    ("seed", "device", "precision", "threads", "checkpoint_every", "snapshots"),
    (
        "channels_last",
        "fused",
        "compile",
        "deterministic",
        "keep_images",
        "readers",
        "parallel",
        "sync_norms",
        "snapshot_megabytes",
        "tensorboard",
    ),
)

FORMS = (MAIN, SCHEDULE, FURTHER, METRICS, REGULAR, MACHINE)


class SettingsForm(QScrollArea):
    """Each edit is a step of the document's undo list."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("training_settings")
        self.setAccessibleName("Training settings")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._forms = [Form(parameters_of_settings(TrainingSettings, *names)) for names in FORMS]
        self.main, self.rate, self.further, self.measured, self.regular, self.machine = self._forms
        self.schedule = _component("schedule", schedules)
        self.optimizer = _component("optimizer", optimizers)
        self.loss = _component("loss", losses)
        self.losses = LossesForm()
        self.curve = ScheduleRow()
        self.weights = WeightsRow()
        self.live = LiveMetricsRow()
        self._note = _label("Changes count for the next run.", "caption")
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(theme.spacing)
        for title, parts in (
            ("Training", (self.main, self.weights, self._note)),
            ("Schedule of the learning rate", (self.schedule, self.rate, self.curve)),
            ("Optimizer", (self.optimizer,)),
            ("Loss", (self.loss, self.further, self.losses)),
            ("Regularisation", (self.regular,)),
            ("Metrics", (self.live, self.measured)),
            ("Machine and reproducibility", (self.machine,)),
        ):
            if parts[0] is not self.main:
                column.addWidget(_line())
            column.addWidget(_label(title, "heading"))
            for part in parts:
                column.addWidget(part)
        self.live.edited.connect(self._apply)
        self._parts = (
            *self._forms, self.schedule, self.optimizer, self.loss, self.losses, self.weights
        )  # fmt: skip
        for part in self._parts:
            part.edited.connect(self._apply)
        column.addStretch()
        self.setWidget(page)
        session.changed.connect(self._show)
        session.document_replaced.connect(self._show)
        session.run_changed.connect(self._show_note)
        session.runs.status.connect(self._show_note)
        self._show()
        self._show_note()

    def redraw(self) -> None:
        """Draws the icons in the current theme's colours."""
        for part in self._parts:
            part.redraw()
        self.curve.update()

    def _show(self, *_: object) -> None:
        training = self._session.project.training
        for form, names in zip(self._forms, FORMS, strict=True):
            form.show_values({name: getattr(training, name) for some in names for name in some})
        nodes = self._session.project.network.nodes
        outputs = [node.name for node in nodes if node.kind == "Output"]
        self.further.setVisible(len(outputs) > 1)
        self.weights.show_value(training.initial_weights)
        self.live.show_settings(training)
        self.schedule.show_component(training.schedule)
        self.curve.show_settings(training)
        self.optimizer.show_component(training.optimizer)
        self.loss.show_component(training.loss)
        self.losses.show_settings(training, outputs)

    def _apply(self, name: str, value: object, merge: object) -> None:
        edit = SetSetting(section="training", name=name, value=value)
        if not self._session.try_apply(edit, merge):
            self._show()

    def _show_note(self, *_: object) -> None:
        run = self._session.run
        status: RunStatus | None = run and self._session.runs.status_of(run)
        self._note.setVisible(status is not None and status.state in UNFINISHED)


def _component(name: str, declared: Mapping[str, Declaration]) -> ComponentForm:
    help = TrainingSettings.model_fields[name].description or ""
    return ComponentForm(name, "Kind", declared, help)


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    label.setWordWrap(True)
    return label


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("role", "line")
    return line
