"""The drawer's table of what each layer costs."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSortFilterProxyModel, Signal
from PySide6.QtGui import QKeyEvent, QPainter, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
)

from cnnstudio.ui import theme
from cnnstudio.ui.design.cost_model import COLUMNS, NODE, PATH, SHARE, SORT, TEXTS, CostModel
from cnnstudio.ui.session import Session

NAME_WIDTH = 132
LAYER_WIDTH = 132
SHAPE_WIDTH = 108
NUMBER_WIDTH = 100


class CostTable(QTreeView):
    """Emits `node_wanted(path)` for the row that is clicked or entered."""

    node_wanted = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._open: set[str] = set()
        self.setObjectName("cost_table")
        self.setAccessibleName("Cost by layer")
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setItemDelegate(_Bars(self))
        self.costs = CostModel()
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self.costs)
        self._sorted.setSortRole(SORT)
        self.setModel(self._sorted)
        self.setSortingEnabled(True)
        # As the data flows, until a column's head is clicked; a third click brings that back.
        self.header().setSortIndicatorClearable(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        widths = (NAME_WIDTH, LAYER_WIDTH, SHAPE_WIDTH, *[NUMBER_WIDTH] * len(COLUMNS))
        for column, width in enumerate(widths):
            self.setColumnWidth(column, width)
        self.clicked.connect(self._choose)
        self.expanded.connect(lambda index: self._open.add(index.data(PATH)))
        self.collapsed.connect(lambda index: self._open.discard(index.data(PATH)))
        session.report_changed.connect(lambda _: self.refresh())
        session.document_replaced.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows the report as it is now; what was unfolded stays so."""
        if not self.isVisible():
            return  # it is done when the table is shown
        place = self.verticalScrollBar().value()
        self.costs.show(self._session.project, self._session.report)
        self._unfold(QModelIndex())
        self.verticalScrollBar().setValue(place)

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _unfold(self, parent: QModelIndex) -> None:
        for row in range(self._sorted.rowCount(parent)):
            index = self._sorted.index(row, 0, parent)
            if index.data(PATH) in self._open:
                self.setExpanded(index, True)
                self._unfold(index)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and index.data(NODE):
            self.node_wanted.emit(index.data(PATH))


class _Bars(QStyledItemDelegate):
    """Draws a number over a bar of its share of the column's largest."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        share = index.data(SHARE) or 0.0
        if index.column() >= len(TEXTS) and share > 0:
            cell = QRectF(option.rect).adjusted(6, 4, -4, -4)
            cell.setLeft(cell.right() - max(2.0, cell.width() * share))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("cost_bar"))
            painter.drawRoundedRect(cell, 2, 2)
        super().paint(painter, option, index)
