"""Starting and steering runs: the actions of the Run menu, and what is told when a run ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from cnnstudio.data.agreement import disagreement
from cnnstudio.graph import CnnStudioError, Problem, Project
from cnnstudio.training import launch
from cnnstudio.training.annotations import Annotations, annotations_of
from cnnstudio.training.run_rows import short_name
from cnnstudio.training.rundir import RunDirectory, Wish, list_runs, runs_root
from cnnstudio.training.status import UNFINISHED, RunStatus
from cnnstudio.ui import quantities
from cnnstudio.ui.forms import first_mistake
from cnnstudio.ui.message import Message
from cnnstudio.ui.remedies import apply_fix
from cnnstudio.ui.session import Session, Workspace

RUNS_TO_SEARCH = 100
# Messages that hold no longer once a training begins: of the one before, and of why none began.
OF_BEFORE = ("run", "doctor", "remedy", "train")
WITH_SETTINGS: tuple[Workspace, ...] = ("design", "data", "train")

RunState = Literal[
    "none", "starting", "queued", "running", "paused", "finished", "stopped", "failed"
]


class RunControl(QObject):
    """What can be done with the current run now.

    `state` is the run's, "starting" between the click and the first look at the new run, and
    "none" without a run. `ended(run, status)` comes once, when a watched run ends. `workspaces` are
    those of the window that were shown so far; it doesn't train with a mistake in their fields.
    """

    state_changed = Signal(str)
    ended = Signal(object, object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.state: RunState = "none"
        self.workspaces: Mapping[str, QWidget] = {}
        self._active: set[RunDirectory] = set()
        self._told: RunDirectory | None = None  # whose end was told last
        add = session.actions.add
        self.train_action = add(
            "run.train", "Train", self.train, "Ctrl+R", "mdi6.play", "Run",
            tip="Train the network in the background",
        )  # fmt: skip
        self.pause_action = add(
            "run.pause", "Pause", self.pause, "Ctrl+Shift+R", "mdi6.pause", "Run",
            tip="Stop after this step; go on whenever you like",
        )  # fmt: skip
        self.resume_action = add(
            "run.resume", "Resume", self.resume, "Ctrl+Alt+R", "mdi6.play", "Run",
            tip="Go on where the run stopped",
        )  # fmt: skip
        self.stop_action = add(
            "run.stop", "Stop", self.stop, "Ctrl+.", "mdi6.stop", "Run",
            tip="End the run with a checkpoint",
        )  # fmt: skip
        self.checkpoint_action = add(
            "run.checkpoint", "Save a checkpoint now", self.checkpoint, None,
            "mdi6.content-save-outline", "Run",
        )  # fmt: skip
        session.run_changed.connect(self._take_run)
        session.runs.status.connect(self._take_status)
        session.runs.died.connect(self._tell_death)
        session.runs.listed.connect(self._choose_run)
        session.document_replaced.connect(self._take_document)
        session.saved.connect(self._watch_project)
        self._watch_project()
        self._show("none")

    @property
    def status(self) -> RunStatus | None:
        """The current run's last seen status."""
        run = self._session.run
        return None if run is None else self._session.runs.status_of(run)

    @property
    def goes_on(self) -> bool:
        """Whether something is trained, or about to be; a paused run waits."""
        known = [self._session.runs.status_of(run) for run in self._active]
        alive = any(status is None or status.state in ("queued", "running") for status in known)
        return alive or self.state == "starting"

    @property
    def others(self) -> list[RunDirectory]:
        """The runs besides the current one that are being trained or paused, the newest first."""
        session, runs, found = self._session, self._session.runs, []
        for run in self._active:
            status = runs.status_of(run)
            # One that the list of its folder has no longer was deleted.
            there = run in runs.runs or run.path.parent not in runs.roots
            going = status is not None and status.state in ("running", "paused")
            if run != session.run and going and there:
                found.append((status.state == "running", run.name, run))
        return [run for *_, run in sorted(found, key=lambda one: one[:2], reverse=True)]

    def train(self) -> None:
        """Starts a run of the project as it is now."""
        session = self._session
        if not session.project.network.nodes:
            session.tell(
                Message(
                    "There is no network to train yet.",
                    "Drag layers from the palette, or open a template from the start page.",
                    key="train",
                )
            )
            return
        report = session.report
        errors = sum(p.severity == "error" for p in report.problems) if report else 0
        if errors:
            what = "an error" if errors == 1 else f"{errors} errors"
            session.tell(
                Message(
                    f"The network has {what}, so it can't be trained yet.",
                    "Each is marked on the layer that causes it.",
                    "warning",
                    (("Show problems", session.problems_requested.emit),),
                    key="train",
                )
            )
            return
        if self._shows_mistake():
            return
        unfit = disagreement(session.project, report)
        if unfit is not None:
            self._tell_unfit(unfit)
            return
        self._begin()
        project, root = session.project, runs_root(session.document.path)
        session.in_background(
            lambda: launch.start(project, root=root), self._take_started, self._fail
        )

    def _shows_mistake(self) -> bool:
        """Whether a field holds what can't be: it is told and shown."""
        for name in WITH_SETTINGS:
            found = first_mistake(self.workspaces[name]) if name in self.workspaces else None
            if found is not None:
                form, field = found
                self._session.show_workspace(name)
                form.go_to(field.parameter.name)
                self._session.tell(
                    Message(
                        f"Training hasn't begun: {field.error.text()}",
                        "Correct the field, or press Escape in it for the value from before.",
                        "warning",
                        key="train",
                        until="edit",
                    )
                )
                return True
        return False

    def _tell_unfit(self, unfit: Problem) -> None:
        fix, session = unfit.fix, self._session
        actions = () if fix is None else ((fix.label, lambda: apply_fix(session, unfit)),)
        session.tell(
            Message(unfit.message, unfit.hint, "warning", actions, key="train", until="edit")
        )

    def pause(self) -> None:
        self._wish("pause")

    def stop(self) -> None:
        self._wish("stop")

    def stop_run(self, run: RunDirectory) -> None:
        """Ends a run, be it the current one or not, with a checkpoint."""
        self._session.in_background(lambda: run.control("stop"), lambda _: None)

    def checkpoint(self) -> None:
        self._wish("checkpoint")

    def resume(self) -> None:
        """Goes on with the current run: from its pause, or from its last checkpoint."""
        if self.state == "paused":
            self._wish("run")
        elif self._session.run is not None:
            self.resume_run(self._session.run)

    def resume_run(self, run: RunDirectory) -> None:
        """Starts a trainer that goes on with a run that ended early."""
        self._session.show_run(run)
        self._begin()
        self._session.in_background(
            lambda: launch.start(run_dir=run.path, resume=True), self._take_started, self._fail
        )

    def _begin(self) -> None:
        self._withdraw(*OF_BEFORE)
        self._show("starting")

    def _withdraw(self, *keys: str) -> None:
        for key in keys:
            self._session.withdrawn.emit(key)

    def _wish(self, wish: Wish) -> None:
        run = self._session.run
        if run is not None:
            self._session.in_background(lambda: run.control(wish), lambda _: None)

    def _take_started(self, run: RunDirectory) -> None:
        self._active.add(run)
        self._session.show_run(run)
        self._session.runs.refresh()

    def _fail(self, error: Exception) -> None:
        self.state = "none"
        self._take_run(self._session.run)
        self._session.tell_error(error)

    def _take_document(self) -> None:
        """Another project: its last run is shown, unless a run is going on."""
        self._watch_project()
        session, document = self._session, self._session.document
        if self.state in ("starting", "queued", "running", "paused"):
            return
        session.show_run(None)
        path, project = document.path, document.project

        def show(run: RunDirectory | None) -> None:
            if session.run is None and session.document is document:
                session.show_run(run)

        if path is not None or document.modified:  # else it is new, and has no runs
            session.in_background(lambda: _last_run(path, project), show)

    def _watch_project(self) -> None:
        roots = {runs_root(self._session.document.path): None, runs_root(None): None}
        self._session.runs.set_roots(roots)

    def _choose_run(self) -> None:
        """Shows the run that goes on, if the window has none to show yet."""
        runs = self._session.runs
        if self._session.run is not None:
            return
        for run in runs.runs:
            status = runs.status_of(run)
            if status is not None and status.state in UNFINISHED:
                self._session.show_run(run)
                return

    def _take_run(self, run: RunDirectory | None) -> None:
        status = None if run is None else self._session.runs.status_of(run)
        if status is not None:
            self._show(status.state)
        elif run is None or self.state != "starting":
            self._show("none")

    def _take_status(self, run: RunDirectory, status: RunStatus) -> None:
        if status.state in UNFINISHED:
            if run not in self._active and run in (self._session.run, self._told):
                self._withdraw(*OF_BEFORE)
            self._active.add(run)
            self._choose_run()
        elif run in self._active:
            self._active.discard(run)
            if not self._active:
                self._withdraw("remedy")  # it speaks of a run that goes on
            if status.state in ("finished", "stopped"):
                self._tell_end_of_own(run, status)
            self.ended.emit(run, status)
        if run == self._session.run:
            self._show(status.state)

    def _tell_end_of_own(self, run: RunDirectory, status: RunStatus) -> None:
        """Of a sweep's trials nothing is told: there are many, and the sweep tells of them."""

        def tell(said: Annotations) -> None:
            if not said.sweep and run not in self._active:
                self._tell_end(run, status)

        self._session.in_background(lambda: annotations_of(run), tell)

    def _tell_end(self, run: RunDirectory, status: RunStatus) -> None:
        accuracy = (status.test or {}).get("accuracy")
        result = (
            f": {quantities.percent(accuracy)} of the test images are right" if accuracy else ""
        )
        seen = "finished" if status.state == "finished" else "stopped"
        self._told = run
        self._session.tell(
            Message(
                f"Training of {short_name(run.name)} {seen}{result}.",
                actions=(
                    ("See what it looks at", lambda: self._show_in("inspect", run)),
                    ("Results", lambda: self._show_results(run)),
                ),
                key="run",
            )
        )

    def _tell_death(self, run: RunDirectory, status: RunStatus) -> None:
        unexpected = run.raw_status().state in UNFINISHED
        self._told, name = run, short_name(run.name)
        if unexpected and status.epoch:
            text = f"The run {name} stopped unexpectedly at epoch {status.epoch}."
        else:
            text = f"The run {name} failed. {status.message}"
        self._session.tell(
            Message(
                text,
                status.hint,
                "error",
                (("Resume", lambda: self.resume_run(run)),),
                key="run",
            )
        )

    def _show_in(self, workspace: Literal["inspect", "train"], run: RunDirectory) -> None:
        self._session.show_run(run)
        self._session.show_workspace(workspace)

    def _show_results(self, run: RunDirectory) -> None:
        self._show_in("train", run)
        if "run.results" in self._session.actions:
            self._session.actions["run.results"].trigger()

    def _show(self, state: RunState) -> None:
        self.state = state
        going = state in ("queued", "running", "paused")
        self.train_action.setEnabled(not going and state != "starting")
        self.pause_action.setEnabled(state in ("queued", "running"))
        self.resume_action.setEnabled(state in ("paused", "stopped", "failed"))
        self.stop_action.setEnabled(going)
        self.checkpoint_action.setEnabled(going)
        self.state_changed.emit(state)


def _last_run(path: Path | None, project: Project) -> RunDirectory | None:
    """The newest run of the project: of its name beside its file, else one of the same network
    where runs go before there is a file, for it may have got its name with that."""
    beside = list_runs(runs_root(path)) if path is not None else []
    named = _newest(beside, lambda trained: trained.name == project.name)
    if named is not None or not project.network.nodes:
        return named
    before = list_runs(runs_root(None))
    return _newest(before, lambda trained: trained.network == project.network)


def _newest(runs: list[RunDirectory], wanted: Callable[[Project], bool]) -> RunDirectory | None:
    for run in runs[:RUNS_TO_SEARCH]:
        try:
            if wanted(run.project()):
                return run
        except CnnStudioError:  # being made or deleted, or damaged
            continue
    return None
