"""In what the selected runs' projects differ: settings, layers and wires, a column for each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from cnnstudio.training.run_difference import Row, difference
from cnnstudio.training.run_rows import RunRow
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.setting_words import setting_text
from cnnstudio.ui import theme
from cnnstudio.ui.message import Message
from cnnstudio.ui.notice import Stage
from cnnstudio.ui.train.run_words import name_of
from cnnstudio.ui.train.runs.columns import title

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
PATH_WIDTH, VALUE_WIDTH = 300, 150
NOTHING = "–"


class DifferenceModel(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.runs: list[RunDirectory] = []
        self.found: list[Row] = []
        self._colors: Mapping[RunDirectory, QColor] = {}

    def show(
        self, runs: Sequence[RunDirectory], found: list[Row], colors: Mapping[RunDirectory, QColor]
    ) -> None:
        self.beginResetModel()
        self.runs, self.found, self._colors = list(runs), found, colors
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.found)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1 + len(self.runs)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal or section > len(self.runs):
            return None
        if section == 0:
            return "Setting" if role == Role.DisplayRole else None
        run = self.runs[section - 1]
        if role == Role.DisplayRole:
            return name_of(run.name)
        if role == Role.DecorationRole and run in self._colors:
            return theme.swatch(self._colors[run], 10)
        return run.name if role == Role.ToolTipRole else None

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        row, column = self.found[index.row()], index.column()
        if role in (Role.DisplayRole, Role.ToolTipRole):
            if column == 0:
                return _title(row.path) if role == Role.DisplayRole else row.path
            return setting_text(row.path, row.values[column - 1]) or NOTHING
        if role == Role.ForegroundRole and column == 0:
            return theme.color("text_muted")
        return None


class DifferenceView(Stage):
    """The table, or what to select so that there is one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.table = QTableView()
        super().__init__(self.table, parent)
        self.model = DifferenceModel(self)
        self.table.setObjectName("run_difference")
        self.table.setAccessibleName("Difference of the selected runs")
        self.table.setModel(self.model)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(26)
        self.table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self._told: object = None
        self.show_rows([], {})

    def show_rows(self, rows: Sequence[RunRow], colors: Mapping[RunDirectory, QColor]) -> None:
        """Shows in what these runs differ."""
        known = [row for row in rows if row.project is not None]
        told = [(row.run, row.project) for row in known], dict(colors)
        if told == self._told:
            return
        self._told = told
        if len(known) < 2:
            text = "Select two or more runs to see in what they differ."
            self.tell(Message(text, "Ctrl or Shift and a click add to the selection."),
                      "mdi6.compare-horizontal")  # fmt: skip
            return
        found = difference([row.project for row in known if row.project is not None])
        if not found:
            text = "The selected runs have the same settings and the same network."
            self.tell(Message(text), "mdi6.equal")
            return
        self.model.show([row.run for row in known], found, colors)
        self.table.setColumnWidth(0, PATH_WIDTH)
        for column in range(1, self.model.columnCount()):
            self.table.setColumnWidth(column, VALUE_WIDTH)
        self.show_content()


def _title(path: str) -> str:
    """A setting as its form calls it; a wire by its ends, `conv1 → relu1`."""
    where, colon, wire = path.partition(": ")
    if not colon:
        return title(path)
    block = where.partition(".")[2]
    return f"{block}: {wire}" if block else wire
