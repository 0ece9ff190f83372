"""The Data workspace: settings on the left, samples in the middle, facts on the right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.data.origin import MEANING, notes_on
from cnnstudio.graph import DataSettings
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.data.augmentation.preview import AugmentationPreview
from cnnstudio.ui.data.class_bars import SPLIT_TITLES
from cnnstudio.ui.data.facts_panel import FactsPanel
from cnnstudio.ui.data.loading import Loading
from cnnstudio.ui.data.mismatch_bar import MismatchBar
from cnnstudio.ui.data.sample_grid import SampleGrid
from cnnstudio.ui.data.sample_view import SampleView
from cnnstudio.ui.data.sides import Sides
from cnnstudio.ui.images.corrections import Sample
from cnnstudio.ui.images.input_shape import input_shape
from cnnstudio.ui.images.samples_model import Source
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.message import Message
from cnnstudio.ui.notice import Stage
from cnnstudio.ui.session import Session

WIDTHS = (theme.inspector_width, 800, 300)
EDIT_MILLISECONDS = 350
SPLITS = ("train", "validation", "test", "left_out", "relabelled")
CORRECTED = SPLITS[3:]  # shown while there are any
WAYS_BACK = {
    "left_out": ("Put back", "Put all back"),
    "relabelled": ("Restore the label", "Restore all labels"),
}
TITLES = {**SPLIT_TITLES, "left_out": "Left out", "relabelled": "Relabelled"}

Key = tuple[DataSettings, tuple[int, ...]]


class DataWorkspace(QWidget):
    """Asks the kernel for the project's data while it is visible."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asked: Key | None = None
        self._shown: Key | None = None
        self._sizes: dict[str, int] = {}
        self._counts: dict[str, list[int]] = {}
        self._classes: list[str] = []
        self._label: int | None = None
        self._wanted: str | None = None  # a split to be shown once its images are known
        self.setAccessibleName("Data")
        self.setAcceptDrops(True)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.sides = Sides(session)
        self.settings = self.sides.settings
        self.preview = AugmentationPreview(session)
        self.facts = FactsPanel()
        self.grid = SampleGrid(session)
        self.large = SampleView(session, self.grid.samples)
        self.loading = Loading()
        self._question = Inquiry(session, "dataset", "data", self)
        self._edits = QTimer(self, singleShot=True, interval=EDIT_MILLISECONDS)
        self._edits.timeout.connect(self.ask)
        self._arrange()
        self._connect()

    def ask(self, refresh: bool = False) -> None:
        """Asks for the data as the project names it, if it is not what is shown or asked for;
        with `refresh` in any case, and the files are read again."""
        if not self.isVisible():
            return
        project = self._session.project
        key = (project.data.unaugmented, input_shape(project))
        if key == self._asked and not refresh:
            return
        self._asked = key
        self.loading.start()
        self._question.ask(settings=key[0], input_shape=list(key[1]), refresh=refresh)

    def show_images(self, split: str) -> None:
        """Shows the images of a split, as soon as they are there; all of them."""
        self.sides.tabs.setCurrentIndex(0)
        self._wanted = split
        self.ask()
        if self._shown is not None and self._shown == self._asked:
            if self._label is not None:
                self.facts.bars.choose(self._label)
            self._show_wanted()

    def cancel(self) -> None:
        """Waits no longer for the data."""
        self._question.forget()
        again = ("Load it", lambda: self.ask(refresh=True))
        hint = "Choose other data on the left, or load it after all."
        message = Message("Loading was stopped.", hint, actions=(again,))
        self.stage.tell(message, "mdi6.image-off-outline")

    # Qt's events

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.ask()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if folder_in(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = folder_in(event)
        if path is not None:
            event.acceptProposedAction()
            self.settings.choose_folder(path)

    # Putting it together

    def _arrange(self) -> None:
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Split")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for split in SPLITS:
            self.tabs.addTab(TITLES[split])
            self.tabs.setTabVisible(self.tabs.count() - 1, split not in CORRECTED)
        self.generated = QLabel("Generated")
        self.generated.setProperty("role", "badge")
        self.generated.setToolTip("These images are drawn by a program; they are not real ones")
        self.origin = QLabel()
        self.origin.setProperty("role", "badge")
        self.filter = QToolButton()
        self.filter.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.filter.setToolTip("Show all classes again")
        self.filter.clicked.connect(lambda: self.facts.bars.choose(self._label))
        self.back = QPushButton()
        self.back.setProperty("role", "quiet")
        self.back.clicked.connect(self._take_back)
        self.again = QToolButton()
        self.again.setIconSize(QSize(18, 18))
        self.again.setAccessibleName("Read the data again")
        self.again.setToolTip("Read the data again")
        self.again.clicked.connect(lambda: self.ask(refresh=True))
        top = QHBoxLayout()
        top.setContentsMargins(16, 8, 16, 0)
        top.setSpacing(theme.spacing)
        for widget in (self.tabs, self.filter, self.back):
            top.addWidget(widget)
        top.addStretch()
        top.addWidget(self.origin, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(self.generated, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(self.again)
        self.views = QStackedWidget()
        self.views.addWidget(self.grid)
        self.views.addWidget(self.large)
        self.bar = MismatchBar(self._session)
        inner = QVBoxLayout()
        inner.setContentsMargins(12, 4, 8, 8)
        inner.addWidget(self.views)
        samples = QWidget()
        column = QVBoxLayout(samples)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addLayout(inner, 1)
        seen = QWidget()
        column = QVBoxLayout(seen)
        column.setContentsMargins(16, 8, 12, 8)
        column.addWidget(self.preview)
        self.pages = QStackedWidget()
        self.pages.addWidget(samples)
        self.pages.addWidget(seen)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.pages, 1)
        shown = QSplitter(Qt.Orientation.Horizontal)
        shown.setHandleWidth(1)
        shown.addWidget(middle)
        shown.addWidget(self.facts)
        shown.setStretchFactor(0, 1)
        shown.setStretchFactor(1, 0)
        shown.setSizes(WIDTHS[1:])
        shown.setChildrenCollapsible(False)
        self.facts.setMinimumWidth(220)
        middle.setMinimumWidth(380)
        self.stage = Stage(shown)
        self.stage.addWidget(self.loading)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(1)
        split.setChildrenCollapsible(False)
        split.addWidget(self.sides)
        split.addWidget(self.stage)
        split.setStretchFactor(1, 1)
        split.setSizes((WIDTHS[0], WIDTHS[1] + WIDTHS[2]))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(split)

    def _connect(self) -> None:
        session = self._session
        session.changed.connect(lambda _: self._edits.start())
        session.document_replaced.connect(self.ask)
        session.split_requested.connect(self.show_images)
        session.theme_changed.connect(self._redraw)
        self._question.slow.connect(lambda: self.stage.setCurrentWidget(self.loading))
        self._question.progressed.connect(self.loading.show_progress)
        self._question.answered.connect(self._take)
        self._question.failed.connect(self._fail)
        self.loading.cancelled.connect(self.cancel)
        self.sides.tabs.currentChanged.connect(self.pages.setCurrentIndex)
        self.tabs.currentChanged.connect(lambda _: self._show_split())
        self.facts.bars.chosen.connect(self._filter)
        self.grid.opened.connect(self._enlarge)
        self.grid.selectionModel().selectionChanged.connect(self._show_way_back)
        self.grid.samples.failed.connect(self._fail)
        self.large.closed.connect(self._show_all)
        self._redraw()

    # What is shown

    @property
    def split(self) -> str:
        """The split whose samples are shown."""
        return SPLITS[self.tabs.currentIndex()]

    def _take(self, answer: dict[str, Any]) -> None:
        # Where the images are the same but for corrections, the eye stays where it is.
        place = self.grid.verticalScrollBar().value() if self._is_corrected() else 0
        self._sizes, self._classes = dict(answer["sizes"]), list(answer["classes"])
        self._counts = dict(answer["counts"])
        self._label = None
        if self.split in CORRECTED and not self._sizes[self.split]:
            self.tabs.setCurrentIndex(0)
        self._name_tabs()
        self.generated.setVisible(bool(answer["generated"]))
        self._show_origin()
        self._show_wanted()
        self.facts.show_facts(answer)
        self.bar.show_classes(len(self._classes))
        self._show_split()
        self.grid.doItemsLayout()
        self.grid.verticalScrollBar().setValue(place)
        self._shown = self._asked
        self.preview.read_again()
        self.stage.show_content()
        self._name_tabs()  # once more: texts of hidden tabs don't widen them

    def _name_tabs(self) -> None:
        for number, split in enumerate(SPLITS):
            self.tabs.setTabText(number, f"{TITLES[split]}  {self._sizes[split]:,}")
            if split in CORRECTED:
                self.tabs.setTabVisible(number, self._sizes[split] > 0)

    def _show_origin(self) -> None:
        """Warns of what was done to the data on purpose."""
        notes = notes_on(self._session.project.data)
        self.origin.setVisible(bool(notes))
        self.origin.setText("  ·  ".join(note.capitalize() for note in notes))
        self.origin.setToolTip("\n".join(MEANING[note] for note in notes))

    def _show_wanted(self) -> None:
        split, self._wanted = self._wanted, None
        if split is not None and self._sizes[split]:
            self.tabs.setCurrentIndex(SPLITS.index(split))

    def _is_corrected(self) -> bool:
        """Whether what is shown differs from what comes in nothing but corrections."""
        if self._shown is None or self._asked is None:
            return False
        plain = {"left_out": (), "relabelled": {}}
        (before, shape), (now, new_shape) = self._shown, self._asked
        same = before.model_copy(update=plain) == now.model_copy(update=plain)
        return same and shape == new_shape

    def _fail(self, error: Exception) -> None:
        self.bar.show_classes(None)
        again = ("Try again", lambda: self.ask(refresh=True))
        told = Message.of(error)
        self.stage.tell(Message(told.text, told.hint, "error", (again,)))

    def _show_split(self) -> None:
        if self._asked is None or not self._sizes:
            return
        label = self._label
        total = self._sizes[self.split] if label is None else self._counts[self.split][label]
        source = Source(*self._asked, self.split, label)
        self.grid.samples.show(source, self._classes, total)
        self.grid.scrollToTop()
        self.views.setCurrentWidget(self.grid)
        self._show_way_back()
        self.filter.setVisible(label is not None)
        if label is not None:
            text = f"{self._classes[label]}: {quantities.count(total)}"
            self.filter.setText(text)
            self.filter.setAccessibleName(f"Showing {text} only. Show all classes")

    def _show_way_back(self, *_: object) -> None:
        """Names what the button does to the chosen images, or to all if none is chosen."""
        chosen = len(self.grid.selectedIndexes())
        self.back.setVisible(self.split in CORRECTED)
        one, all_of_them = WAYS_BACK.get(self.split, ("", ""))
        self.back.setText(one if chosen else all_of_them)
        self.back.setAccessibleName(self.back.text())

    def _take_back(self) -> None:
        data, do = self._session.project.data, self.grid.corrections
        chosen = self.grid.chosen_samples
        if self.split == "left_out":
            do.put_back(chosen or [Sample(key, "") for key in data.left_out])
        else:
            do.restore(chosen or [Sample(key, "") for key in data.relabelled])

    def _filter(self, label: int) -> None:
        self._label = None if label < 0 else label
        self._show_split()
        self.preview.show_class(self._label)

    def _enlarge(self, row: int) -> None:
        self.views.setCurrentWidget(self.large)
        self.large.show_row(row)
        self.large.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_all(self, row: int) -> None:
        self.views.setCurrentWidget(self.grid)
        self.grid.setCurrentIndex(self.grid.samples.index(row))
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def _redraw(self) -> None:
        self.again.setIcon(theme.icon("mdi6.refresh", "text_muted"))
        self.filter.setIcon(theme.icon("mdi6.close", "text_muted"))
        self.sides.redraw()
        self.preview.redraw()
        self.large.outline.redraw()
        self.stage.notice.redraw()
        self.bar.redraw()


def folder_in(event: QDropEvent) -> Path | None:
    """The folder that is being dropped, if it is one."""
    for url in event.mimeData().urls():
        if url.isLocalFile() and Path(url.toLocalFile()).is_dir():
            return Path(url.toLocalFile())
    return None
