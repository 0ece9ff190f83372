"""The queue: runs that wait for their turn, in the order in which they will be trained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.training.queue import Entry, RunQueue
from cnnstudio.training.rundir import RunDirectory, runs_root
from cnnstudio.ui import theme
from cnnstudio.ui.forms.count_edit import CountEdit
from cnnstudio.ui.message import Message
from cnnstudio.ui.notice import Stage
from cnnstudio.ui.session import Session
from cnnstudio.ui.train.run_words import name_of
from cnnstudio.ui.train.runs.looking import LookingView

LOOK_MILLISECONDS = 700
AT_ONCE_WIDTH = 56
RUN = Qt.ItemDataRole.UserRole


class QueueView(LookingView):
    """Adds the project as it is now; rows are dragged, or moved with the buttons."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, LOOK_MILLISECONDS, parent)
        self.entries: list[Entry] = []
        self.paused = False
        self.setObjectName("run_queue")
        self.list = QListWidget()
        self.list.setAccessibleName("Queue of runs")
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.model().rowsMoved.connect(self._take_drag)
        self.list.currentRowChanged.connect(lambda _: self._enable())
        self.add = _button("Add this project", "mdi6.plus", self._add)
        self.add.setToolTip("A run of the project as it is now waits at the end of the queue")
        self.up = _button("", "mdi6.arrow-up", lambda: self._move(-1), "Earlier")
        self.down = _button("", "mdi6.arrow-down", lambda: self._move(1), "Later")
        self.remove = _button("", "mdi6.close", self._remove, "Take out of the queue")
        self.pause = _button("Pause", "mdi6.pause", self._pause)
        self.at_once = CountEdit("Runs at the same time", 1, 64)
        self.at_once.setFixedWidth(AT_ONCE_WIDTH)
        self.at_once.counted.connect(self._set_at_once)
        at_once = QLabel("at once")
        at_once.setBuddy(self.at_once)
        at_once.setProperty("role", "muted")
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(theme.spacing)
        for widget in (self.add, self.up, self.down, self.remove):
            row.addWidget(widget)
        row.addStretch()
        row.addWidget(self.at_once)
        row.addWidget(at_once)
        row.addSpacing(theme.spacing)
        row.addWidget(self.pause)
        self.stage = Stage(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.stage, 1)
        self._show_empty()
        self._enable()

    def redraw(self) -> None:
        """Draws the icons in the current theme's colours."""
        for button, icon in (
            (self.add, "mdi6.plus"), (self.up, "mdi6.arrow-up"), (self.down, "mdi6.arrow-down"),
            (self.remove, "mdi6.close"),
            (self.pause, "mdi6.play" if self.paused else "mdi6.pause"),
        ):  # fmt: skip
            button.setIcon(theme.icon(icon))

    def reading(self) -> Callable[[], Any]:
        return _read

    # What is done

    def _add(self) -> None:
        session = self._session
        project, root = session.project, runs_root(session.document.path)
        if not project.network.nodes:
            session.tell(Message("There is no network to train yet.", key="queue"))
            return

        def work() -> None:
            queue = RunQueue()
            queue.add(project, root)
            if not queue.listed().paused:
                queue.start()

        self._change(work)

    def _move(self, by: int) -> None:
        row = self.list.currentRow()
        if 0 <= row + by < len(self.entries):
            run = self.entries[row].run
            self._change(lambda: RunQueue().move(run, row + by))
            self.list.setCurrentRow(row + by)

    def _take_drag(self, *_: object) -> None:
        run = self.list.currentItem().data(RUN)
        place = self.list.currentRow()
        self._change(lambda: RunQueue().move(run, place))

    def _remove(self) -> None:
        row = self.list.currentRow()
        if row >= 0:
            run = self.entries[row].run
            self._change(lambda: RunQueue().remove(run))

    def _pause(self) -> None:
        paused = not self.paused

        def work() -> None:
            queue = RunQueue()
            queue.pause(paused)
            if not paused and queue.entries():
                queue.start()

        self._change(work)

    def _set_at_once(self, count: int) -> None:
        self._change(lambda: RunQueue().set_at_once(count))

    def _change(self, work: Callable[[], Any]) -> None:
        def done(_: object) -> None:
            self.refresh()
            self._session.runs.refresh()

        self._session.in_background(work, done)

    # What is shown

    def show_found(self, found: tuple[list[Entry], bool, int]) -> None:
        entries, self.paused, at_once = found
        if not self.at_once.hasFocus():
            self.at_once.show_count(at_once)
        self.pause.setText("Go on" if self.paused else "Pause")
        self.redraw()
        if self.failed or entries != self.entries:
            self._show(entries)
        self._enable()

    def _show(self, entries: list[Entry]) -> None:
        item = self.list.currentItem()
        chosen: RunDirectory | None = item.data(RUN) if item is not None else None
        self.entries = entries
        self.list.clear()
        for entry in entries:
            item = QListWidgetItem(f"{name_of(entry.run.name)}   {entry.state}")
            item.setData(RUN, entry.run)
            item.setToolTip(str(entry.run.path))
            item.setIcon(
                theme.icon("mdi6.play" if entry.state == "running" else "mdi6.clock-outline")
            )
            self.list.addItem(item)
            if entry.run == chosen:
                self.list.setCurrentItem(item)
        if entries:
            self.stage.show_content()
        else:
            self._show_empty()

    def _show_empty(self) -> None:
        self.stage.tell(
            Message(
                "Nothing waits.",
                "Add the project as it is now, change it, and add it again: the runs are trained "
                "one after the other, or several at once.",
            ),
            "mdi6.tray-full",
        )

    def _enable(self) -> None:
        row = self.list.currentRow()
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < len(self.entries) - 1)
        self.remove.setEnabled(row >= 0)

    def show_error(self, error: Exception) -> None:
        self.stage.tell_error(error)


def _read() -> tuple[list[Entry], bool, int]:
    queue = RunQueue()
    listed = queue.listed()
    return queue.entries(), listed.paused, listed.at_once


def _button(text: str, icon: str, act: Callable[[], object], name: str = "") -> QPushButton:
    button = QPushButton(text)
    button.setIcon(theme.icon(icon))
    button.setAccessibleName(name or text)
    button.setToolTip(name)
    button.clicked.connect(lambda: act())
    return button
