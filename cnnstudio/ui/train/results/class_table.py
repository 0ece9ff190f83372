"""The metrics of each class, sorted by any of them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView

from cnnstudio.training.metrics import metrics
from cnnstudio.ui import theme
from cnnstudio.ui.train.results.tiles import written

SORT = Qt.ItemDataRole.UserRole
PER_CLASS = [metric for metric in metrics.values() if metric.per_class]
NAME_WIDTH, NUMBER_WIDTH = 140, 92
Index = QModelIndex | QPersistentModelIndex


class ClassModel(QAbstractTableModel):
    """Class, images, and the metrics that are declared for each class."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, Any]] = []

    def show_rows(self, rows: list[dict[str, Any]]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 2 + len(PER_CLASS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return right if column else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole:
            return theme.font(12)
        if role not in (Qt.ItemDataRole.DisplayRole, SORT):
            return None
        if column == 0:
            return row["class"]
        if column == 1:
            return f"{row['samples']:,}" if role != SORT else row["samples"]
        metric = PER_CLASS[column - 2]
        value = row[metric.name]
        if role == SORT:
            # What can't be told comes last when the worst are first.
            return 2.0 if value is None else value
        return written(metric, value) or "–"

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return ["Class", "Images", *(metric.title for metric in PER_CLASS)][section]
        if role == Qt.ItemDataRole.ToolTipRole and section >= 2:
            return PER_CLASS[section - 2].doc
        if role == Qt.ItemDataRole.TextAlignmentRole and section:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


class ClassTable(QTreeView):
    """Emits `class_chosen(number)` for the row that is clicked, or reached with the arrow keys and
    entered."""

    class_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("class_table")
        self.setAccessibleName("Metrics of each class")
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.rows = ClassModel()
        self.sorted = QSortFilterProxyModel(self)
        self.sorted.setSourceModel(self.rows)
        self.sorted.setSortRole(SORT)
        self.setModel(self.sorted)
        self.setSortingEnabled(True)
        # As the dataset names them, until a column's head is clicked; a third click goes back.
        self.header().setSortIndicatorClearable(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setMinimumSectionSize(60)
        for column in range(1, self.rows.columnCount()):
            self.setColumnWidth(column, NUMBER_WIDTH)
        self.setColumnWidth(self.rows.columnCount() - 1, NAME_WIDTH)
        self.clicked.connect(self._choose)

    def show_rows(self, rows: list[dict[str, Any]]) -> None:
        """Shows the `per_class` of a `predictions.json`."""
        self.rows.show_rows(rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.class_chosen.emit(self.sorted.mapToSource(index).row())
