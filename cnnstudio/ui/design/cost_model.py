"""What each layer costs, as a tree for a view: blocks hold what is inside of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt

from cnnstudio.compiler.report import NodeCost, Report
from cnnstudio.graph import Project
from cnnstudio.layers.lookup import kind_of
from cnnstudio.ui import quantities

SHARE = Qt.ItemDataRole.UserRole  # 0…1: how much of the largest in its column
SORT = Qt.ItemDataRole.UserRole + 1
NODE = Qt.ItemDataRole.UserRole + 2  # id of the node on the main canvas
PATH = Qt.ItemDataRole.UserRole + 3
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


@dataclass(frozen=True)
class Column:
    title: str
    text: Callable[[NodeCost], str]
    number: Callable[[NodeCost], float]
    bars: bool = True
    tip: str = ""


COLUMNS = (
    Column("Parameters", lambda c: quantities.count(c.parameters), lambda c: c.parameters,
           tip="Numbers that are learned"),
    Column("Multiply-adds", lambda c: quantities.count(c.macs), lambda c: c.macs,
           tip="For one image"),
    Column("Activations", lambda c: quantities.memory(c.activation_bytes),
           lambda c: c.activation_bytes, tip="Memory of the output for one image, float32"),
    Column("Receptive field", lambda c: field_text(c.receptive_field),
           lambda c: field_size(c.receptive_field), bars=False,
           tip="How much of the image a value depends on, in pixels"),
)  # fmt: skip
TEXTS = ("Node", "Layer", "Output")


@dataclass
class Entry:
    """A node; `children` are those inside of a block."""

    name: str
    path: str
    node: str
    layer: str
    shape: str
    cost: NodeCost
    parent: Entry | None = None
    children: list[Entry] = field(default_factory=list)


class CostModel(QAbstractItemModel):
    def __init__(self) -> None:
        super().__init__()
        self._root = Entry("", "", "", "", "", NodeCost())
        self._most = [0.0] * len(COLUMNS)

    def show(self, project: Project, report: Report | None) -> None:
        """Takes up a report anew; none empties the table."""
        self.beginResetModel()
        self._root = (
            _tree(project, report) if report is not None else Entry("", "", "", "", "", NodeCost())
        )
        self._most = [
            max((column.number(entry.cost) for entry in self._root.children), default=0.0)
            for column in COLUMNS
        ]
        self.endResetModel()

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return len(TEXTS) + len(COLUMNS)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return len(self._entry(parent).children) if parent.column() <= 0 else 0

    def index(self, row: int, column: int, parent: Index = NOWHERE) -> QModelIndex:
        children = self._entry(parent).children
        if 0 <= row < len(children) and 0 <= column < self.columnCount():
            return self.createIndex(row, column, children[row])
        return QModelIndex()

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        above = self._entry(index).parent
        if above is None or above is self._root or above.parent is None:
            return QModelIndex()
        return self.createIndex(above.parent.children.index(above), 0, above)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        number = section - len(TEXTS)
        if role == Qt.ItemDataRole.DisplayRole:
            return TEXTS[section] if number < 0 else COLUMNS[number].title
        if role == Qt.ItemDataRole.ToolTipRole and number >= 0:
            return COLUMNS[number].tip
        if role == Qt.ItemDataRole.TextAlignmentRole and number >= 0:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        entry, number = self._entry(index), index.column() - len(TEXTS)
        texts = (entry.name, entry.layer, entry.shape)
        if role == Qt.ItemDataRole.DisplayRole:
            return texts[index.column()] if number < 0 else COLUMNS[number].text(entry.cost)
        if role == SORT:
            return texts[index.column()] if number < 0 else COLUMNS[number].number(entry.cost)
        if role == SHARE:
            if number < 0 or not COLUMNS[number].bars or not self._most[number]:
                return 0.0
            return min(1.0, COLUMNS[number].number(entry.cost) / self._most[number])
        if role == Qt.ItemDataRole.TextAlignmentRole and number >= 0:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.path
        return {NODE: entry.node, PATH: entry.path}.get(role)

    def _entry(self, index: Index) -> Entry:
        return index.internalPointer() if index.isValid() else self._root


def field_text(field: list[int] | None) -> str:
    """`11×11`; `all` for the whole image."""
    return "all" if field is None else quantities.shape(field)


def field_size(field: list[int] | None) -> float:
    if field is None:
        return float("inf")
    size = 1.0
    for side in field:
        size *= side
    return size if field else 0.0


def _tree(project: Project, report: Report) -> Entry:
    root = Entry("", "", "", "", "", NodeCost())
    by_path: dict[str, Entry] = {}
    ids = {node.name: node.id for node in project.network.nodes}
    order = {id: place for place, id in enumerate(project.network.topological())}
    top = sorted(ids, key=lambda name: order.get(ids[name], len(order)))
    paths = [name for name in top if name in report.nodes]
    inner = [path for path in report.nodes if "." in path]
    for path in (*paths, *sorted(inner, key=lambda path: path.count("."))):
        above, _, name = path.rpartition(".")
        parent = by_path.get(above, root) if above else root
        if above and above not in by_path:
            continue
        shape = report.shapes.get(path, [])
        entry = Entry(
            name if not name.isdigit() else f"copy {int(name) + 1}",
            path, ids.get(path.split(".")[0], ""), "", quantities.shape(shape),
            report.nodes[path], parent,
        )  # fmt: skip
        if not above:
            entry.layer = _layer(project, name)
        parent.children.append(entry)
        by_path[path] = entry
    return root


def _layer(project: Project, name: str) -> str:
    node = project.network.find(name)
    kind = kind_of(project, node.kind) if node is not None else None
    if node is None or kind is None:
        return node.kind if node is not None else ""
    repeat = node.parameters.get("repeat")
    return f"{kind.label} × {repeat}" if node.block is not None and repeat else kind.label
