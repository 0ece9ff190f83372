"""Which network is looked into: a run at a checkpoint, or the untrained one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnstudio.graph import Project
from cnnstudio.training.moments import Moment, moments, nearest
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import UNFINISHED, RunStatus
from cnnstudio.training.twin import SUFFIX as TWIN
from cnnstudio.ui import theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.inspect.subject import Subject
from cnnstudio.ui.session import Session

EDIT_MILLISECONDS = 400
NEW_CHECKPOINTS = ("start", "checkpoint", "end")
NEW_MOMENTS_MILLISECONDS = 1500
UNTRAINED = "Untrained network"


class NetworkChooser(QWidget):
    """`subject_changed(Subject or None)` is emitted when another network is to be shown, or the
    same with other weights. Without one, `lacks` says what is missing: "run", "checkpoint", or the
    error that kept the run from being read. `moments` are those of the run, in order;
    `moments_changed` tells of them each time that they were read."""

    subject_changed = Signal(object)
    moments_changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._untrained = False
        self.subject: Subject | None = None
        self.lacks: str | Exception = "run"
        self.moments: list[Moment] = []
        self._provisional = False  # a run without a checkpoint shows its newest moment
        self._folders: dict[str, Path] = {}
        self._moment = ""  # the step that is chosen, where that is no checkpoint
        self.run = ChoiceBox("Run")
        self.run.setToolTip("The run whose network is looked into")
        self.run.setMinimumWidth(220)
        self.run.setPlaceholderText("No run chosen")
        self.run.activated.connect(lambda _: self._take_choice())
        self.checkpoint = ChoiceBox("Checkpoint")
        self.checkpoint.setToolTip("The moment of the training whose weights are used")
        self.checkpoint.setMinimumWidth(96)
        self.checkpoint.activated.connect(lambda _: self._take_checkpoint())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.spacing)
        row.addWidget(self.run)
        row.addWidget(self.checkpoint)
        self._edits = QTimer(self, singleShot=True, interval=EDIT_MILLISECONDS)
        self._edits.timeout.connect(self._open)
        self._snapshots = QTimer(self, singleShot=True, interval=NEW_MOMENTS_MILLISECONDS)
        self._snapshots.timeout.connect(self._open)
        session.runs_listed.connect(self._list_runs)
        session.run_changed.connect(self._follow_run)
        session.runs.events.connect(self._look_for_checkpoints)
        session.runs.restarted.connect(lambda run: run == session.run and self._open())
        session.runs.status.connect(self._take_status)
        session.changed.connect(lambda _: self._untrained and self._edits.start())
        session.document_replaced.connect(self._start_over)
        self._list_runs()
        self._open()

    def choose_untrained(self) -> None:
        """Looks at the project's network with the weights that a training would begin with."""
        self._untrained = True
        self._list_runs()
        self._open()

    def choose_moment(self, moment: Moment) -> None:
        """Looks at the run at this moment."""
        if self.subject is None or self.subject.run is None:
            return
        self._moment = "" if moment.marks else moment.name
        self._provisional = False
        name = moment.marks[0] if moment.marks else moment.name
        self._list_checkpoints()
        self.checkpoint.choose(name)
        self._show(Subject(self.subject.project, self.subject.run, name, moment.path), "")

    def _start_over(self) -> None:
        self._untrained = False
        self._list_runs()
        self._open()

    def _follow_run(self, run: RunDirectory | None) -> None:
        self._moment = ""
        self._untrained = self._untrained and run is None
        self._list_runs()
        self._open()

    def _take_choice(self) -> None:
        run = self.run.currentData()
        if run is None:
            self.choose_untrained()
            return
        self._untrained = False
        if run == self._session.run:
            self._open()
        else:
            self._session.show_run(run)

    def _list_runs(self) -> None:
        """The runs that are there, the current one chosen."""
        runs = list(self._session.runs.runs)
        current = self._session.run
        if current is not None and current not in runs:
            runs.insert(0, current)
        self.run.show_items([*((self._run_text(run), run) for run in runs), (UNTRAINED, None)])
        if current is None and not self._untrained:
            self.run.setCurrentIndex(-1)
        else:
            self.run.choose(None if self._untrained else current)

    def _run_text(self, run: RunDirectory) -> str:
        status = self._session.runs.status_of(run)
        state = f" · {status.state}" if status is not None else ""
        return f"{listed_title(self._session, run)}{state}"

    def _take_status(self, run: RunDirectory, status: RunStatus) -> None:
        self._list_runs()
        if run == self._session.run and self.subject is None and status.state not in UNFINISHED:
            self._open()

    def _look_for_checkpoints(self, run: RunDirectory, batch: Iterable[dict[str, Any]]) -> None:
        if run != self._session.run:
            return
        if any(event["type"] in NEW_CHECKPOINTS for event in batch):
            self._open()
        elif any(event["type"] == "step" for event in batch) and not self._snapshots.isActive():
            self._snapshots.start()

    def _open(self) -> None:
        """Reads the chosen network, on another thread."""
        run = None if self._untrained else self._session.run
        self.checkpoint.setVisible(run is not None)
        if run is not None:
            self._session.in_background(
                lambda: (run.project(), run.checkpoints(), moments(run)),
                lambda read: self._take_run(run, *read),
                lambda error: self._show(None, error),
            )
        elif self._untrained:
            self._take_moments([])
            self._show(Subject(self._session.project), "")
        else:
            self._take_moments([])
            self._show(None, "run")

    def _take_run(
        self,
        run: RunDirectory,
        project: Project,
        folders: dict[str, Path],
        found: list[Moment],
    ) -> None:
        if run != self._session.run or self._untrained:
            return
        self._folders = folders
        self._take_moments(found)
        name = self.checkpoint.currentData()
        if name is None:
            self._show(None, "checkpoint")
            return
        folder = folders.get(name) or nearest(found, name).path
        self._show(Subject(project, run, name, folder), "")
        self.moments_changed.emit()

    def _take_checkpoint(self) -> None:
        if self.checkpoint.currentData() != self._moment:
            self._moment = ""
        self._open()

    def _take_moments(self, found: list[Moment]) -> None:
        """The moments of the run; a step that is kept no more gives way to the nearest one."""
        self.moments = found
        if self._moment and found:
            self._moment = nearest(found, self._moment).name
        self._list_checkpoints()
        if not found:
            self.moments_changed.emit()

    def _list_checkpoints(self) -> None:
        """The checkpoints by name, and the step that was chosen beyond them. A run that has none
        yet begins with the moment that is there."""
        names = sorted(self._folders, key=lambda name: (name != "best", name != "last", name))
        if names and self._provisional:
            self._moment = ""
        self._provisional = not names and (self._provisional or not self._moment)
        if self._provisional and self.moments:
            self._moment = self.moments[-1].name
        items = [(checkpoint_title(name), name) for name in names]
        if self._moment:
            items.append((checkpoint_title(self._moment), self._moment))
        self.checkpoint.show_items(items)
        if items and self.checkpoint.currentIndex() < 0:
            self.checkpoint.setCurrentIndex(0)

    def _show(self, subject: Subject | None, lacks: str | Exception) -> None:
        if subject != self.subject or subject is None:
            self.subject, self.lacks = subject, lacks
            self.subject_changed.emit(subject)


def run_title(name: str) -> str:
    """`lenet, 24 Nov 10:31` for a run's folder `2026-11-24T10-31-05-lenet`; for the one of its twin
    `lenet, twin of 24 Nov 10:31`."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)-(.+)", name)
    if found is None:
        return name
    moment = datetime.strptime(found[1], "%Y-%m-%dT%H-%M-%S")
    named = found[2].removesuffix(TWIN)
    return f"{named}, {'' if named == found[2] else 'twin of '}{moment:%d %b %H:%M}"


def listed_title(session: Session, run: RunDirectory) -> str:
    """A run's title in a list of runs: with what was done to its data on purpose, if anything."""
    return " · ".join((run_title(run.name), *session.runs.notes_of(run)))


def checkpoint_title(name: str) -> str:
    """`Best`, `Last`, `Epoch 3`, `Step 1,200`."""
    if name.startswith("step-"):
        return f"Step {int(name.removeprefix('step-')):,}"
    if name.startswith("epoch-"):
        return f"Epoch {int(name.removeprefix('epoch-'))}"
    return name.capitalize()
