"""The layers of a run, those with the largest gradient first, with exact values at one moment."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView

from cnnstudio.ui import quantities, theme
from cnnstudio.ui.train.layer_curves import QUANTITIES

SORT = Qt.ItemDataRole.UserRole
TITLES = {"gradient": "Gradient", "update": "Update", "idle": "Idle"}
TIPS = {
    "gradient": "2-norm of the layer's gradient, before it is clipped",
    "update": "how far a step moves the layer's weights, as a share of them",
    "idle": "share of units that give 0 for each image, or of outputs at an end of their range",
}
NUMBER_WIDTH = 84
Index = QModelIndex | QPersistentModelIndex


class LayerModel(QAbstractTableModel):
    """A row for each layer; `colors` are those of their lines."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.colors: list[QColor] = []
        self._numbers = np.empty((len(QUANTITIES), 0))

    def show_layers(self, names: list[str], colors: list[QColor]) -> None:
        self.beginResetModel()
        self.names, self.colors = list(names), colors
        self._numbers = np.full((len(QUANTITIES), len(names)), np.nan)
        self.endResetModel()

    def show_numbers(self, numbers: np.ndarray) -> None:
        """Numbers (quantities, layers)."""
        self._numbers = numbers
        if self.names:
            last = self.index(len(self.names) - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 1), last)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.names)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 1 + len(QUANTITIES)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole:
            return theme.font(12)
        if column == 0:
            if role == Qt.ItemDataRole.DecorationRole:
                return theme.swatch(self.colors[row], 10)
            return self.names[row] if role in (Qt.ItemDataRole.DisplayRole, SORT) else None
        value = float(self._numbers[column - 1, row])
        if role == SORT:
            return -1.0 if math.isnan(value) else value
        if role == Qt.ItemDataRole.DisplayRole:
            return written(QUANTITIES[column - 1], value)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        quantity = QUANTITIES[section - 1] if section else ""
        if role == Qt.ItemDataRole.DisplayRole:
            return TITLES[quantity] if section else "Layer"
        if role == Qt.ItemDataRole.ToolTipRole and section:
            return TIPS[quantity]
        if role == Qt.ItemDataRole.TextAlignmentRole and section:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


class LayerTable(QTreeView):
    """Emits `layer_chosen(name)` for the current row, `layer_wanted(name)` for one that is entered
    or double clicked."""

    layer_chosen = Signal(str)
    layer_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("layer_table")
        self.setAccessibleName("Layers, sorted by a column")
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.layers = LayerModel()
        self.sorted = QSortFilterProxyModel(self)
        self.sorted.setSourceModel(self.layers)
        self.sorted.setSortRole(SORT)
        self.setModel(self.sorted)
        self.setSortingEnabled(True)
        self.sort_by("gradient")
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setMinimumSectionSize(48)
        for column in range(1, self.layers.columnCount()):
            self.setColumnWidth(column, NUMBER_WIDTH)
        self.selectionModel().currentChanged.connect(
            lambda index, _: self.layer_chosen.emit(self.name_at(index))
        )
        self.doubleClicked.connect(lambda index: self.layer_wanted.emit(self.name_at(index)))

    def sort_by(self, quantity: str) -> None:
        """The largest first."""
        self.sortByColumn(1 + QUANTITIES.index(quantity), Qt.SortOrder.DescendingOrder)

    def name_at(self, index: Index) -> str:
        row = self.sorted.mapToSource(index).row()
        return self.layers.names[row] if 0 <= row < len(self.layers.names) else ""

    @property
    def order(self) -> list[str]:
        """The layers from the top down."""
        return [self.name_at(self.sorted.index(row, 0)) for row in range(self.sorted.rowCount())]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.layer_wanted.emit(self.name_at(self.currentIndex()))
        else:
            super().keyPressEvent(event)


def written(quantity: str, value: float) -> str:
    """`0.0123`, or `70.0 %` of a share of units; a dash for what is not known."""
    if math.isnan(value):
        return "–"
    return quantities.percent(value) if quantity == "idle" else f"{value:.3g}"
