"""The samples that the layer gives most nearly the same for as for the image that is looked at."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.interpret.samples.reductions import METRICS
from cnnstudio.ui import theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.images.sample_delegate import LABEL_HEIGHT, MARGIN
from cnnstudio.ui.images.samples_model import SamplesModel, Source
from cnnstudio.ui.inspect.told_delegate import SECOND, ToldDelegate
from cnnstudio.ui.session import Session

SIZE, SCROLL_BAR = 72, 12
HOW_MANY = (8, 16, 32)
Index = QModelIndex | QPersistentModelIndex


class NeighboursModel(SamplesModel):
    """Samples with their distances."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, SIZE)
        self.distances: list[float] = []
        self.labels: list[int] = []

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = index.row()
        if not 0 <= row < len(self.distances):
            return None
        name, far = self.class_name(self.labels[row]), f"{self.distances[row]:.3g}"
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return name
            case Qt.ItemDataRole.StatusTipRole:
                return far
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return f"{name}, distance {far}"
        return super().data(index, role)


class Nearest(QWidget):
    """`wanted` is emitted when other neighbours are to be asked for; `chosen(index, opened)` for
    one that is clicked or entered, `index` being its number in the split."""

    wanted = Signal()
    chosen = Signal(int, bool)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel("Nearest images")
        self.title.setProperty("role", "heading")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.note = QLabel()
        self.note.setProperty("role", "caption")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.count = ChoiceBox("Number of neighbours", [(f"{k} nearest", k) for k in HOW_MANY])
        self.metric = ChoiceBox("Distance", [(name.capitalize(), name) for name in METRICS])
        self.metric.setToolTip("Cosine compares directions only, Euclidean lengths too")
        for box in (self.count, self.metric):
            box.activated.connect(lambda _: self.wanted.emit())
        self.model = NeighboursModel(session)
        self.model.setParent(self)
        self.strip = _Strip()
        self.strip.setModel(self.model)
        self.strip.clicked.connect(lambda index: self._choose(index, False))
        self.strip.activated.connect(lambda index: self._choose(index, True))
        self.strip.doubleClicked.connect(lambda index: self._choose(index, True))
        head = QHBoxLayout()
        head.setSpacing(theme.spacing)
        head.addWidget(self.title)
        head.addWidget(self.note, 1)
        head.addWidget(self.count)
        head.addWidget(self.metric)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.strip)

    @property
    def arguments(self) -> dict[str, Any]:
        return {"k": self.count.currentData(), "metric": self.metric.currentData()}

    def show_answer(self, answer: dict[str, Any], source: Source) -> None:
        """Shows an answer of `neighbours`; `source` is the split that was searched."""
        self.model.distances, self.model.labels = answer["distances"], answer["labels"]
        indexes = tuple(int(index) for index in answer["indexes"])
        here = Source(source.settings, source.input_shape, source.split, indexes=indexes)
        self.model.show(here, answer["classes"], len(indexes))
        labels = answer["labels"]
        most = max(set(labels), key=labels.count)
        name = answer["classes"][most]
        self.note.setText(f"{labels.count(most)} of {len(labels)} are “{name}”")

    def show_nothing(self, why: str = "") -> None:
        self.model.distances, self.model.labels = [], []
        self.model.show(None)
        self.note.setText(why)

    def _choose(self, index: QModelIndex, opened: bool) -> None:
        number = index.data(SamplesModel.INDEX)
        if number is not None:
            self.chosen.emit(int(number), opened)


class _Strip(QListView):
    """Neighbours in one row, the nearest first."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Nearest images")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(ToldDelegate(SIZE, self))
        self.setFixedHeight(SIZE + 2 * MARGIN + LABEL_HEIGHT + SECOND + SCROLL_BAR)
