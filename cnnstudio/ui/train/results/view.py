"""The results of the current run: its metrics, and the images behind each of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui import quantities
from cnnstudio.ui.data.sample_view import SampleView
from cnnstudio.ui.message import Message
from cnnstudio.ui.notice import Stage
from cnnstudio.ui.session import Session
from cnnstudio.ui.train.confusion import ConfusionPanel
from cnnstudio.ui.train.results.changes_bar import ChangesBar
from cnnstudio.ui.train.results.class_table import ClassTable
from cnnstudio.ui.train.results.curve_views import ReliabilityPlot, RocPlot, SharePlot
from cnnstudio.ui.train.results.gallery import Gallery
from cnnstudio.ui.train.results.reading import Results, read_results
from cnnstudio.ui.train.results.tiles import Tiles

WIDEST_CELL = 56
OTHER_DATA = (
    "The open project learns from other images than this run did: open the run's project to "
    "leave images out or to relabel them."
)


class ResultsView(QWidget):
    """Metrics above, then confusion, classes and curves, then the images of what is chosen there:
    at first the mistakes, the most confident first."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._results: Results | None = None
        self.setAccessibleName("Results of the run")
        self.tiles = Tiles()
        self.notes = QLabel()
        self.notes.setProperty("role", "caption")
        self.notes.setWordWrap(True)
        self.notes.setTextFormat(Qt.TextFormat.PlainText)
        self.notes.setContentsMargins(16, 0, 16, 4)
        self.confusion = ConfusionPanel(WIDEST_CELL)
        self.classes = ClassTable()
        self.roc = RocPlot()
        self.reliability = ReliabilityPlot()
        self.gallery = Gallery(session)
        self.large = SampleView(session, self.gallery.samples)
        self.changes = ChangesBar(session)
        self._arrange()
        self._connect()
        self._redraw()
        self._read()

    # Putting it together

    def _arrange(self) -> None:
        self.tabs = QTabWidget()
        self.tabs.setObjectName("result_tabs")
        self.tabs.setDocumentMode(True)
        for part, title in (
            (self.confusion, "Confusion"), (self.classes, "Classes"),
            (_described(self.roc), "ROC"), (_described(self.reliability), "Reliability"),
        ):  # fmt: skip
            self.tabs.addTab(part, title)
        self.title = QLabel()
        self.title.setProperty("role", "heading")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.all = QPushButton("All mistakes")
        self.all.setProperty("role", "quiet")
        self.all.setToolTip("Show all mistakes again, the most confident first")
        self.all.clicked.connect(self.show_mistakes)
        policy = self.all.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.all.setSizePolicy(policy)
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 16, 4)
        row.addWidget(self.title, 1)
        row.addWidget(self.all)
        self.images = QStackedWidget()
        self.images.addWidget(self.gallery)
        self.images.addWidget(self.large)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.changes)
        column.addLayout(row)
        inner = QVBoxLayout()
        inner.setContentsMargins(12, 0, 8, 8)
        inner.addWidget(self.images)
        column.addLayout(inner, 1)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.tabs)
        parts.addWidget(below)
        parts.setSizes([380, 340])
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tiles)
        column.addWidget(self.notes)
        column.addWidget(parts, 1)
        self.stage = Stage(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.stage)

    def _connect(self) -> None:
        session = self._session
        session.run_changed.connect(lambda _: self._read())
        session.runs.events.connect(self._take_events)
        session.changed.connect(self._compare)
        session.document_replaced.connect(self._compare)
        session.theme_changed.connect(self._redraw)
        self.confusion.cell_chosen.connect(self.show_cell)
        self.confusion.class_chosen.connect(self.show_class)
        self.classes.class_chosen.connect(self._choose_class)
        self.roc.chosen.connect(self.show_class)
        self.reliability.chosen.connect(self.show_bin)
        self.gallery.opened.connect(self._enlarge)
        self.gallery.samples.failed.connect(self._fail)
        self.large.closed.connect(self._show_all)

    # What the images are

    def show_mistakes(self) -> None:
        """Shows all mistakes, the most confident first."""
        if self._results is None:
            return
        numbers = self._results.verdicts.mistakes()
        many = quantities.plural(len(numbers), "mistake")
        self._show(f"{many}, the most confident first" if len(numbers) else "No mistakes", numbers)
        self.all.hide()

    def show_cell(self, label: int, predicted: int) -> None:
        """Shows the images of one class that were taken for one class."""
        if self._results is None:
            return
        verdicts = self._results.verdicts
        name, other = verdicts.classes[label], verdicts.classes[predicted]
        numbers = verdicts.cell(label, predicted)
        what = f"{name} recognised" if label == predicted else f"{name} taken for {other}"
        self._show(f"{what}: {quantities.plural(len(numbers), 'image')}", numbers)

    def show_class(self, label: int) -> None:
        """Shows the images of a class and those taken for it, mistakes first."""
        if self._results is None:
            return
        verdicts = self._results.verdicts
        numbers = verdicts.of_class(label)
        many = quantities.plural(len(numbers), "image")
        self._show(f"{verdicts.classes[label]}, or taken for it: {many}, mistakes first", numbers)

    def show_bin(self, number: int) -> None:
        """Shows the images that the network was so sure of, mistakes first."""
        if self._results is None:
            return
        numbers = self._results.verdicts.in_bin(number)
        many = quantities.plural(len(numbers), "image")
        self._show(f"{self.reliability.bin_in_words(number)}: {many}, mistakes first", numbers)

    def _choose_class(self, label: int) -> None:
        self.roc.current = label
        self.roc.redraw()
        self.show_class(label)

    def _show(self, title: str, numbers: Sequence[int]) -> None:
        self.title.setText(title)
        self.gallery.samples.show_verdicts(self._results, numbers)
        self.gallery.scrollToTop()
        self.images.setCurrentWidget(self.gallery)
        self.all.show()

    def _enlarge(self, row: int) -> None:
        self.images.setCurrentWidget(self.large)
        self.large.show_row(row)
        self.large.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_all(self, row: int) -> None:
        self.images.setCurrentWidget(self.gallery)
        self.gallery.setCurrentIndex(self.gallery.samples.index(row))
        self.gallery.setFocus(Qt.FocusReason.OtherFocusReason)

    # The run

    def _take_events(self, run: RunDirectory, batch: list[dict]) -> None:
        if any(event["type"] in ("start", "end") for event in batch):
            self._read()

    def _read(self) -> None:
        run = self._session.run
        if run is None:
            self._results = None
            message = Message("No run is chosen.", "Choose one from the list of runs.")
            self.stage.tell(message, "mdi6.image-search-outline")
            return
        self._session.in_background(
            lambda: read_results(run),
            lambda results: self._take(run, results),
            lambda error: self._miss(run, error),
        )

    def _take(self, run: RunDirectory, results: Results) -> None:
        if run != self._session.run:
            return
        self._results = results
        self.tiles.show_summary(results.summary)
        notes = list(results.summary["notes"])
        if results.split != "test":
            notes.insert(0, "Tested on the validation images: the data has none for a test.")
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(notes))
        self.confusion.show_predictions(results.summary)
        self.classes.show_rows(list(results.summary["per_class"]))
        self.roc.show_curves(
            list(results.curves.get("roc") or []),
            [row["roc_auc"] for row in results.summary["per_class"]],
        )
        self.reliability.show_reliability(
            dict(results.curves.get("reliability") or {}), results.summary["calibration_error"]
        )
        self._compare()
        self.show_mistakes()
        self.stage.show_content()

    def _miss(self, run: RunDirectory, error: Exception) -> None:
        if run == self._session.run:
            self._results = None
            self.gallery.samples.show_verdicts(None, ())
            told = Message.of(error)
            self.stage.tell(Message(told.text, told.hint), "mdi6.image-search-outline")

    def _fail(self, error: Exception) -> None:
        told = Message.of(error)
        again = ("Try again", self._read)
        self.stage.tell(Message(told.text, told.hint, "error", (again,)))

    def _compare(self, *_: object) -> None:
        """Images can be corrected where the open project learns from the run's data."""
        if self._results is None:
            return
        here, there = self._session.project.data, self._results.data
        same = (here.dataset, here.options) == (there.dataset, there.options)
        self.gallery.refusal = "" if same else OTHER_DATA
        self.changes.show_run(there if same else None)

    def _redraw(self) -> None:
        self.roc.redraw()
        self.reliability.redraw()
        self.changes.redraw()
        self.large.outline.redraw()
        self.stage.notice.redraw()
        for table in (self.confusion.table, self.classes, self.gallery):
            table.viewport().update()


def _described(plot: SharePlot) -> QWidget:
    """A plot below the sentence that describes it."""
    text = QLabel(plot.accessibleDescription())
    text.setProperty("role", "muted")
    text.setWordWrap(True)
    text.setContentsMargins(16, 8, 16, 4)
    plot.described.connect(text.setText)
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(text)
    column.addWidget(plot, 1)
    return page
