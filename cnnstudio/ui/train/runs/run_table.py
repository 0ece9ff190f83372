"""The table of the runs: sorted by its head, edited in place, its selection shown together."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui.train.runs.table_model import RunTableModel

WIDTHS = {
    "star": 32,
    "name": 216,
    "state": 84,
    "started": 116,
    "tags": 110,
    "note": 180,
    "data": 156,
}
NARROW = 96
HEAD_ROOM = 12  # for the mark of the sorting
Trigger = QAbstractItemView.EditTrigger


class RunTable(QTableView):
    """`chosen(runs)` tells the selected runs, `opened(run)` one that is entered.

    `menu` is what a right click shows.
    """

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self, model: RunTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs = model
        self._keeping = False
        self._kept: list[RunDirectory] = []
        self._current: RunDirectory | None = None
        self.menu = QMenu(self)
        self.setObjectName("run_table")
        self.setAccessibleName("Table of the runs")
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(Trigger.EditKeyPressed | Trigger.DoubleClicked)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionsMovable(True)
        head.setSortIndicatorClearable(True)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setSortIndicator(-1, Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._restore)
        self.selectionModel().selectionChanged.connect(self._tell)
        self.clicked.connect(self._take_click)
        self.doubleClicked.connect(self._take_double_click)

    @property
    def selected(self) -> list[RunDirectory]:
        """The selected runs, from top to bottom."""
        numbers = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._runs.rows[number].run for number in numbers]

    def select_runs(self, runs: Iterable[RunDirectory]) -> None:
        """Selects these runs and no others."""
        found = QItemSelection()
        last = max(0, self._runs.columnCount() - 1)
        rows = [row for row in (self._runs.row_of(run) for run in runs) if row >= 0]
        for row in rows:
            found.select(self._runs.index(row, 0), self._runs.index(row, last))
        self.selectionModel().select(found, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def fit_columns(self) -> None:
        """Gives each column its usual width."""
        for number, column in enumerate(self._runs.columns):
            needed = self.horizontalHeader().sectionSizeHint(number) + HEAD_ROOM
            self.setColumnWidth(number, WIDTHS.get(column, max(NARROW, needed)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and index.isValid():
            self._toggle_star(index)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self.opened.emit(self._runs.rows[index.row()].run)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.selected:
            self.menu.popup(event.globalPos())

    def _take_click(self, index: QModelIndex) -> None:
        if self._runs.columns[index.column()] == "star":
            self._toggle_star(index)

    def _take_double_click(self, index: QModelIndex) -> None:
        if self._runs.columns[index.column()] not in ("star", "tags", "note"):
            self.opened.emit(self._runs.rows[index.row()].run)

    def _toggle_star(self, index: QModelIndex) -> None:
        row = self._runs.rows[index.row()]
        column = self._runs.columns.index("star") if "star" in self._runs.columns else -1
        if column >= 0:
            self._runs.setData(self._runs.index(index.row(), column), not row.annotations.star)

    @property
    def editing(self) -> bool:
        return self.state() == QAbstractItemView.State.EditingState

    def _keep(self) -> None:
        self._kept, self._keeping = self.selected, True
        index = self.currentIndex()
        self._current = self._runs.rows[index.row()].run if index.isValid() else None

    def _restore(self) -> None:
        row = -1 if self._current is None else self._runs.row_of(self._current)
        if row >= 0:
            flag = QItemSelectionModel.SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(self._runs.index(row, 0), flag)
        self.select_runs(self._kept)
        self._keeping = False
        if self.selected != self._kept:
            self._tell()

    def _tell(self, *_: object) -> None:
        if not self._keeping:
            self.chosen.emit(self.selected)
