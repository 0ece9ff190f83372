"""Training a run's twin on shuffled labels, as an ordinary run in the background."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from cnnstudio.training import launch
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import RunStatus
from cnnstudio.training.twin import twin_of, twin_project
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session


class TwinTraining(QObject):
    """`begun` is emitted when a twin's trainer has started, `finished` when it is trained."""

    begun = Signal()
    finished = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._awaited: RunDirectory | None = None
        session.runs.status.connect(self._take_status)

    def start(self, run: RunDirectory) -> None:
        """Trains the run's twin, or goes on with it where it was stopped."""
        twin = twin_of(run)

        def launched() -> RunDirectory:
            if twin.exists():
                return launch.start(run_dir=twin.path, resume=True)
            return launch.start(twin_project(run.project()), run_dir=twin.path)

        self._session.in_background(launched, self._take_started)

    def _take_started(self, twin: RunDirectory) -> None:
        self._awaited = twin
        self._session.runs.refresh()
        self._session.tell(
            Message(
                "The same network is being trained on shuffled labels.",
                "It is a run of its own, in Train's list. The check is made when it has finished.",
                key="twin",
                seconds=8.0,
            )
        )
        self.begun.emit()

    def _take_status(self, run: RunDirectory, status: RunStatus) -> None:
        if run == self._awaited and status.state == "finished":
            self._awaited = None
            self.finished.emit()
