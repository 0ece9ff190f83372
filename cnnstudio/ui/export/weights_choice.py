"""Which network is exported: that of a run at a checkpoint, or the one on the canvas, untrained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui import theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.inspect.network_chooser import checkpoint_title, listed_title
from cnnstudio.ui.session import Session


class WeightsChoice(QWidget):
    """`changed` is emitted when another network is chosen, or when its checkpoints are known."""

    changed = Signal()

    def __init__(self, session: Session, run: RunDirectory | None = None) -> None:
        super().__init__()
        self._session = session
        self.run = ChoiceBox("Weights")
        self.run.setToolTip("Whose weights go into the file")
        self.run.shrink_to(28)
        self.checkpoint = ChoiceBox("Checkpoint")
        self.checkpoint.setToolTip("The moment of the training whose weights are taken")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.spacing)
        row.addWidget(self.run, 1)
        row.addWidget(self.checkpoint)
        self.run.activated.connect(lambda _: self._read_checkpoints())
        self.checkpoint.activated.connect(lambda _: self.changed.emit())
        session.runs_listed.connect(self._list_runs)
        session.changed.connect(self._list_runs)
        session.document_replaced.connect(self._start_over)
        self._list_runs()
        self.choose(run if run is not None else session.run)

    def choose(self, run: RunDirectory | None) -> None:
        """Chooses a run; None for the network on the canvas."""
        self._list_runs(run)
        self.run.choose(run)
        self._read_checkpoints()

    @property
    def request(self) -> dict[str, Any] | None:
        """What is to be exported, as the worker takes it; None while nothing can be."""
        run = self.run.currentData()
        if run is None:
            return {"project": self._session.project.model_dump(mode="json")}
        if self.checkpoint.currentData() is None:
            return None
        return {"run": str(run.path), "checkpoint": self.checkpoint.currentData()}

    @property
    def note(self) -> str:
        """What is to be known of the choice."""
        run = self.run.currentData()
        if run is None:
            file = self._session.project.training.initial_weights
            if file:
                return f"The network on the canvas, with the weights of {Path(file).name}."
            return "The network on the canvas, with the fresh weights of its seed."
        if self.checkpoint.currentData() is None:
            return "This run has no checkpoint yet."
        return "The network as it was when the run began."

    def _start_over(self) -> None:
        self.choose(self._session.run)

    def _list_runs(self, wanted: object = None) -> None:
        runs = list(self._session.runs.runs)
        for run in (self._session.run, self.run.currentData(), wanted):
            if isinstance(run, RunDirectory) and run not in runs:
                runs.insert(0, run)
        begins = self._session.project.training.initial_weights
        untrained = f"Not trained here: {Path(begins).name}" if begins else "Untrained"
        titled = [(listed_title(self._session, run), run) for run in runs]
        self.run.show_items([*titled, (untrained, None)])

    def _read_checkpoints(self) -> None:
        run = self.run.currentData()
        self.checkpoint.setVisible(run is not None)
        self.checkpoint.show_items([])
        if run is not None:
            self._session.in_background(run.checkpoints, lambda found: self._show(run, found))
        self.changed.emit()

    def _show(self, run: RunDirectory, folders: dict[str, Path]) -> None:
        if run != self.run.currentData():
            return
        names = sorted(folders, key=lambda name: (name != "best", name != "last", name))
        self.checkpoint.show_items([(checkpoint_title(name), name) for name in names])
        if names:
            self.checkpoint.setCurrentIndex(0)
        self.changed.emit()
