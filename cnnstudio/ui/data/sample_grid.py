"""Many samples at once, those of one split and perhaps one class."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QMenu, QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.images.corrections import Corrections, Sample
from cnnstudio.ui.images.sample_delegate import SampleDelegate
from cnnstudio.ui.images.samples_model import SamplesModel
from cnnstudio.ui.session import Session

SIZE = 96
ROWS_AT_ONCE = 4000


class SampleGrid(QListView):
    """`opened(row)` is emitted for a sample that is double-clicked or entered. The menu leaves the
    chosen ones out of the data, puts them back or relabels them; Delete leaves out or puts back."""

    opened = Signal(int)

    def __init__(
        self,
        session: Session,
        parent: QWidget | None = None,
        samples: SamplesModel | None = None,
    ) -> None:
        super().__init__(parent)
        self.samples = samples or SamplesModel(session, SIZE)
        self.samples.setParent(self)
        self.corrections = Corrections(session)
        self.menu = QMenu(self)
        self.menu.setObjectName("sample_menu")
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
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(SampleDelegate(SIZE, labels=True, parent=self))
        self.doubleClicked.connect(self._open)

    @property
    def chosen(self) -> list[int]:
        """Rows of the selected samples, in the list's order."""
        return sorted(index.row() for index in self.selectedIndexes())

    @property
    def chosen_samples(self) -> list[Sample]:
        """The selected samples as corrections name them; those that are still loading are not
        among them."""
        found = [self.model().index(row, 0).data(SamplesModel.SAMPLE) for row in self.chosen]
        return [sample for sample in found if sample is not None]

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self.chosen_samples:
            return
        self.menu.clear()
        self.fill_menu()
        place = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center())
        self.menu.popup(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.chosen_samples:
            self.delete_chosen()
        else:
            super().keyPressEvent(event)

    def fill_menu(self) -> None:
        """Puts into the menu what can be done with the chosen samples."""
        first = self.chosen[0]
        show = self.menu.addAction(theme.icon("mdi6.magnify-plus-outline"), "Show large\tEnter")
        show.triggered.connect(lambda: self.opened.emit(first))
        self.menu.addSeparator()
        self.corrections.fill(self.menu, self.chosen_samples, self.samples.classes)

    def delete_chosen(self) -> None:
        """Leaves the chosen samples out, or puts them back if all of them are left out."""
        self.corrections.toggle(self.chosen_samples)

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(index.row())
