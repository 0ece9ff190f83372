"""The gallery out of which the probe images are chosen."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QListView, QVBoxLayout

from cnnstudio.ui.canvas.view import CanvasView
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.design.living import MOST_PROBES, Living
from cnnstudio.ui.images.sample_delegate import LABEL_HEIGHT, MARGIN, SampleDelegate
from cnnstudio.ui.images.samples_model import SamplesModel, Source
from cnnstudio.ui.session import Session

SIZE = 64
COLUMNS, ROWS = 6, 4
SPLITS = (("Validation images", "validation"), ("Test images", "test"), ("Train images", "train"))


class ProbeChooser(QFrame):
    """A popup; a click takes an image or takes it away, and the canvas follows at once."""

    def __init__(self, session: Session, living: Living, canvas: CanvasView) -> None:
        super().__init__(canvas, Qt.WindowType.Popup)
        self._living = living
        self._canvas = canvas
        self._rows: list[int] = []  # the chosen ones, the first chosen first
        self._marking = False
        self.setObjectName("probe_chooser")
        self.setAccessibleName("Probe images")
        self.split = ChoiceBox("Split", SPLITS)
        self.split.activated.connect(lambda _: self._show_split())
        self.count = QLabel()
        self.count.setProperty("role", "muted")
        self.model = SamplesModel(session, SIZE * 2, self)
        self.model.counted.connect(lambda _: self._mark())
        self.model.failed.connect(self._take_error)
        self.list = QListView()
        self.list.setObjectName("probe_gallery")
        self.list.setAccessibleName("Samples to choose from")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setModel(self.model)
        self.list.setFlow(QListView.Flow.LeftToRight)
        self.list.setWrapping(True)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setUniformItemSizes(True)
        self.list.setLayoutMode(QListView.LayoutMode.Batched)
        self.list.setMouseTracking(True)
        self.list.setSelectionMode(QListView.SelectionMode.MultiSelection)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(SampleDelegate(SIZE, labels=True, parent=self))
        side = SIZE + 2 * MARGIN
        self.list.setFixedSize(COLUMNS * side + 20, ROWS * (side + LABEL_HEIGHT))
        self.list.selectionModel().selectionChanged.connect(lambda *_: self._take_selection())
        top = QHBoxLayout()
        top.addWidget(self.split)
        top.addStretch()
        top.addWidget(self.count)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.addLayout(top)
        column.addWidget(self.list)

    def open(self) -> None:
        """Shows the gallery in the middle of the canvas's lower half."""
        probes = self._living.probes
        if not probes:
            return
        self.split.choose(probes[0][0])
        self._rows = [index for split, index in probes if split == probes[0][0]]
        self._show_samples()
        self.adjustSize()
        area = self._canvas.viewport()
        corner = area.mapToGlobal(
            QPoint((area.width() - self.width()) // 2, max(area.height() - self.height() - 64, 0))
        )
        self.move(corner)
        self.show()
        self.list.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close()
        else:
            super().keyPressEvent(event)

    def _show_split(self) -> None:
        self._rows = [0]
        self._show_samples()
        self._choose()

    def _show_samples(self) -> None:
        trained, facts = self._living.trained, self._living.facts
        if trained is None:
            return
        split = self.split.currentData()
        source = Source(trained.data, tuple(facts.get("input_shape", ())), split)
        if source != self.model.source:
            self.model.show(source, facts.get("classes", []), facts.get("sizes", {}).get(split))
        self._mark()

    def _mark(self) -> None:
        """Selects the chosen ones in the list."""
        self._marking = True
        chosen = self.list.selectionModel()
        chosen.clearSelection()
        flag = QItemSelectionModel.SelectionFlag.Select
        for row in self._rows:
            if (index := self.model.index(row)).isValid():
                chosen.select(index, flag)
        if self._rows and (index := self.model.index(self._rows[0])).isValid():
            chosen.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._marking = False
        self._tell()

    def _take_selection(self) -> None:
        if self._marking:
            return
        selected = {index.row() for index in self.list.selectedIndexes()}
        rows = [row for row in self._rows if row in selected]
        rows += sorted(selected - set(rows))
        if not rows:  # one is always shown
            self._mark()
            return
        self._rows = rows[-MOST_PROBES:]
        if len(rows) > MOST_PROBES:
            self._mark()
        self._choose()

    def _choose(self) -> None:
        split = self.split.currentData()
        self._living.choose_probes([(split, row) for row in self._rows])
        self._tell()

    def _tell(self) -> None:
        if not self.model.rowCount():
            self.count.setText("Loading the images…")
            return
        self.count.setText(f"{len(self._rows)} of up to {MOST_PROBES} chosen")

    def _take_error(self, error: Exception) -> None:
        self.count.setText(str(getattr(error, "message", error)))
