"""Which network one side shows: the one chosen above, a run at a moment, or the untrained one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnstudio.graph import ExplanationError, Project
from cnnstudio.training.moments import Moment, moments, nearest
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui import theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.network_chooser import (
    UNTRAINED,
    checkpoint_title,
    listed_title,
    run_title,
)
from cnnstudio.ui.inspect.subject import Subject
from cnnstudio.ui.session import Session

ABOVE = "above"
CHARACTERS = 16
# What stands beside the network above, until something is chosen.
FIRST = "step-000000"


class SideChooser(QWidget):
    """`changed` is emitted when `subject` is another one, None while there is none; `reading` when
    another run is chosen, whose moments are still to be read; `failed(error)` when it can't be."""

    changed = Signal()
    reading = Signal()
    failed = Signal(object)

    def __init__(
        self, session: Session, focus: Focus, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._focus = focus
        self.subject: Subject | None = None
        self._project: Project = session.project
        self._moments: list[Moment] = []
        self._read: RunDirectory | None = None  # the run that they are of
        self._wanted = ""  # the moment to be chosen once the moments have been read
        self.run = ChoiceBox(f"Network {name}")
        self.run.shrink_to(CHARACTERS)
        self.run.setToolTip("The network of this side; “as above” goes with the line of moments")
        self.run.activated.connect(lambda _: self._take_run())
        self.moment = ChoiceBox(f"Moment {name}")
        self.moment.shrink_to(8)
        self.moment.setToolTip("The moment of the training whose weights are used")
        self.moment.activated.connect(lambda _: self._take_moment())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.spacing)
        row.addWidget(self.run, 1)
        row.addWidget(self.moment)
        session.runs_listed.connect(self._list)
        focus.subject_changed.connect(self._follow)
        self._list()

    @property
    def choice(self) -> tuple[Any, str]:
        """What is chosen, as `choose` takes it."""
        return self.run.currentData(), str(self.moment.currentData() or "")

    def choose(self, run: Any, moment: str = "") -> None:
        """Shows a run at a moment, None as the untrained network, or ABOVE."""
        self._list(run)
        self.run.choose(run)
        self._wanted = moment
        self._take_run()

    def title(self) -> str:
        """What tells this side's network: `shapes, 24 Nov 10:31 · Step 7`."""
        subject = self.subject
        if subject is None or subject.run is None:
            return UNTRAINED
        above = self.run.currentData() == ABOVE
        moment = checkpoint_title(subject.checkpoint) if above else self.moment.currentText()
        return f"{run_title(subject.run.name)} · {moment}"

    def _list(self, also: Any = None) -> None:
        runs = list(self._session.runs.runs)
        chosen = self.run.currentData()
        for run in (also, chosen, self._session.run):
            if isinstance(run, RunDirectory) and run not in runs:
                runs.insert(0, run)
        items: list[tuple[str, Any]] = [("As above", ABOVE)]
        items += [(listed_title(self._session, run), run) for run in runs]
        self.run.show_items([*items, (UNTRAINED, None)])

    def _take_run(self) -> None:
        chosen = self.run.currentData()
        self.moment.setVisible(isinstance(chosen, RunDirectory))
        if chosen == ABOVE:
            self._show(self._focus.subject)
        elif chosen is None:
            self._show(Subject(self._session.project))
        else:
            if self.subject is not None and self.subject.run != chosen:
                self.reading.emit()
            self._session.in_background(
                lambda: (chosen.project(), moments(chosen)),
                lambda read: self._take_read(chosen, *read),
                self.failed.emit,
            )

    def _take_read(self, run: RunDirectory, project: Project, found: list[Moment]) -> None:
        if run != self.run.currentData():
            return
        same = run == self._read  # of another run, a moment of this one says nothing
        self._project, self._moments, self._read = project, found, run
        names = [(checkpoint_title(m.marks[0] if m.marks else m.name), m.name) for m in found]
        self.moment.show_items(names)
        if found:
            wanted = self._wanted or (same and str(self.moment.currentData() or "")) or "best"
            there = {mark for one in found for mark in (one.name, *one.marks)}
            known = wanted in there or wanted.startswith("step-")
            self.moment.choose(nearest(found, wanted).name if known else found[-1].name)
        self._wanted = ""
        self._take_moment()

    def _take_moment(self) -> None:
        run, name = self.run.currentData(), self.moment.currentData()
        if not isinstance(run, RunDirectory) or name is None:
            self._show(None)
            self.failed.emit(ExplanationError("This run has no checkpoint yet."))
            return
        path = next(one.path for one in self._moments if one.name == name)
        self._show(Subject(self._project, run, str(name), path))

    def _follow(self) -> None:
        if self.run.currentData() == ABOVE:
            self._show(self._focus.subject)

    def _show(self, subject: Subject | None) -> None:
        if subject != self.subject:
            self.subject = subject
            self.changed.emit()
