"""A parameter of a block, edited in place."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QToolButton, QWidget

from cnnstudio.graph import BlockParameter
from cnnstudio.ui import theme
from cnnstudio.ui.design.parts import label

FIELDS = ("name", "default", "minimum", "maximum", "help")


class ParameterRow(QWidget):
    """One parameter of the block: its name, default, range and help, each edited in place."""

    def __init__(self, parameter: BlockParameter) -> None:
        super().__init__()
        self.parameter = parameter
        self.changed: Callable[[ParameterRow, str, str], None] = lambda *_: None
        self.removed: Callable[[ParameterRow], None] = lambda _: None
        self.setObjectName(f"parameter_{parameter.name}")
        self.fields = {name: self._field(name) for name in FIELDS}
        self.here = QLabel()
        self.here.setObjectName(f"here_{parameter.name}")
        self.here.setProperty("role", "caption")
        self.remove = QToolButton()
        self.remove.setObjectName(f"remove_{parameter.name}")
        self.remove.clicked.connect(lambda: self.removed(self))
        self.problem = label("", "error", f"problem_{parameter.name}")
        self.problem.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(3)
        grid.addWidget(self.fields["name"], 0, 0, 1, 2)
        grid.addWidget(_equals(), 0, 2)
        grid.addWidget(self.fields["default"], 0, 3)
        grid.addWidget(self.remove, 0, 4)
        grid.addWidget(self.fields["minimum"], 1, 0)
        grid.addWidget(self.fields["maximum"], 1, 1)
        grid.addWidget(self.fields["help"], 1, 2, 1, 3)
        grid.addWidget(self.here, 2, 0, 1, 5)
        grid.addWidget(self.problem, 3, 0, 1, 5)
        for column, stretch in enumerate((2, 2, 0, 3, 0)):
            grid.setColumnStretch(column, stretch)
        self.redraw()

    def show_here(self, value: Any, readers: list[str]) -> None:
        """What it is in the place that is shown, and who reads it."""
        self.fields["name"].setToolTip(f"Read by {', '.join(readers)}" if readers else "Not read")
        text = "" if value is None or value == self.parameter.default else f"here: {value}"
        if not readers:
            text = f"{text} · not read yet".removeprefix(" · ")
        self.here.setText(text)
        self.here.setVisible(bool(text))
        self.remove.setEnabled(not readers)
        tip = f"Read by {', '.join(readers[:4])}" if readers else "Delete the parameter"
        self.remove.setToolTip(tip)
        self.remove.setAccessibleName(f"Delete {self.parameter.name}")

    def show_problem(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def redraw(self) -> None:
        """Draws the icon in the current theme's colours."""
        self.remove.setIcon(theme.icon("mdi6.trash-can-outline", "text_muted"))

    def _field(self, name: str) -> QLineEdit:
        field = QLineEdit(_written(getattr(self.parameter, name)))
        field.setObjectName(f"{name}_of_{self.parameter.name}")
        field.setAccessibleName(f"{name.capitalize()} of {self.parameter.name}")
        field.setPlaceholderText(
            {"minimum": "from", "maximum": "to", "help": "what it is"}.get(name, "")
        )
        field.setCursorPosition(0)
        if name == "name":
            field.setFont(theme.font(13, bold=True))
        field.editingFinished.connect(lambda: self._take(name))
        return field

    def _take(self, name: str) -> None:
        field = self.fields[name]
        text = field.text().strip()
        if field.isModified() and text != _written(getattr(self.parameter, name)):
            field.setModified(False)
            self.changed(self, name, text)


def _equals() -> QLabel:
    made = QLabel("=")
    made.setProperty("role", "muted")
    return made


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return json.dumps(list(value))
    return f"{value:g}" if isinstance(value, float) else str(value)
