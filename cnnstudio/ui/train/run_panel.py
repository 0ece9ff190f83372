"""The runs, and below them what is known of the current one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSplitter, QTabWidget, QVBoxLayout, QWidget

from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import RunStatus
from cnnstudio.ui.message import Message
from cnnstudio.ui.notice import Stage
from cnnstudio.ui.session import Session
from cnnstudio.ui.train.confusion import ConfusionPanel
from cnnstudio.ui.train.doctor_panel import DoctorPanel
from cnnstudio.ui.train.facts_panel import FactsPanel
from cnnstudio.ui.train.run_actions import RunActions
from cnnstudio.ui.train.run_facts import RunFacts, read_facts, rows
from cnnstudio.ui.train.run_list import RunList
from cnnstudio.ui.train.run_log import RunLog
from cnnstudio.ui.train.run_words import death_of

# Events after which the run's directory holds more than before.
TELLING = {"start", "end", "error"}


class RunPanel(QWidget):
    def __init__(
        self, session: Session, actions: RunActions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._facts = RunFacts()
        self._parameters: int | None = None
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.list = RunList(session)
        actions.fill(self.list.menu)
        self.list.delete_wanted.connect(actions.delete)
        self.stage = Stage(self.list)
        self.facts = FactsPanel()
        self.doctor = DoctorPanel(session)
        self.log = RunLog()
        self.confusion = ConfusionPanel()
        self.tabs = QTabWidget()
        self.tabs.setObjectName("run_tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.facts, "Run")
        self.tabs.addTab(self.doctor, "Doctor")
        self.tabs.addTab(self.confusion, "Test")
        self.tabs.addTab(self.log, "Log")
        heading = QLabel("Runs")
        heading.setProperty("role", "heading")
        heading.setContentsMargins(16, 14, 16, 8)
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(heading)
        column.addWidget(self.stage, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(top)
        splitter.addWidget(self.tabs)
        splitter.setSizes([360, 440])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
        session.runs_listed.connect(self._show_list)
        session.run_changed.connect(self._show_run)
        session.runs.events.connect(self._take_events)
        session.runs.restarted.connect(lambda _: self._show_log())
        session.runs.status.connect(self._take_status)
        session.findings.changed.connect(self._count_findings)
        session.doctor_requested.connect(lambda: self.tabs.setCurrentWidget(self.doctor))
        self._show_list()
        self._show_run()

    def redraw(self) -> None:
        """Draws everything in the current theme's colours."""
        self.doctor.redraw()
        self.log.redraw()
        self.stage.notice.redraw()
        self.list.viewport().update()
        self.confusion.table.viewport().update()

    def _show_list(self) -> None:
        if self._session.runs.runs:
            self.stage.show_content()
        else:
            text = "No runs yet."
            self.stage.tell(
                Message(text, "Each training becomes a run that is kept here."), "mdi6.history"
            )

    def _show_run(self, *_: object) -> None:
        self._facts, self._parameters = RunFacts(), None
        self.confusion.show_predictions({})
        self.tabs.setVisible(self._session.run is not None)
        self._show_facts()
        self._show_log()
        self._read()

    def _take_events(self, run: RunDirectory, batch: list[dict[str, Any]]) -> None:
        self.log.take(batch)
        self._show_troubles()
        if any(event["type"] in TELLING for event in batch):
            self._read()

    def _take_status(self, run: RunDirectory, status: RunStatus) -> None:
        if run == self._session.run:
            self._show_facts()
            self._show_troubles()

    def _show_log(self) -> None:
        self.log.show_events(self._session.runs.history)
        self._show_troubles()

    def _show_troubles(self) -> None:
        run, runs = self._session.run, self._session.runs
        self.log.show_death(None if run is None else death_of(runs.status_of(run), runs.history))
        self._name_tab(self.log, "Log", self.log.troubles)

    def _count_findings(self) -> None:
        self._name_tab(self.doctor, "Doctor", len(self._session.findings.found))

    def _name_tab(self, page: QWidget, title: str, count: int) -> None:
        tab, text = self.tabs.indexOf(page), f"{title} · {count}" if count else title
        # Setting it, to whatever text, lays out and paints the whole window anew.
        if text != self.tabs.tabText(tab):
            self.tabs.setTabText(tab, text)

    def _show_facts(self) -> None:
        run = self._session.run
        status = None if run is None else self._session.runs.status_of(run)
        self.facts.show_rows(rows(self._facts, status, self._parameters))

    def _read(self) -> None:
        run = self._session.run
        if run is not None:
            self._session.in_background(
                lambda: read_facts(run), lambda facts: self._take_facts(run, facts)
            )

    def _take_facts(self, run: RunDirectory, facts: RunFacts) -> None:
        if run != self._session.run:
            return
        known = self._facts.project
        self._facts = facts
        self.confusion.show_predictions(facts.predictions)
        self._show_facts()
        if facts.project is not None and facts.project != known:
            self._session.ask(
                "check",
                lambda answer: self._take_parameters(run, answer["parameters"]),
                lambda _: None,  # the facts do without the number
                key="train.check",
                project=facts.project,
            )

    def _take_parameters(self, run: RunDirectory, parameters: int) -> None:
        if run == self._session.run:
            self._parameters = parameters
            self._show_facts()
