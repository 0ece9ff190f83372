"""What the doctor has found in the run that is shown, as its events tell it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from cnnstudio.graph import CnnStudioError, Network, Node, Problem, Project, problem_on
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import UNFINISHED
from cnnstudio.ui.message import Message

if TYPE_CHECKING:
    from cnnstudio.training.doctor import Finding
    from cnnstudio.ui.session import Session


class RunFindings(QObject):
    """`found` are the findings, the oldest first; `changed` tells of new ones, or of another run.

    `trained` is the project of that run, None until it was read.
    """

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.found: list[Finding] = []
        self.trained: Project | None = None
        session.run_changed.connect(self._show_run)
        session.runs.events.connect(self._take_events)
        session.runs.restarted.connect(self._start_again)

    def marks(self, project: Project, network: Network, path: str) -> Iterator[tuple[str, Problem]]:
        """What is to be marked in a network that is shown at this path, by node id: layers that
        are still as they were trained."""
        if self.trained is None or self.trained.name != project.name:
            return
        prefix = f"{path}." if path else ""
        for finding in self.found:
            for place in finding.nodes:
                if not place.startswith(prefix) or not self._is_as_trained(project, place):
                    continue
                name = place.removeprefix(prefix).split(".")[0]
                node = next((node for node in network.nodes if node.name == name), None)
                if node is not None:
                    yield node.id, _mark(node, finding, place)

    def _is_as_trained(self, project: Project, path: str) -> bool:
        from cnnstudio.training.doctor.surgery import located

        assert self.trained is not None
        before, now = located(self.trained, path), located(project, path)
        return (
            before is not None
            and now is not None
            and (before[1].kind, before[1].parameters) == (now[1].kind, now[1].parameters)
        )

    def _show_run(self, *_: object) -> None:
        self._session.withdrawn.emit("doctor")  # its remedies are those of the run that is shown
        self.found, self.trained = [], None
        self._take(self._session.runs.history)
        self.changed.emit()

    def _start_again(self, run: RunDirectory) -> None:
        self.found = []
        self._take(self._session.runs.history)
        self.changed.emit()

    def _take_events(self, run: RunDirectory, batch: list[dict[str, Any]]) -> None:
        new = self._take(batch)
        if not new:
            return
        status = self._session.runs.status_of(run)
        if status is not None and status.state in UNFINISHED:
            self._tell(new[-1])
        self.changed.emit()

    def _take(self, events: Iterable[dict[str, Any]]) -> list[Finding]:
        told = [event for event in events if event["type"] == "finding"]
        if not told:
            return []
        from cnnstudio.training.doctor import Finding  # the first finding may wait for it

        new = [finding for event in told if (finding := Finding.from_event(event)) is not None]
        self.found += new
        if self.trained is None and self._session.run is not None:
            self._read(self._session.run)
        return new

    def _show(self) -> None:
        self._session.show_workspace("train")
        self._session.doctor_requested.emit()

    def _read(self, run: RunDirectory) -> None:
        def take(project: Project | None) -> None:
            if run == self._session.run and project is not None:
                self.trained = project
                self.changed.emit()

        self._session.in_background(lambda: _project_of(run), take)

    def _tell(self, finding: Finding) -> None:
        self._session.tell(
            Message(
                finding.message,
                finding.evidence,
                "warning" if finding.illness.severity != "info" else "info",
                (("Show remedies", self._show),),
                key="doctor",
            )
        )


def _project_of(run: RunDirectory) -> Project | None:
    try:
        return run.project()
    except CnnStudioError:  # being made or deleted, or damaged
        return None


def _mark(node: Node, finding: Finding, path: str) -> Problem:
    severity = "warning" if finding.illness.severity == "error" else finding.illness.severity
    text = finding.illness.sentence.format(node=path)
    return problem_on(node, f"In the last run: {text}", finding.illness.advice, severity)
