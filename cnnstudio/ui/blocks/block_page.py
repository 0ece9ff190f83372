"""The inspector's page while a block is open and nothing is selected: what it is and can be set."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.graph import BlockParameter, ChangeNetwork, CnnStudioError, Edit, RenameNetwork
from cnnstudio.graph.blocks import (
    add_parameter,
    change_parameter,
    check_block_name,
    check_parameter_name,
    readers_of,
    remove_parameter,
    rename_parameter,
)
from cnnstudio.graph.expressions import is_expression, parse
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.blocks.parameter_row import ParameterRow
from cnnstudio.ui.design.parts import add_line, label, page_column
from cnnstudio.ui.place import Place
from cnnstudio.ui.session import Session


class BlockPage(QWidget):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._shown: tuple[Any, ...] | None = None
        self.setObjectName("block_page")
        self.name = QLineEdit()
        self.name.setObjectName("block_name")
        self.name.setProperty("role", "name")
        self.name.setAccessibleName("Block name")
        self.name.setToolTip("Click to rename")
        self.name.setFont(theme.font(17, bold=True))
        self.name.editingFinished.connect(self._rename)
        self.problem = label("", "error", "block_problem")
        self.problem.hide()
        self.description = QPlainTextEdit()
        self.description.setObjectName("block_description")
        self.description.setAccessibleName("Description of the block")
        self.description.setPlaceholderText("What is this block for?")
        self.description.setTabChangesFocus(True)
        self.description.setFixedHeight(76)
        self.description.textChanged.connect(self._describe)
        self.cost = label("", "caption", "block_cost")
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(10)
        self.add = QPushButton("Add a parameter")
        self.add.setObjectName("add_parameter")
        self.add.setToolTip("A parameter can be set at each use, and read by the layers: =name")
        self.add.clicked.connect(self._add)
        self._hint = label(
            "Layers read parameters in expressions, such as =channels * 4. They know in_channels, "
            "index and repeat too.",
            "muted",
        )
        column = page_column(self)
        column.addWidget(self.name)
        column.addWidget(self.problem)
        column.addWidget(self.description)
        column.addWidget(self.cost)
        add_line(column)
        column.addWidget(label("Parameters", "heading"))
        column.addLayout(self._rows)
        column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._hint)
        column.addStretch()

    def refresh(self) -> None:
        """Shows the block that is open as it is now."""
        session, network = self._session, self._session.network
        if not self.name.hasFocus() or not self.name.isModified():
            self.name.setText(network.name)
        if self.description.toPlainText() != network.description:
            self.description.blockSignals(True)
            self.description.setPlainText(network.description)
            self.description.blockSignals(False)
        report, values = session.local_report, session.values
        parts = []
        if report is not None:
            parts = [f"{quantities.count(report.parameters)} parameters",
                     f"{quantities.count(report.macs)} multiply-adds in this place"]  # fmt: skip
        self.cost.setText(" · ".join(part.replace(" ", "\u00a0") for part in parts))
        shown = (network.name, network.parameters)
        if shown != self._shown:
            self._shown = shown
            self._make_rows()
        for row in self.rows:
            row.show_here(values.get(row.parameter.name), readers_of(network, row.parameter.name))

    @property
    def rows(self) -> list[ParameterRow]:
        found = [self._rows.itemAt(number).widget() for number in range(self._rows.count())]
        return [row for row in found if isinstance(row, ParameterRow)]

    def redraw(self) -> None:
        """Draws icons in the current theme's colours."""
        for row in self.rows:
            row.redraw()

    def _make_rows(self) -> None:
        focused = self.focusWidget()
        where = focused.objectName() if focused is not None else ""
        while (item := self._rows.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        for parameter in self._session.network.parameters:
            row = ParameterRow(parameter)
            row.changed = self._change
            row.removed = self._remove
            self._rows.addWidget(row)
        again = self.findChild(QWidget, where) if where else None
        if again is not None:
            again.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self) -> None:
        network = self._session.network
        taken = {parameter.name for parameter in network.parameters}
        number = 1
        while f"parameter{number}" in taken:
            number += 1
        name = f"parameter{number}"
        if self._apply(lambda: add_parameter(network, BlockParameter(name=name, default=1))):
            row = next(row for row in self.rows if row.parameter.name == name)
            row.fields["name"].setFocus(Qt.FocusReason.OtherFocusReason)
            row.fields["name"].selectAll()

    def _change(self, row: ParameterRow, field: str, text: str) -> None:
        session, network, old = self._session, self._session.network, row.parameter

        def edit() -> Edit:
            if field == "name":
                name = check_parameter_name(network, text, own=old.name)
                return rename_parameter(session.project, network.name, old.name, name)
            if field in ("minimum", "maximum"):
                return change_parameter(network, old.name, {field: _number_or_none(text)})
            value = _default(text) if field == "default" else text
            return change_parameter(network, old.name, {field: value})

        self._apply(edit, row.show_problem)

    def _remove(self, row: ParameterRow) -> None:
        session = self._session
        self._apply(
            lambda: remove_parameter(session.project, session.network.name, row.parameter.name),
            row.show_problem,
        )

    def _rename(self) -> None:
        old = self._session.network.name
        text = self.name.text().strip()
        if self._session.place.is_main or not self.name.isModified() or text == old:
            return
        self.name.setModified(False)

        def edit() -> Edit:
            name = check_block_name(self._session.project, text, own=old)
            return RenameNetwork(name=old, new_name=name)

        place = self._session.place
        if self._apply(edit) and place.alone == old:
            self._session.go(Place(place.steps, text))

    def _describe(self) -> None:
        network, text = self._session.network, self.description.toPlainText()
        if text != network.description and not self._session.place.is_main:
            edit = ChangeNetwork(name=network.name, parameters=network.parameters, description=text)
            self._session.try_apply(edit, True)

    def _apply(self, make: Callable[[], Edit], tell: Callable[[str], None] | None = None) -> bool:
        tell = tell or self._tell
        try:
            self._session.apply(make())
        except (CnnStudioError, ValueError) as error:
            tell(_sentence(error))
            return False
        tell("")
        return True

    def _tell(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))


def _default(text: str) -> Any:
    """A default as it is typed: a number, true or false, a list of numbers, or an expression."""
    if is_expression(text):
        parse(text)
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        if not text:
            raise ValueError("A parameter needs a default.") from None
        return text


def _number_or_none(text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"'{text}' should be a number, or empty for no limit.") from None


def _sentence(error: Exception) -> str:
    if isinstance(error, CnnStudioError):
        return f"{error.message} {error.hint}".strip()
    return str(error)
