"""Which image is looked at: a sample out of a strip, or a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QToolButton,
    QWidget,
)

from cnnstudio.data.catalogue import datasets
from cnnstudio.ui import theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.images.sample_delegate import MARGIN, SampleDelegate
from cnnstudio.ui.images.samples_model import SamplesModel, Source
from cnnstudio.ui.inspect.subject import Image, Subject
from cnnstudio.ui.session import Session

SPLITS = {"test": "Test", "validation": "Validation", "train": "Train"}
SIZE = 56
SUFFIXES = ("png", "jpg", "jpeg", "bmp", "gif", "webp", "tif", "tiff", "ppm", "pgm")


class ImageChooser(QWidget):
    """`image_changed` is emitted when another image is chosen, `failed(error)` when the samples
    can't be listed. `controls` are the buttons, for the row that the owner likes."""

    image_changed = Signal()
    failed = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._subject: Subject | None = None
        self._file: Path | None = None
        self._row = 0
        self.split = ChoiceBox("Split", ((f"{t} images", name) for name, t in SPLITS.items()))
        self.split.setToolTip("Which images are shown: those it was trained on, or others")
        self.split.activated.connect(lambda _: self._show_split())
        self.open_button = QPushButton("Open image…")
        self.open_button.setAccessibleName("Open an image file")
        self.open_button.setToolTip("Look at an image of yours; or drop one here")
        self.open_button.clicked.connect(self.ask_for_file)
        self.model = SamplesModel(session, SIZE * 2, self)
        self.model.counted.connect(self._take_total)
        self.model.failed.connect(self.failed)
        self.model.modelReset.connect(self._tell_place)
        self.strip = _Strip()
        self.strip.setModel(self.model)
        self.strip.selectionModel().currentChanged.connect(self._take_current)
        self.strip.clicked.connect(lambda index: self._choose_row(index.row()))
        self.place = QLabel()
        self.place.setProperty("role", "muted")
        self.place.setTextFormat(Qt.TextFormat.PlainText)
        self.before = self._pager("mdi6.chevron-left", "Previous image (←)", -1)
        self.after = self._pager("mdi6.chevron-right", "Next image (→)", 1)
        self.controls = QWidget()
        buttons = QHBoxLayout(self.controls)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(theme.spacing)
        for widget in (self.place, self.split, self.open_button):
            buttons.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.before)
        row.addWidget(self.strip, 1)
        row.addWidget(self.after)

    @property
    def image(self) -> Image | None:
        """What is chosen, as the kernel's questions take it; None while nothing is listed."""
        if self._file is not None:
            return str(self._file)
        source = self.model.source
        return None if source is None else [source.split, self._row]

    def show_subject(self, subject: Subject | None) -> None:
        """Lists the images of a network's data; the chosen one is kept where that is the same."""
        self._subject = subject
        source = self._source()
        if source != self.model.source:
            self._row = 0
            self.model.show(source)
        self._tell_place()

    def open_file(self, path: Path) -> None:
        """Looks at an image file."""
        self._file = path
        self.strip.selectionModel().clear()
        self._tell_place()
        self.image_changed.emit()

    def ask_for_file(self) -> None:
        folder = self._file.parent if self._file else Path.home()
        patterns = " ".join(f"*.{suffix}" for suffix in SUFFIXES)
        dialog = QFileDialog(self, "Open an image", str(folder), f"Images ({patterns})")
        dialog.setObjectName("open_image_dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda chosen: self.open_file(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def step(self, by: int) -> None:
        """Goes to a neighbouring sample."""
        self._choose_row(self._row + by)

    def show_sample(self, split: str, index: int) -> None:
        """Looks at a sample, of another split too."""
        if split == self.split.currentData() and self.model.rowCount():
            self._choose_row(index)
            return
        self.split.choose(split)
        self._file, self._row = None, index
        self.model.show(self._source())
        self.image_changed.emit()

    def choose_split(self, name: str) -> None:
        self.split.choose(name)
        self._show_split()

    def redraw(self) -> None:
        """Draws icons in the current theme's colours."""
        for button in (self.before, self.after):
            button.setIcon(theme.icon(button.property("icon_name"), "text_muted"))

    def _source(self) -> Source | None:
        subject = self._subject
        if subject is None:
            return None
        return Source(subject.project.data, subject.input_shape, self.split.currentData())

    def _show_split(self) -> None:
        self._file, self._row = None, 0
        self.model.show(self._source())
        self.image_changed.emit()

    def _choose_row(self, row: int) -> None:
        total = self.model.rowCount()
        if total:
            row = max(0, min(row, total - 1))
            changed = row != self._row or self._file is not None
            self._file, self._row = None, row
            self._mark_row()
            self._tell_place()
            if changed:
                self.image_changed.emit()

    def _take_current(self, current: object) -> None:
        # Also called while rows come and go; then the list has no current row.
        index = self.strip.currentIndex()
        if index.isValid():
            self._choose_row(index.row())

    def _take_total(self, _: int) -> None:
        if self._file is None:
            self._mark_row()
        self._tell_place()

    def _mark_row(self) -> None:
        index = self.model.index(self._row)
        if index.isValid() and index != self.strip.currentIndex():
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.strip.selectionModel().setCurrentIndex(index, flag)

    def _tell_place(self) -> None:
        total = self.model.rowCount()
        if self._file is not None:
            text = self._file.name
        else:
            note = ", generated" if self._generated else ""
            text = f"Image {self._row + 1:,} of {total:,}{note}" if total else ""
        self.place.setText(text)

    @property
    def _generated(self) -> bool:
        """Whether the samples are drawn by a program."""
        declared = None
        if self._subject is not None:
            declared = datasets.get(self._subject.project.data.dataset)
        return declared is not None and declared.generated

    def _pager(self, icon: str, tip: str, by: int) -> QToolButton:
        button = QToolButton()
        button.setProperty("icon_name", icon)
        button.setIcon(theme.icon(icon, "text_muted"))
        button.setIconSize(QSize(20, 20))
        button.setFixedSize(28, SIZE + 2 * MARGIN)
        button.setAccessibleName(tip.split(" (")[0])
        button.setToolTip(tip)
        button.clicked.connect(lambda: self.step(by))
        return button


class _Strip(QListView):
    """Samples in one row."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Samples")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(SampleDelegate(SIZE, labels=False, parent=self))
        self.setFixedHeight(SIZE + 2 * MARGIN)
