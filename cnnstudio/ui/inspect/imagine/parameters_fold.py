"""The parameters of a declared thing, folded away below its name."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from cnnstudio.layers.declaration import Declaration
from cnnstudio.ui import theme
from cnnstudio.ui.forms import Form
from cnnstudio.ui.settings import Settings


class ParametersFold(QWidget):
    """`values` are those that differ from the defaults; they are remembered from start to start.
    `changed` tells of a change of the user's."""

    changed = Signal()

    def __init__(self, settings: Settings, declared: Declaration) -> None:
        super().__init__()
        self._settings = settings
        self._declared = declared
        self.values: dict[str, Any] = {}
        self.fold = QToolButton()
        self.fold.setProperty("role", "fold")
        self.fold.setCheckable(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.toggled.connect(lambda _: self._show())
        self.form = Form(declared.parameters)
        self.form.edited.connect(self._take)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.fold)
        column.addWidget(self.form)
        self._recall()
        self._show()

    def redraw(self) -> None:
        """Draws the icons in the current theme's colours."""
        self._show()
        self.form.redraw()

    @property
    def _key(self) -> str:
        return f"inspect/{self._declared.kind}"

    def _recall(self) -> None:
        try:
            stored = json.loads(self._settings.value(self._key, "{}"))
        except ValueError:
            stored = {}
        known = {one.name: one for one in self._declared.parameters}
        if isinstance(stored, dict):
            self.values = {
                name: value
                for name, value in stored.items()
                if name in known and known[name].accepts(value)
            }
        self.form.show_values(self.values)

    def _take(self, name: str, value: object, merge: object) -> None:
        self.values[name] = value
        if value == self._declared.parameter(name).default:
            del self.values[name]
        self._settings.set_value(self._key, json.dumps(self.values))
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        count = len(self.values)
        self.fold.setText("Parameters" + (f" · {count} changed" if count else ""))
        self.fold.setAccessibleName(self.fold.text())
        icon = "mdi6.chevron-down" if self.fold.isChecked() else "mdi6.chevron-right"
        self.fold.setIcon(theme.icon(icon, "text_muted"))
        self.fold.setVisible(bool(self._declared.parameters))
        self.form.setVisible(bool(self._declared.parameters) and self.fold.isChecked())
