"""The Train workspace: settings left, curves in the middle, runs right."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSplitter, QTabWidget, QVBoxLayout, QWidget

from cnnstudio.training.run_export import curves_csv
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import RunStatus
from cnnstudio.ui.message import Message
from cnnstudio.ui.notice import Stage
from cnnstudio.ui.session import Session
from cnnstudio.ui.train import export
from cnnstudio.ui.train.feed import Feed
from cnnstudio.ui.train.layers_view import LayersView
from cnnstudio.ui.train.plot import MACHINE
from cnnstudio.ui.train.plot_bar import MINIMUM_WIDTH, PlotBar
from cnnstudio.ui.train.plots import Plots
from cnnstudio.ui.train.results import ResultsView
from cnnstudio.ui.train.run_actions import RunActions
from cnnstudio.ui.train.run_panel import RunPanel
from cnnstudio.ui.train.run_words import name_of
from cnnstudio.ui.train.runs.page import RunsPage
from cnnstudio.ui.train.settings_form import SettingsForm

SETTINGS_WIDTH, RUNS_WIDTH = 312, 320
SETTINGS_MINIMUM, RUNS_MINIMUM = 296, 248
DEFAULT_SMOOTHING = 10  # steps


class TrainWorkspace(QWidget):
    """Shows the session's current run as it goes, and what the next one will do."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setAccessibleName("Train")
        self.plots = Plots()
        self._feed = Feed(self)
        self.bar = PlotBar()
        self.settings = SettingsForm(session)
        self.run_actions = RunActions(session, self)
        self.runs = RunPanel(session, self.run_actions)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.plots, 1)
        self.stage = Stage(middle)
        self.layers = LayersView()
        self.layers.layer_wanted.connect(self._show_on_canvas)
        self.layers.histograms_wanted.connect(self._show_histograms)
        self.machine = Plots(MACHINE)
        self.machine.setObjectName("machine_plots")
        self.machine.setAccessibleName("Learning rate, gradient, speed and memory of the run")
        self.results = ResultsView(session)
        self.pages = QTabWidget()
        self.pages.setObjectName("train_pages")
        self.pages.setDocumentMode(True)
        self.pages.addTab(self.stage, "Curves")
        self.pages.addTab(self.layers, "Layers")
        self.pages.addTab(self.machine, "Machine")
        self.pages.addTab(self.results, "Results")
        self.all_runs = RunsPage(session)
        self.pages.addTab(self.all_runs, "All runs")
        # It has the room of the list of runs too, so it need not widen the window for the others.
        self.all_runs.setMinimumWidth(MINIMUM_WIDTH)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        for part in (self.settings, self.pages, self.runs):
            self._splitter.addWidget(part)
        self.settings.setMinimumWidth(SETTINGS_MINIMUM)
        self.runs.setMinimumWidth(RUNS_MINIMUM)
        self._splitter.setCollapsible(1, False)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([SETTINGS_WIDTH, 800, RUNS_WIDTH])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._splitter)
        self._add_exports()
        self._connect()
        self._restore_choices()
        self._show_run()

    def _connect(self) -> None:
        session, bar, plots = self._session, self.bar, self.plots
        bar.axis_chosen.connect(plots.set_axis)
        bar.axis_chosen.connect(self.machine.set_axis)
        bar.axis_chosen.connect(lambda axis: self.layers.show_curves(plots.curves, axis))
        bar.log_chosen.connect(plots.set_log)
        bar.smoothing_chosen.connect(plots.set_smoothing)
        bar.metric_chosen.connect(self._show_metric)
        bar.reset_wanted.connect(plots.reset_view)
        for chosen in (bar.axis_chosen, bar.log_chosen, bar.smoothing_chosen):
            chosen.connect(self._remember_choices)
        self._splitter.splitterMoved.connect(self._remember_choices)
        self._feed.fed.connect(self._show_more)
        session.run_changed.connect(self._show_run)
        session.runs.events.connect(self._take_events)
        session.runs.restarted.connect(self._start_again)
        session.runs.status.connect(self._take_status)
        session.theme_changed.connect(self._redraw)
        self.runs.confusion.cell_chosen.connect(self.show_cell)
        self.pages.currentChanged.connect(self._make_room)
        self.all_runs.table.opened.connect(lambda _: self.pages.setCurrentWidget(self.stage))
        self.results.changes.again.clicked.connect(lambda: self.pages.setCurrentWidget(self.stage))

    def _add_exports(self) -> None:
        add = self._session.actions.add
        self._exports = [
            add("run.export_png", "Export the curves as PNG…", lambda: self._ask_where("png"),
                None, "mdi6.image-outline", "Run"),
            add("run.export_svg", "Export the curves as SVG…", lambda: self._ask_where("svg"),
                None, "mdi6.vector-curve", "Run"),
            add("run.export_csv", "Export the numbers as CSV…", lambda: self._ask_where("csv"),
                None, "mdi6.table", "Run"),
        ]  # fmt: skip
        self.bar.export_menu.addActions(self._exports)
        add("run.results", "Show its results", self.show_results, None, "mdi6.table-check", "Run",
            tip="Metrics and mistakes of the run's test")  # fmt: skip
        add("run.all_runs", "Compare runs", self.show_all_runs, None, "mdi6.table-multiple", "Run",
            tip="All runs in a table: filter, curves together, differences")  # fmt: skip
        add("run.sweep", "Sweep over settings…", self._sweep, None, "mdi6.tune-variant", "Run",
            tip="Train with many settings and find the best")  # fmt: skip

    # The run

    def show_results(self) -> None:
        """Shows what the run's test found, in this workspace."""
        self.pages.setCurrentWidget(self.results)
        self._session.show_workspace("train")

    def _show_histograms(self, path: str) -> None:
        self._session.show_workspace("inspect")
        self._session.histograms_requested.emit(path)

    def show_all_runs(self) -> None:
        """Shows the table of all runs, in this workspace."""
        self.pages.setCurrentWidget(self.all_runs)
        self._session.show_workspace("train")

    def _make_room(self, *_: object) -> None:
        """Beside the table of all runs their list has nothing to tell."""
        self.runs.setVisible(self.pages.currentWidget() is not self.all_runs)

    def show_cell(self, label: int, predicted: int) -> None:
        """Shows the images of one class that the run's network took for one class."""
        self.pages.setCurrentWidget(self.results)
        self.results.show_cell(label, predicted)

    def _show_on_canvas(self, path: str) -> None:
        self._session.show_workspace("design")
        self._session.layer_requested.emit(path)

    def _show_run(self, *_: object) -> None:
        curves = self._feed.begin(self._session.runs.history)
        self.plots.show_curves(curves)
        self.machine.show_curves(curves)
        self.layers.show_curves(curves, self.plots.axis)
        self._show_stage()

    def _show_metric(self, name: str) -> None:
        self.plots.set_metric(name, self._session.project.training.top_k)

    def _offer_metrics(self) -> None:
        """Offers what the run's epochs tell; a metric that they don't is drawn no longer."""
        told = self.plots.curves.metrics
        self.bar.show_metrics(told, self._session.project.training.top_k)
        if self.plots.accuracy.quantity.name not in ("accuracy", *told):
            self._show_metric("accuracy")

    def _take_events(self, run: RunDirectory, batch: list[dict[str, Any]]) -> None:
        self._feed.take(batch)

    def _start_again(self, run: RunDirectory) -> None:
        """A resumed run did steps again: its curves are read anew, in the view of before."""
        curves = self._feed.begin(self._session.runs.history)
        self.plots.curves = self.machine.curves = self.layers.curves = curves
        self._show_more()

    def _show_more(self) -> None:
        for part in (self.plots, self.machine, self.layers):
            part.data_changed()
        self._show_stage()

    def _take_status(self, run: RunDirectory, _: RunStatus) -> None:
        if run == self._session.run:
            self._show_stage()

    def _show_stage(self) -> None:
        self._offer_metrics()
        there = not self.plots.curves.empty
        for action in self._exports:
            action.setEnabled(there)
        if there:
            self.stage.show_content()
            return
        message, icon = self._instead()
        if self.stage.shows_content or message != self.stage.notice.message:
            self.stage.tell(message, icon)

    def _instead(self) -> tuple[Message, str]:
        """What stands in the place of curves that are not there yet."""
        session = self._session
        status = None if session.run is None else session.runs.status_of(session.run)
        if session.run is None:
            return self._invitation(), "mdi6.chart-line"
        if status is None or status.state in ("queued", "running", "paused"):
            text = "The images are being loaded."
            return Message(text, "The curves begin with the first step."), "mdi6.timer-sand"
        if status.state == "failed":
            return Message(status.message or "The run failed.", status.hint, "error"), ""
        text = "The run ended before its first step."
        return Message(text, "Resume it, or train again."), "mdi6.chart-line"

    def _invitation(self) -> Message:
        actions = self._session.actions
        if "run.train" not in actions:
            return Message("No run is chosen.", "Choose one from the list of runs.")
        train = actions["run.train"]
        keys = train.shortcut().toString()
        rehearse = (
            [("Rehearse…", actions["run.rehearse"].trigger)] if "run.rehearse" in actions else []
        )
        choose = ", or choose an earlier run from the list" if self._session.runs.runs else ""
        return Message(
            "Nothing has been trained yet." if not choose else "No run is chosen.",
            f"Press Train ({keys}) and watch loss and accuracy here as the network learns{choose}.",
            actions=(("Train", train.trigger), *rehearse),
        )

    def _sweep(self) -> None:
        self.show_all_runs()
        self.all_runs.open_sweep_form()

    # Looks

    def _redraw(self) -> None:
        for part in (
            self.plots, self.machine, self.layers, self.bar, self.settings, self.runs,
            self.stage.notice, self.all_runs,
        ):  # fmt: skip
            part.redraw()

    def _restore_choices(self) -> None:
        settings = self._session.settings
        axis = settings.value("train/axis", "epoch")
        self.plots.axis = self.machine.axis = self.layers.axis = (
            "step" if axis == "step" else "epoch"
        )
        self.plots.span = settings.value("train/smoothing", DEFAULT_SMOOTHING)
        self.bar.show_choices(self.plots.axis, settings.value("train/log", False), self.plots.span)

        sizes = settings.value("train/sizes")
        if isinstance(sizes, QByteArray):
            self._splitter.restoreState(sizes)

    def _remember_choices(self, *_: object) -> None:
        settings = self._session.settings
        settings.set_value("train/sizes", self._splitter.saveState())
        settings.set_value("train/axis", self.plots.axis)
        settings.set_value("train/log", self.plots.log)
        settings.set_value("train/smoothing", self.plots.span)

    # Export

    def _ask_where(self, suffix: str) -> None:
        run = self._session.run
        if run is None:
            return
        folder = str(self._session.folder)
        dialog = QFileDialog(self, "Export the curves", folder, f"*.{suffix}")
        dialog.fileSelected.connect(self._session.settings.remember_folder)
        dialog.setObjectName("export_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(f"{name_of(run.name)}.{suffix}")
        dialog.fileSelected.connect(lambda chosen: self.export_to(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export_to(self, path: Path) -> None:
        """Writes the curves to a file; its suffix says how."""
        session, events = self._session, list(self._session.runs.history)
        told = Message(f"Exported to {path}.", key="export", seconds=5.0)
        if path.suffix == ".csv":
            write = partial(_write_table, path, events)
        else:
            self.plots.point_at(None)
            self.plots.draw()
            drawn = export.drawing if path.suffix == ".svg" else export.picture
            write = partial(export.write_bytes, path, drawn(self.plots))
        session.in_background(write, lambda _: session.tell(told))


def _write_table(path: Path, events: list[dict[str, Any]]) -> None:
    export.write_bytes(path, curves_csv(events).encode())
