"""All runs: the table above; below it what the selected ones share, and in what they differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from cnnstudio.graph import RunError
from cnnstudio.training.run_filter import RunFilter, parse
from cnnstudio.training.run_rows import RunRow
from cnnstudio.training.rundir import RunDirectory, runs_root
from cnnstudio.training.sweep import creating
from cnnstudio.ui import theme
from cnnstudio.ui.message import Message
from cnnstudio.ui.notice import Stage
from cnnstudio.ui.session import Session
from cnnstudio.ui.train.runs import columns as named
from cnnstudio.ui.train.runs.difference_view import DifferenceView
from cnnstudio.ui.train.runs.exports import RunExports
from cnnstudio.ui.train.runs.overlay import Epochs, Overlay
from cnnstudio.ui.train.runs.parallel import Parallel
from cnnstudio.ui.train.runs.queue_view import QueueView
from cnnstudio.ui.train.runs.rows import Rows
from cnnstudio.ui.train.runs.run_table import RunTable
from cnnstudio.ui.train.runs.sweep_form import SweepForm
from cnnstudio.ui.train.runs.sweeps_view import SweepsView
from cnnstudio.ui.train.runs.table_bar import TableBar
from cnnstudio.ui.train.runs.table_model import RunTableModel

MOST_SHOWN = 24  # curves of more runs would tell nothing
MOST_AXES = 7
CURVES_MILLISECONDS = 400
COLUMNS_KEY = "train/run_columns"


class RunsPage(QWidget):
    """Reads the runs only while it is seen."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._slots: dict[RunDirectory, int] = {}
        self._typed = ""
        self._begun = False  # whether runs were shown before
        self._chosen_columns: list[str] = []
        self.setObjectName("runs_page")
        self.setAccessibleName("All runs")
        self.rows = Rows(session, self)
        self.model = RunTableModel(self.rows)
        self.table = RunTable(self.model)
        self.bar = TableBar()
        self.exports = RunExports(session, self)
        self.exports.fill(self.bar.export_menu)
        self.exports.fill(self.table.menu)
        self.stage = Stage(self.table)
        self.overlay = Overlay()
        self.parallel = Parallel()
        self.difference = DifferenceView()
        self.sweeps = SweepsView(session)
        self.queue = QueueView(session)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("runs_tabs")
        self.tabs.setDocumentMode(True)
        for widget, title in (
            (self.overlay, "Curves"), (self.parallel, "Parallel coordinates"),
            (self.difference, "Difference"), (self.sweeps, "Sweeps"), (self.queue, "Queue"),
        ):  # fmt: skip
            self.tabs.addTab(widget, title)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self.stage)
        splitter.addWidget(self.tabs)
        splitter.setSizes([320, 380])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(splitter, 1)
        self._curves_timer = QTimer(self, singleShot=True, interval=CURVES_MILLISECONDS)
        self._curves_timer.timeout.connect(self._read_curves)
        stored = str(session.settings.value(COLUMNS_KEY, ""))
        self._chosen_columns = [name for name in stored.split(";") if name]
        self._connect()
        self._show_rows()

    def _connect(self) -> None:
        self.rows.changed.connect(self._show_rows)
        self.bar.filtered.connect(self.show_filter)
        self.bar.columns_menu.aboutToShow.connect(self._fill_columns)
        self.table.chosen.connect(self._show_chosen)
        self.table.opened.connect(self._session.show_run)
        self.tabs.currentChanged.connect(self._show_below)
        self.parallel.brushed.connect(self._take_brush)
        self.sweeps.new_wanted.connect(self.open_sweep_form)
        self.sweeps.runs_wanted.connect(self._show_sweep)
        self._session.runs.status.connect(self._take_status)

    @property
    def selected(self) -> list[RunDirectory]:
        return self.table.selected

    @property
    def colors(self) -> dict[RunDirectory, QColor]:
        """Of the selected runs; a run keeps its colour for as long as it is selected."""
        return {run: theme.run_color(slot) for run, slot in self._slots.items()}

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self.rows.watch(True)

    def hideEvent(self, event) -> None:
        super().hideEvent(event)
        self.rows.watch(False)

    def redraw(self) -> None:
        """Draws everything in the current theme's colours."""
        for part in (self.bar, self.overlay, self.queue, self.stage.notice):
            part.redraw()
        self.model.show_colors(self.colors)
        self._show_chosen(self.selected)

    # The table

    def show_filter(self, text: str) -> None:
        """Shows the runs that the text asks for; says what is wrong with it."""
        self._typed = text
        if self.bar.edit.text() != text:
            self.bar.edit.setText(text)
        self._show_rows()

    def _show_rows(self) -> None:
        if self.table.editing:
            return  # a further change comes
        rows = self.rows.rows
        try:
            self.model.filter = parse(self._typed, self.rows.columns) if rows else RunFilter()
        except RunError as error:
            self.bar.show_error(error.message, error.hint)
            return
        columns = self._chosen_columns or named.default_columns(self.rows.varying)
        fresh = columns != self.model.columns
        self.model.show(columns)
        if fresh:
            self.table.fit_columns()
        self.bar.show_count(len(self.model.rows), len(rows))
        self._show_stage()
        if rows and not self._begun:
            self._begun = True
            self.table.select_runs([self._session.run or rows[0].run])
        self._show_below()

    def _show_stage(self) -> None:
        if self.model.rows or self.rows.rows:
            self.stage.show_content()
        else:
            text = "No runs yet."
            hint = "Each training becomes a run that is kept here, to be compared with others."
            self.stage.tell(Message(text, hint), "mdi6.table")

    def _fill_columns(self) -> None:
        menu = self.bar.columns_menu
        menu.clear()
        shown = set(self.model.columns)
        for group, names in named.choices(self.rows.columns, self.rows.varying).items():
            if not names:
                continue
            inner = menu.addMenu(group)
            inner.setToolTipsVisible(True)
            for name in names:
                action = QAction(named.title(name), inner, checkable=True)
                action.setChecked(name in shown)
                action.setToolTip(name)
                action.toggled.connect(lambda on, name=name: self.choose_column(name, on))
                inner.addAction(action)
        menu.addSeparator()
        menu.addAction("The usual columns", lambda: self._choose_columns([]))

    def choose_column(self, name: str, on: bool) -> None:
        """Shows a column, or no longer."""
        columns = [column for column in self.model.columns if column != name]
        self._choose_columns([*columns, name] if on else columns)

    def _choose_columns(self, columns: list[str]) -> None:
        self._chosen_columns = columns
        self._session.settings.set_value(COLUMNS_KEY, ";".join(columns))
        self._show_rows()

    # The selected runs

    def _show_chosen(self, runs: list[RunDirectory]) -> None:
        shown = runs[:MOST_SHOWN]
        self._slots = {run: slot for run, slot in self._slots.items() if run in shown}
        for run in shown:
            if run not in self._slots:
                taken = set(self._slots.values())
                self._slots[run] = next(n for n in range(len(shown) + 1) if n not in taken)
        self.model.show_colors(self.colors)
        self._show_below()
        self.exports.show_chosen(runs)
        if not self._curves_timer.isActive():
            self._read_curves()

    def _take_status(self, run: RunDirectory, _: object) -> None:
        if run in self._slots and self.isVisible() and not self._curves_timer.isActive():
            self._curves_timer.start()

    def _read_curves(self) -> None:
        runs = list(self._slots)

        def take(found: dict[RunDirectory, Epochs]) -> None:
            if runs == list(self._slots):
                self.overlay.show_runs(found, self.colors, self._note_on_images(runs))

        self._session.in_background(lambda: {run: run.metrics() for run in runs}, take)

    def _note_on_images(self, runs: list[RunDirectory]) -> str:
        """What is to be known of the images that these runs learn from."""
        generated = [row.generated for row in map(self.rows.of, runs) if row is not None]
        if not any(generated):
            return ""
        return "generated images" if all(generated) else "generated images in some of the runs"

    def _show_below(self, *_: object) -> None:
        """Brings up to date what is seen below the table; the rest when it is shown."""
        if self.tabs.currentWidget() is self.difference:
            chosen = [row for row in map(self.rows.of, self._slots) if row is not None]
            self.difference.show_rows(chosen, self.colors)
        elif self.tabs.currentWidget() is self.parallel:
            self._show_parallel()

    def _show_parallel(self) -> None:
        rows = self.model.rows
        metric = f"val_{self.overlay.quantity.currentData()}"
        differing = [name for name in self.rows.varying if _differs(rows, name)]
        columns = [*differing[:MOST_AXES], metric]
        self.parallel.show_rows(rows, columns, self.colors)

    def _take_brush(self, runs: list[RunDirectory] | None) -> None:
        self.table.select_runs(runs or [])

    # Sweeps

    def open_sweep_form(self) -> SweepForm:
        """Asks what is to be varied in the project as it is now."""
        form = SweepForm(self._session.project, self)
        form.wanted.connect(self._start_sweep)
        form.finished.connect(form.deleteLater)
        form.open()
        return form

    def _start_sweep(self, space: Any, how: dict[str, Any], workers: int) -> None:
        session = self._session
        project, root = session.project, runs_root(session.document.path)

        def work() -> None:
            made = creating.create_sweep(project, space, Path(root), **how)
            creating.start(made, workers)

        def done(_: object) -> None:
            self.tabs.setCurrentWidget(self.sweeps)
            self.sweeps.refresh()
            session.runs.refresh()

        session.in_background(work, done)

    def _show_sweep(self, filter: str) -> None:
        self.show_filter(filter)
        self.tabs.setCurrentWidget(self.parallel)


def _differs(rows: list[RunRow], name: str) -> bool:
    return any(row[name] != rows[0][name] for row in rows[1:])
