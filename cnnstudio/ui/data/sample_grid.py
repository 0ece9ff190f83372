"""Many samples at once, those of one split and perhaps one class."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListView, QWidget

from cnnstudio.ui.images.sample_delegate import SampleDelegate
from cnnstudio.ui.images.samples_model import SamplesModel
from cnnstudio.ui.session import Session

SIZE = 96
ROWS_AT_ONCE = 4000


class SampleGrid(QListView):
    """`opened(row)` is emitted for a sample that is double-clicked or entered."""

    opened = Signal(int)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.samples = SamplesModel(session, SIZE, self)
        self.setModel(self.samples)
        self.setAccessibleName("Samples")
        self.setFrameShape(QFrame.Shape.NoFrame)
        # Icon mode would find each item's place by itself, which is slow for many.
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(ROWS_AT_ONCE)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(SampleDelegate(SIZE, labels=True, parent=self))
        self.doubleClicked.connect(self._open)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(index.row())
