"""How the next run trains: the project's training settings."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from cnnstudio.graph import SetSetting
from cnnstudio.graph.settings import TrainingSettings
from cnnstudio.training.declarations import losses, optimizers
from cnnstudio.training.status import UNFINISHED, RunStatus
from cnnstudio.ui import theme
from cnnstudio.ui.forms import Form, parameters_of_settings
from cnnstudio.ui.session import Session
from cnnstudio.ui.train.component_form import ComponentForm
from cnnstudio.ui.train.weights_row import WeightsRow

MAIN = ("epochs", "batch_size", "learning_rate")
FURTHER = ("auxiliary_weight",)  # of matter only where the network has several outputs
MACHINE = ("seed", "device", "threads", "checkpoint_every")


class SettingsForm(QScrollArea):
    """Each edit is a step of the document's undo list."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("training_settings")
        self.setAccessibleName("Training settings")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        fields = TrainingSettings.model_fields
        self.main = Form(parameters_of_settings(TrainingSettings, MAIN))
        self.further = Form(parameters_of_settings(TrainingSettings, FURTHER))
        self.machine = Form(parameters_of_settings(TrainingSettings, MACHINE))
        self.optimizer = ComponentForm(
            "optimizer", "Kind", optimizers, fields["optimizer"].description or ""
        )
        self.loss = ComponentForm("loss", "Kind", losses, fields["loss"].description or "")
        self.weights = WeightsRow()
        self._note = _label("Changes count for the next run.", "caption")
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(theme.spacing)
        for title, form in (
            ("Training", self.main), ("Optimizer", self.optimizer), ("Loss", self.loss),
            ("Machine and reproducibility", self.machine),
        ):  # fmt: skip
            if form is not self.main:
                column.addWidget(_line())
            column.addWidget(_label(title, "heading"))
            column.addWidget(form)
            form.edited.connect(self._apply)
            if form is self.loss:
                column.addWidget(self.further)
            if form is self.main:
                column.addWidget(self.weights)
                column.addWidget(self._note)
        self.weights.edited.connect(self._apply)
        self.further.edited.connect(self._apply)
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
        for form in (
            self.main, self.optimizer, self.loss, self.further, self.machine, self.weights,
        ):  # fmt: skip
            form.redraw()

    def _show(self, *_: object) -> None:
        training = self._session.project.training
        values = {name: getattr(training, name) for name in (*MAIN, *FURTHER, *MACHINE)}
        self.main.show_values(values)
        self.further.show_values(values)
        outputs = [node for node in self._session.project.network.nodes if node.kind == "Output"]
        self.further.setVisible(len(outputs) > 1)
        self.machine.show_values(values)
        self.weights.show_value(training.initial_weights)
        self.optimizer.show_component(training.optimizer)
        self.loss.show_component(training.loss)

    def _apply(self, name: str, value: object, merge: object) -> None:
        edit = SetSetting(section="training", name=name, value=value)
        if not self._session.try_apply(edit, merge):
            self._show()

    def _show_note(self, *_: object) -> None:
        run = self._session.run
        status: RunStatus | None = run and self._session.runs.status_of(run)
        self._note.setVisible(status is not None and status.state in UNFINISHED)


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    label.setWordWrap(True)
    return label


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("role", "line")
    return line
