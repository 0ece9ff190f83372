"""Two networks side by side: the open one, and a template, another file or itself as saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.blueprints import Blueprint, blueprints, template
from cnnstudio.graph import CnnStudioError, Project, load
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.session import Session

COUNTED = {
    "layers": ("Nodes", quantities.count),
    "parameters": ("Parameters", quantities.count),
    "macs": ("Multiply-adds, an image", quantities.count),
    "activation_bytes": ("All activations, an image", quantities.memory),
    "inference_bytes": ("Activations to predict, an image", quantities.memory),
    "training_bytes": ("Activations to learn, an image", quantities.memory),
}
LAYER_HEADS = ("Layer", "Output", "Parameters")
NUMERIC = ("Output", "Parameters")


class CompareDialog(QDialog):
    """Asks the kernel, and shows what it found; the document is not changed."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._found: dict[str, Any] | None = None
        self._asked = self.shown = ("", "")
        self.setObjectName("compare_dialog")
        self.setWindowTitle("Compare networks")
        self.resize(980, 640)
        self._firsts: list[tuple[str, Any]] = []
        if session.document.path is not None and session.document.modified:
            self._firsts.append(("As it was saved", session.document.path))
        self.other = ChoiceBox("Compare with", self._firsts)
        self.other.setObjectName("compare_other")
        _make_searchable(self.other)
        session.in_background(blueprints, self._offer)
        self.other.activated.connect(lambda _: self._choose())
        self.file = QPushButton("Another file…")
        self.file.setObjectName("compare_file")
        self.file.clicked.connect(self._choose_file)
        self.differing = QCheckBox("Only layers that differ")
        self.differing.setObjectName("compare_differing")
        self.differing.setChecked(True)
        self.differing.toggled.connect(lambda _: self._show_rows())
        self.state = QLabel("Both networks are checked, and matched by the names of their layers.")
        self.state.setObjectName("compare_state")
        self.state.setProperty("role", "muted")
        self.state.setWordWrap(True)
        self.totals = _table("compare_totals", "Sums")
        self.rows = _table("compare_rows", "By layer")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        head = QHBoxLayout()
        head.addWidget(QLabel(f"{session.project.name} with"))
        head.addWidget(self.other, 1)
        head.addWidget(self.file)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self.state)
        column.addWidget(self.totals)
        column.addWidget(self.differing)
        column.addWidget(self.rows, 1)
        column.addWidget(buttons)
        for part in (self.totals, self.rows, self.differing):
            part.hide()

    def compare_with(self, name: str, project: Project) -> None:
        """Shows the open network beside this one."""
        self._asked = names = (self._session.project.name, name)
        self.state.setText("Checking both networks…")
        self._session.ask(
            "compare", lambda found: self._take(names, found), self._refuse, key="compare",
            first=self._session.project, second=project,
        )  # fmt: skip

    def _offer(self, found: list[Blueprint]) -> None:
        self.other.show_items([*self._firsts, *((one.title, one.name) for one in found)])
        self.other.setCurrentIndex(-1)

    def _choose(self) -> None:
        chosen = self.other.currentData()
        if isinstance(chosen, Path):
            self._read("as saved", lambda: load(chosen))
        elif chosen is not None:
            self._read(self.other.currentText(), lambda: template(chosen))

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "Compare with", "", "CNN Studio projects (*.cnns)"
        )
        if path:
            self._read(Path(path).stem, lambda: load(path))

    def _read(self, name: str, read: Callable[[], Project]) -> None:
        self._session.in_background(
            read, lambda project: self.compare_with(name, project), self._refuse
        )

    def _refuse(self, error: Exception) -> None:
        told = error.message if isinstance(error, CnnStudioError) else str(error)
        self.state.setText(told)

    def _take(self, names: tuple[str, str], found: dict[str, Any]) -> None:
        if names != self._asked:
            return  # another network was chosen meanwhile
        self._found, self.shown = found, names
        equal = sum(not _differs(row) for row in found["rows"])
        self.state.setText(f"{equal} of {len(found['rows'])} layers are equal.")
        _fill(
            self.totals,
            ["", *names, "Ratio"],
            [
                [title, write(one), write(two), quantities.ratio(two / one) if one else ""]
                for (title, write), (one, two) in (
                    (COUNTED[key], found["totals"][key]) for key in COUNTED
                )
            ],
        )
        self._show_rows()
        for part in (self.totals, self.rows, self.differing):
            part.show()

    def _show_rows(self) -> None:
        if self._found is None:
            return
        heads = ["Name", *(f"{head}\n{name}" for name in self.shown for head in LAYER_HEADS)]
        rows = [
            [row["name"], *_side(row, 0), *_side(row, 1)]
            for row in self._found["rows"]
            if not self.differing.isChecked() or _differs(row)
        ]
        _fill(self.rows, heads, rows)


def _make_searchable(box: ChoiceBox) -> None:
    """Lets words be typed that are looked for anywhere in the items; only an item can be chosen."""
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.lineEdit().setPlaceholderText("Choose a network, or type a part of its name")
    box.setCurrentIndex(-1)
    box.completer().setFilterMode(Qt.MatchFlag.MatchContains)
    box.completer().setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
    box.lineEdit().editingFinished.connect(
        lambda: box.setEditText(box.itemText(box.currentIndex()))
    )


def _side(row: dict[str, Any], side: int) -> list[str]:
    kind, cost = row["kinds"][side], row["costs"][side]
    return [
        (kind or "–").removeprefix("block:"),
        quantities.shape(row["shapes"][side] or ()),
        quantities.count(cost["parameters"]) if cost else "",
    ]


def _differs(row: dict[str, Any]) -> bool:
    return any(row[key][0] != row[key][1] for key in ("kinds", "shapes", "costs"))


def _table(name: str, spoken: str) -> QTableWidget:
    made = QTableWidget()
    made.setObjectName(name)
    made.setAccessibleName(spoken)
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    made.setShowGrid(False)
    made.verticalHeader().hide()
    made.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    made.setFont(theme.font(13))
    return made


def _fill(table: QTableWidget, heads: list[str], rows: list[list[str]]) -> None:
    table.setColumnCount(len(heads))
    table.setHorizontalHeaderLabels(heads)
    table.setRowCount(len(rows))
    for column, head in enumerate(heads):
        numeric = head in ("Ratio", *heads[1:3]) if len(heads) == 4 else head.startswith(NUMERIC)
        side = Qt.AlignmentFlag.AlignRight if numeric else Qt.AlignmentFlag.AlignLeft
        table.horizontalHeaderItem(column).setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            item = QTableWidgetItem(text)
            if text[:1].isdigit():
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            table.setItem(number, column, item)
    if len(rows) <= len(COUNTED):
        height = table.horizontalHeader().sizeHint().height() + 4
        table.setFixedHeight(height + sum(table.rowHeight(row) for row in range(len(rows))))
