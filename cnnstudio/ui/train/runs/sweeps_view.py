"""The sweeps: how far each is, its best trial, and stopping and going on with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.graph import RunError
from cnnstudio.training.status import RunStatus
from cnnstudio.training.sweep import creating
from cnnstudio.training.sweep.directory import SweepDirectory, Trial, list_sweeps, sweeps_root
from cnnstudio.ui import theme
from cnnstudio.ui.message import Message
from cnnstudio.ui.notice import Stage
from cnnstudio.ui.session import Session
from cnnstudio.ui.train.run_card import STATE_TOKENS
from cnnstudio.ui.train.run_words import name_of
from cnnstudio.ui.train.runs import columns as named
from cnnstudio.ui.train.runs.looking import LookingView

LOOK_MILLISECONDS = 1000
COLUMNS = ("Sweep", "State", "Trials", "Best", "With")


@dataclass(frozen=True)
class Seen:
    """A sweep as it was last read."""

    sweep: SweepDirectory
    name: str
    status: RunStatus
    metric: str
    best: Trial | None
    ended: int

    @property
    def going(self) -> bool:
        return self.status.state in ("running", "queued")


class SweepsView(LookingView):
    """`runs_wanted(filter)` asks for a sweep's runs in the table, `new_wanted` for a new sweep."""

    runs_wanted = Signal(str)
    new_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, LOOK_MILLISECONDS, parent)
        self.seen: list[Seen] = []
        self.setObjectName("sweeps")
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setAccessibleName("Sweeps")
        self.table.setHorizontalHeaderLabels(list(COLUMNS))
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        head = self.table.horizontalHeader()
        head.setHighlightSections(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        for column, width in enumerate((220, 90, 160, 190)):
            self.table.setColumnWidth(column, width)
        self.new = _button("New sweep…", self.new_wanted.emit)
        self.stop = _button("Stop", lambda: self._control("stop"))
        self.go_on = _button("Go on", lambda: self._control("run"))
        self.show_runs = _button("Show its runs", self._show_runs)
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(theme.spacing)
        for button in (self.new, self.stop, self.go_on, self.show_runs):
            row.addWidget(button)
        row.addStretch()
        self.stage = Stage(self.table)
        self._show_empty()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.stage, 1)
        self.table.itemSelectionChanged.connect(self._enable)
        self._enable()

    def reading(self) -> Callable[[], Any]:
        roots = {sweeps_root(root) for root in self._session.runs.roots}
        return lambda: _read(roots)

    @property
    def current(self) -> Seen | None:
        row = self.table.currentRow()
        return self.seen[row] if 0 <= row < len(self.seen) else None

    def _show_empty(self) -> None:
        self.stage.tell(
            Message(
                "No sweeps yet.",
                "A sweep trains the network with many settings and finds the best.",
                actions=(("New sweep…", self.new_wanted.emit),),
            ),
            "mdi6.tune-variant",
        )

    def show_error(self, error: Exception) -> None:
        self.stage.tell_error(error)

    def show_found(self, seen: list[Seen]) -> None:
        if seen == self.seen and not self.failed:
            return
        chosen = self.current
        self.seen = seen
        self.table.setRowCount(len(seen))
        for row, one in enumerate(seen):
            self._show_row(row, one)
        if chosen is not None:
            places = [one.sweep for one in seen]
            if chosen.sweep in places:
                self.table.selectRow(places.index(chosen.sweep))
        elif seen:
            self.table.selectRow(0)
        if seen:
            self.stage.show_content()
        else:
            self._show_empty()
        self._enable()

    def _show_row(self, row: int, one: Seen) -> None:
        best = one.best
        value = ""
        if best is not None and best.value is not None:
            value = f"{named.title(one.metric)} {named.number(one.metric, best.value)}"
        texts = [name_of(one.sweep.name), one.status.state, "", value,
                 "" if best is None else named.settings_words(best.settings)]  # fmt: skip
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setToolTip(one.status.message or text)
            if column == 1:
                item.setForeground(theme.color(STATE_TOKENS[one.status.state]))
            self.table.setItem(row, column, item)
        bar = QProgressBar()
        bar.setRange(0, max(1, one.status.steps))
        bar.setValue(one.ended)
        bar.setTextVisible(False)
        bar.setAccessibleName(f"{one.ended} of {one.status.steps} trials")
        bar.setToolTip(bar.accessibleName())
        holder = QWidget()
        inside = QHBoxLayout(holder)
        inside.setContentsMargins(6, 0, 12, 0)
        inside.addWidget(bar)
        self.table.setCellWidget(row, 2, holder)

    def _control(self, wish) -> None:
        one = self.current
        if one is None:
            return
        act = (
            (lambda: one.sweep.control("stop"))
            if wish == "stop"
            else (lambda: creating.start(one.sweep))
        )
        self._session.in_background(act, lambda _: self.refresh())

    def _show_runs(self) -> None:
        if self.current is not None:
            self.runs_wanted.emit(f'sweep = "{self.current.name}" sort:trial')

    def _enable(self) -> None:
        one = self.current
        self.stop.setEnabled(one is not None and one.going)
        left = one is not None and one.ended < one.status.steps
        self.go_on.setEnabled(one is not None and not one.going and (left or not one.status.steps))
        self.show_runs.setEnabled(one is not None)


def _read(roots: Iterable[Path]) -> list[Seen]:
    found = []
    for sweep in sorted(
        (sweep for root in roots for sweep in list_sweeps(root)),
        key=lambda sweep: sweep.name, reverse=True,
    ):  # fmt: skip
        try:
            definition = sweep.definition()
            status = sweep.status()
            ended = sum(trial.state != "running" for trial in sweep.trials())
            known = status.model_copy(
                update={"steps": status.steps or definition.trials, "heartbeat": 0.0}
            )
            found.append(
                Seen(sweep, definition.name, known, definition.metric, sweep.best(), ended)
            )
        except (OSError, RunError):  # being made or deleted
            continue
    return found


def _button(text: str, act) -> QPushButton:
    button = QPushButton(text)
    button.clicked.connect(lambda: act())
    return button
