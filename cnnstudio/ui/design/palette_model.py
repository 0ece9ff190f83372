"""The palette's list: categories and their layers, or what a search found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)

from cnnstudio.layers import LayerKind
from cnnstudio.layers.search import matching
from cnnstudio.ui.canvas.gestures.drop import LAYER_MIME_TYPE

LAYER = Qt.ItemDataRole.UserRole  # the LayerKind of a row; None for a heading
Index = QModelIndex | QPersistentModelIndex


class PaletteModel(QAbstractListModel):
    """Rows are category names and LayerKinds; only layers can be chosen and dragged."""

    def __init__(self, kinds: Mapping[str, LayerKind]) -> None:
        super().__init__()
        self._kinds = list(kinds.values())
        self._own: list[LayerKind] = []
        self._groups: dict[str, list[LayerKind]] = {}
        self._text = ""
        self._rows: list[str | LayerKind] = []
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
                self._rows += [category, *layers]
        self.endResetModel()

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
        if isinstance(row, str):
            return row if role == Qt.ItemDataRole.DisplayRole else None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.label
            case Qt.ItemDataRole.ToolTipRole:
                return f"<p><b>{row.title}</b></p><p>{row.doc}</p>"
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return f"{row.title}. {row.doc}"
        return row if role == LAYER else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if isinstance(self._rows[index.row()], str):
            return Qt.ItemFlag.NoItemFlags
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
