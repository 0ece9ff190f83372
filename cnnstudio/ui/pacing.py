"""What a run will take: timed in the background when nothing else is going on."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from cnnstudio.graph import Project
from cnnstudio.ui import quantities
from cnnstudio.ui.session import Session

QUIET_MILLISECONDS = 4000  # without an edit, before the machine is put to work
# Larger networks are timed only when asked for: a few steps of them take seconds.
MOST_WORK = 2e10  # multiply-adds of a training step
WORK_OF_TRAINING = 3  # a backward pass takes twice what a forward pass takes


class Pacing(QObject):
    """Knows the last answer. `estimate` is None while there is none for the project of now."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._known: dict[str, dict[str, Any]] = {}
        self.measuring = False
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MILLISECONDS)
        self._quiet.timeout.connect(self._measure_if_light)
        session.report_changed.connect(self._report_came)
        session.document_replaced.connect(self.changed)

    @property
    def estimate(self) -> dict[str, Any] | None:
        return self._known.get(_identity(self._session.project))

    @property
    def possible(self) -> bool:
        """Whether there is something to time: a sound network, and no run that it would disturb."""
        report, project = self._session.report, self._session.project
        sound = report is not None and bool(project.network.nodes) and report.ok
        return sound and not self._is_training()

    def measure(self) -> None:
        """Times a few steps now."""
        if self.measuring or not self.possible:
            return
        identity = _identity(self._session.project)
        self.measuring = True
        self._session.ask(
            "estimate",
            lambda answer: self._take(identity, answer),
            self._fail,
            key="estimate",
            project=self._session.project,
        )
        self.changed.emit()

    def _report_came(self, _: object) -> None:
        self.changed.emit()
        self._quiet.start()

    def _measure_if_light(self) -> None:
        if not self.possible or self.estimate is not None:
            return
        work = self._session.report.macs * self._session.project.training.batch_size
        if work * WORK_OF_TRAINING <= MOST_WORK:
            self.measure()

    def _is_training(self) -> bool:
        run = self._session.run
        return run is not None and run.alive()

    def _take(self, identity: str, answer: dict[str, Any]) -> None:
        self.measuring = False
        self._known[identity] = answer
        self.changed.emit()

    def _fail(self, error: Exception) -> None:
        self.measuring = False
        # What can't be trained has no time; why not is told where it is trained.
        self._known[_identity(self._session.project)] = {"error": str(error)}
        self.changed.emit()


def forecast(found: dict[str, Any]) -> list[str]:
    """An estimate of the whole run in words, the most important first; none for an error."""
    if "error" in found:
        return []
    needed, free = (quantities.memory(found[name]) for name in ("memory", "memory_free"))
    if found["memory"] > found["memory_free"]:
        return [f"needs {needed} of memory, and {free} are free"]
    epochs = quantities.plural(found["epochs"], "epoch")
    return [f"about {quantities.rough_time(found['run_seconds'])} for {epochs}", f"{needed} memory"]


def _identity(project: Project) -> str:
    """What decides the time of an epoch: where nodes lie and what they are called does not."""
    told = project.model_dump(mode="json", include={"networks", "data", "training"})
    for network in told["networks"]:
        for node in network["nodes"]:
            node.pop("position")
        network.pop("frames", None)
    return json.dumps(told, sort_keys=True)
