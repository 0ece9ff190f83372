"""The palette's list: categories and their layers, or what a search found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from cnnstudio.layers import LayerKind
from cnnstudio.layers.search import matching
from cnnstudio.ui.canvas.gestures.drop import LAYER_MIME_TYPE

LAYER = Qt.ItemDataRole.UserRole  # the LayerKind of a row; None for one that folds
FOLD = Qt.ItemDataRole.UserRole + 1  # the Heading or More of a row; None for a layer
Index = QModelIndex | QPersistentModelIndex

# Closed until they are opened: what few networks need.
CLOSED_AT_FIRST = ("Recurrent", "Resizing", "Padding", "Reduction", "Signal")


@dataclass(frozen=True)
class Heading:
    """The first row of a category; `count` layers are in it."""

    category: str
    icon: str
    count: int
    open: bool

    @property
    def text(self) -> str:
        return self.category


@dataclass(frozen=True)
class More:
    """The last row of an open category some of whose layers are seldom used."""

    category: str
    count: int
    open: bool

    @property
    def text(self) -> str:
        return "Fewer" if self.open else f"{self.count} more"


class PaletteModel(QAbstractListModel):
    """Rows are LayerKinds, between rows that open and close their categories.

    Of a category that is open the common kinds are listed, and the others once More is opened.
    Emits `folded` when the user opened or closed something.
    """

    folded = Signal()

    def __init__(self, kinds: Mapping[str, LayerKind]) -> None:
        super().__init__()
        self._kinds = list(kinds.values())
        self._own: list[LayerKind] = []
        self._groups: dict[str, list[LayerKind]] = {}
        self._text = ""
        self._rows: list[Heading | More | LayerKind] = []
        self._closed = set(CLOSED_AT_FIRST)
        self._full: set[str] = set()
        self.search("")

    def search(self, text: str) -> None:
        """Lists the matching layers, best first; all of them by category for an empty text."""
        self._text = text
        kinds = [*self._own, *self._kinds]
        self.beginResetModel()
        if text.strip():
            self._rows = list(matching(kinds, text))
        else:
            self._rows = []
            for category, layers in groupby(kinds, key=lambda layer: layer.category):
                self._rows += self._category(category, list(layers))
        self.endResetModel()

    def _category(self, category: str, layers: list[LayerKind]) -> list[Heading | More | LayerKind]:
        is_open = category not in self._closed
        rows: list[Heading | More | LayerKind] = [
            Heading(category, layers[0].icon, len(layers), is_open)
        ]
        if not is_open:
            return rows
        common = [layer for layer in layers if layer.common] or layers
        if len(common) == len(layers):
            return [*rows, *layers]
        full = category in self._full
        return [
            *rows, *(layers if full else common), More(category, len(layers) - len(common), full),
        ]  # fmt: skip

    def toggle(self, index: Index) -> QModelIndex:
        """Opens or closes what a row folds; gives the row's place afterwards."""
        row = self._rows[index.row()]
        if isinstance(row, LayerKind):
            return self.index(index.row())
        (self._closed if isinstance(row, Heading) else self._full).symmetric_difference_update(
            {row.category}
        )
        self.search(self._text)
        self.folded.emit()
        return next(
            self.index(number)
            for number, other in enumerate(self._rows)
            if type(other) is type(row) and other.category == row.category
        )

    @property
    def folds(self) -> str:
        """What is closed, and of what everything is shown, as settings keep it."""
        return ";".join("|".join(sorted(names)) for names in (self._closed, self._full))

    def restore_folds(self, folds: str) -> None:
        """Opens and closes categories as they were when `folds` was read."""
        closed, _, full = folds.partition(";")
        self._closed = set(filter(None, closed.split("|")))
        self._full = set(filter(None, full.split("|")))
        self.search(self._text)

    def set_own(self, kinds: Sequence[LayerKind], group: str = "own") -> None:
        """Lists these kinds, which are somebody's own, before the catalogue's; a group replaces
        what it had."""
        self._groups[group] = list(kinds)
        self._own = [kind for name in sorted(self._groups) for kind in self._groups[name]]
        self.search(self._text)

    @property
    def count(self) -> int:
        """How many layers there are, listed now or not."""
        return len(self._own) + len(self._kinds)

    @property
    def layers(self) -> list[LayerKind]:
        """The layers that are listed now."""
        return [row for row in self._rows if isinstance(row, LayerKind)]

    def first_layer(self) -> QModelIndex:
        """The first row that is a layer; invalid if there is none."""
        for number, row in enumerate(self._rows):
            if isinstance(row, LayerKind):
                return self.index(number)
        return QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        if not isinstance(row, LayerKind):
            return _of_fold(row, role)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.label
            case Qt.ItemDataRole.ToolTipRole:
                return f"<p><b>{row.title}</b></p><p>{row.doc}</p>"
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return f"{row.title}. {row.doc}"
        return row if role == LAYER else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not isinstance(self._rows[index.row()], LayerKind):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return (
            Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        )

    def mimeTypes(self) -> list[str]:
        return [LAYER_MIME_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        mime = QMimeData()
        for index in indexes[:1]:
            layer: LayerKind = index.data(LAYER)
            mime.setData(LAYER_MIME_TYPE, QByteArray(layer.kind.encode()))
        return mime

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction


def _of_fold(row: Heading | More, role: int) -> Any:
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return row.text
        case Qt.ItemDataRole.AccessibleDescriptionRole:
            return f"{row.category}, {row.count} layers, {'open' if row.open else 'closed'}"
        case Qt.ItemDataRole.ToolTipRole:
            return f"{'Close' if row.open else 'Open'} ({row.count} layers)"
    return row if role == FOLD else None
