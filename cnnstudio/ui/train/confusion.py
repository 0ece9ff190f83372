"""Which classes the network takes for which: the evaluation's confusion as a small table."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QLabel,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.ui import theme

CELL = 26
NARROWEST, WIDEST = 22, 40
NAME_MARGINS = 16  # of a header's text, both sides together
TALLEST = 84  # of names that stand upright
STRONGEST_ALPHA = 150
Index = QModelIndex | QPersistentModelIndex


class ConfusionModel(QAbstractTableModel):
    """Counts (true class, predicted class)."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.classes: list[str] = []
        self.counts = np.zeros((0, 0), int)

    def show_counts(self, classes: list[str], counts: np.ndarray) -> None:
        self.beginResetModel()
        self.classes, self.counts = classes, counts
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self.counts)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self.counts)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = index.row(), index.column()
        count, total = int(self.counts[row, column]), int(self.counts[row].sum())
        told = f"{self.classes[row]} taken for {self.classes[column]}: {count:,} of {total:,}"
        if row == column:
            told = f"{self.classes[row]} recognised: {count:,} of {total:,}"
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{count:,}" if count else ""
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return told
            case Qt.ItemDataRole.BackgroundRole if count:
                return _shade("ok" if row == column else "error", count / total)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        across = orientation == Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.DisplayRole:
            return self.classes[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            side = "Taken for" if across else "Truly"
            return f"{side} {self.classes[section]}"
        if role == Qt.ItemDataRole.FontRole:
            return theme.font(11)
        return None


class Cell(QStyledItemDelegate):
    """A number on its shade, without the margins of longer texts."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area, shade = option.rect, index.data(Qt.ItemDataRole.BackgroundRole)
        if shade is not None:
            painter.fillRect(area, shade)
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("text"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, index.data() or "")
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(theme.color("accent"))
            painter.drawRect(area.adjusted(0, 0, -1, -1))


class ColumnNames(QHeaderView):
    """Names of columns; upright, read from below, where they are longer than columns are wide."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.upright = False

    @property
    def longest(self) -> int:
        """How wide the longest name is with its margins, in pixels."""
        metrics, model = QFontMetrics(theme.font(11)), self.model()
        names = (model.headerData(n, self.orientation()) for n in range(self.count()))
        return max(map(metrics.horizontalAdvance, names), default=0) + NAME_MARGINS

    def set_upright(self, upright: bool) -> None:
        if upright != self.upright:
            self.upright = upright
            self.geometriesChanged.emit()

    def sizeHint(self) -> QSize:
        usual = super().sizeHint()
        return QSize(usual.width(), min(self.longest, TALLEST)) if self.upright else usual

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        if not self.upright:
            super().paintSection(painter, rect, section)
            return
        painter.save()
        painter.fillRect(rect, theme.color("surface"))
        painter.setPen(theme.color("border"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.translate(rect.left(), rect.bottom())
        painter.rotate(-90)
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("text_muted"))
        place = QRect(NAME_MARGINS // 2, 0, rect.height() - NAME_MARGINS // 2, rect.width())
        name = self.model().headerData(section, self.orientation())
        shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, place.width())
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(place, side, shown)
        painter.restore()


class ConfusionPanel(QWidget):
    """The table with a sentence above it, its cells at most `widest` pixels wide.

    `cell_chosen(true class, predicted class)` is emitted for a cell that is clicked or entered,
    `class_chosen(class)` for the name of a row.
    """

    cell_chosen = Signal(int, int)
    class_chosen = Signal(int)

    def __init__(self, widest: int = WIDEST, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._widest = widest
        self._caption = QLabel()
        self._caption.setProperty("role", "muted")
        self._caption.setWordWrap(True)
        self.table = QTableView()
        self.table.setObjectName("confusion")
        self.table.setAccessibleName("Confusion: rows are true classes, columns predicted ones")
        self.table.setShowGrid(False)
        self.table.setCornerButtonEnabled(False)
        self.model = ConfusionModel(self)
        self.names = ColumnNames(self.table)
        self.table.setHorizontalHeader(self.names)
        self.table.setModel(self.model)
        self.table.setItemDelegate(Cell(self.table))
        for header in (self.names, self.table.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setMinimumSectionSize(NARROWEST)
            header.setDefaultSectionSize(CELL)
        self.table.verticalHeader().setMaximumWidth(96)
        self.table.verticalHeader().setSectionsClickable(True)
        self.table.verticalHeader().sectionClicked.connect(self.class_chosen)
        for chosen in (self.table.clicked, self.table.activated):
            chosen.connect(lambda index: self.cell_chosen.emit(index.row(), index.column()))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(theme.spacing)
        column.addWidget(self._caption)
        column.addWidget(self.table, 1)
        self.show_predictions({})

    def show_predictions(self, summary: dict[str, Any]) -> None:
        """Shows the content of a run's `predictions.json`; empty while there is none."""
        classes = [str(name) for name in summary.get("classes") or []]
        counts = np.array(summary.get("confusion") or np.zeros((0, 0)), int)
        there = counts.ndim == 2 and counts.shape == (len(classes),) * 2 and bool(classes)
        if not there:
            classes, counts = [], np.zeros((0, 0), int)
        self.model.show_counts(classes, counts)
        self.table.setVisible(there)
        self._fit()
        split = summary.get("split", "test")
        self._caption.setText(
            f"{int(counts.sum()):,} {split} images: rows are what they show, columns what the "
            "network took them for."
            if there
            else "The run's test comes when training is finished. Then this table shows which "
            "classes are taken for which."
        )
        self._caption.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Gives the columns the room there is, and their names' width where that is more."""
        room = self.table.viewport().width() // max(1, len(self.model.classes))
        named = self.names.longest
        self.names.set_upright(named > room)
        width = min(max(room, NARROWEST), self._widest)
        for column in range(self.names.count()):
            self.names.resizeSection(column, width if self.names.upright else max(width, named))

    def sizeHint(self) -> QSize:
        return QSize(240, 200)


def _shade(token: str, share: float) -> QColor:
    color = theme.color(token)
    color.setAlpha(round(24 + (STRONGEST_ALPHA - 24) * share))
    return color
