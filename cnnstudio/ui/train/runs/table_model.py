"""The model of the run table: rows that a filter lets pass, in the order that was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor

from cnnstudio.training.run_filter import RunFilter, sort_by
from cnnstudio.training.run_rows import RunRow
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui import theme
from cnnstudio.ui.train.run_card import STATE_TOKENS
from cnnstudio.ui.train.runs import columns as named
from cnnstudio.ui.train.runs.rows import Rows

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
EDITED = ("tags", "note")
SWATCH = 10


class RunTableModel(QAbstractTableModel):
    """`colors` are those of the runs that are shown together."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self._source = rows
        self.rows: list[RunRow] = []
        self.columns: list[str] = []
        self.filter = RunFilter()
        self.colors: Mapping[RunDirectory, QColor] = {}
        self._numbers: set[str] = set()
        self._sorted: tuple[str, bool] | None = None

    def show(self, columns: Sequence[str] | None = None) -> None:
        """Takes the rows as they are now; `columns` are the chosen ones, if they change."""
        shown = self.columns if columns is None else list(columns)
        rows = self.filter.apply(self._source.rows)
        if self._sorted is not None and self._sorted[0] in shown:
            rows = sort_by(rows, *self._sorted)
        numbers = {name for name in shown if named.is_number(rows, name)}
        same = shown == self.columns and [r.run for r in rows] == [r.run for r in self.rows]
        if same:
            self.rows, self._numbers = rows, numbers
            self._tell_all_changed([])
            return
        self.beginResetModel()
        self.rows, self.columns, self._numbers = rows, shown, numbers
        self.endResetModel()

    def show_colors(self, colors: Mapping[RunDirectory, QColor]) -> None:
        self.colors = colors
        self._tell_all_changed([Role.DecorationRole])

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(self.columns):
            self._sorted = self.columns[column], order == Qt.SortOrder.DescendingOrder
        else:
            self._sorted = None
        self.show()

    def row_of(self, run: RunDirectory) -> int:
        return next((i for i, row in enumerate(self.rows) if row.run == run), -1)

    # Qt's

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        if role == Role.DisplayRole:
            return named.title(column)
        if role == Role.ToolTipRole:
            return column
        if role == Role.TextAlignmentRole:
            return self._alignment(column)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        found = super().flags(index)
        if index.isValid() and self.columns[index.column()] in EDITED:
            found |= Qt.ItemFlag.ItemIsEditable
        return found

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], self.columns[index.column()]
        match role:
            case Role.DisplayRole:
                return named.text(row, column)
            case Role.EditRole:
                return " ".join(row[column]) if column == "tags" else row[column]
            case Role.TextAlignmentRole:
                return self._alignment(column)
            case Role.DecorationRole if column == "name" and row.run in self.colors:
                return theme.swatch(self.colors[row.run], SWATCH)
            case Role.ForegroundRole if column == "state":
                return theme.color(STATE_TOKENS.get(row[column], "error"))
            case Role.ForegroundRole if column == "star":
                return theme.color("warning")
            case Role.FontRole if column == "name":
                return theme.font(13, bold=True)
            case Role.ToolTipRole:
                return self._tip(row, column)
            case Role.SizeHintRole:
                return QSize(0, 28)
            case Role.AccessibleTextRole:
                told = named.text(row, column)
                if column == "star":
                    told = "starred" if row[column] else "no star"
                return f"{named.title(column)} {told or 'nothing'}"
        return None

    def setData(self, index: Index, value: object, role: int = Role.EditRole) -> bool:
        if not index.isValid() or role != Role.EditRole:
            return False
        row, column = self.rows[index.row()], self.columns[index.column()]
        if column == "star":
            self._source.say(row.run, star=bool(value))
        elif column == "tags":
            self._source.say(row.run, tags=str(value).replace(",", " ").split())
        elif column == "note":
            self._source.say(row.run, note=str(value))
        else:
            return False
        return True

    def _tell_all_changed(self, roles: list[Role]) -> None:
        if self.rows and self.columns:
            corner = self.index(len(self.rows) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), corner, roles)

    def _tip(self, row: RunRow, column: str) -> str:
        if column == "name":
            status = row.status
            message = row.trouble if status is None else status.message
            return f"{row.run.path}\n{message}".strip()
        if column == "data" and row.generated:
            return "These images are drawn by a program; they are not real ones"
        if column == "star":
            return "Click for a star (Space)"
        return str(named.text(row, column))

    def _alignment(self, column: str) -> Qt.AlignmentFlag:
        if column in self._numbers and column != "started":
            side = Qt.AlignmentFlag.AlignRight
        else:
            side = Qt.AlignmentFlag.AlignHCenter if column == "star" else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter
