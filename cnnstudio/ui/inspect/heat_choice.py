"""What is to be explained, and how: class, another class, method with its parameters, layer."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from cnnstudio.graph import Node
from cnnstudio.interpret.explanations.methods import methods
from cnnstudio.ui import theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.forms import Form
from cnnstudio.ui.inspect.method_box import MethodBox

PREDICTED = "Predicted"
ALONE = "None"
SUGGESTED = "Suggested"
FEWEST_CHARACTERS = 8


class HeatChoice(QWidget):
    """`changed` is emitted for each choice of the user's; `arguments` are those of the question."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: dict[str, dict[str, Any]] = {}  # by method, what differs from its defaults
        self.target = self._followed(ChoiceBox("Class", [(PREDICTED, None)]))
        self.against = self._followed(ChoiceBox("Compared with", [(ALONE, None)]))
        self.method = self._followed(MethodBox("Method"))
        self.layer = self._followed(ChoiceBox("Layer", [(SUGGESTED, None)]))
        for box in (self.target, self.against):
            box.shrink_to(FEWEST_CHARACTERS)
        self.target.setToolTip("The class to explain; the predicted one by itself")
        self.against.setToolTip("Shows another class beside it, and the difference")
        self.help = QLabel()
        self.help.setProperty("role", "caption")
        self.help.setWordWrap(True)
        self.fold = QToolButton()
        self.fold.setProperty("role", "fold")
        self.fold.setCheckable(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.toggled.connect(lambda _: self._show_fold())
        self.form = Form([])
        self._arrange()
        self.method.currentIndexChanged.connect(lambda _: self._show_method())
        self._show_method()

    @property
    def arguments(self) -> dict[str, Any]:
        method = methods[self.method.currentData()]
        two = method.uses_target and self.against.currentData() is not None
        return {
            "target": self.target.currentData() if method.uses_target else None,
            "against": self.against.currentData() if two else None,
            "method": method.kind,
            "layer": self.layer.currentData() if method.uses_layer else None,
            "parameters": dict(self._values.get(method.kind, {})),
        }

    def list_classes(self, classes: list[str]) -> None:
        """The classes to choose from, the chosen ones kept."""
        numbered = [(name, number) for number, name in enumerate(classes)]
        self.target.show_items([(PREDICTED, None), *numbered])
        self.against.show_items([(ALONE, None), *numbered])

    def list_layers(self, layers: list[Node]) -> None:
        """The nodes to choose from, the chosen one kept."""
        names = [node.name for node in layers if node.kind not in ("Input", "Output")]
        self.layer.show_items([(SUGGESTED, None), *((name, name) for name in names)])

    def show_suggestion(self, layer: str, reason: str) -> None:
        """Names the layer that was suggested, and why."""
        if self.layer.currentData() is None:
            self.layer.setItemText(0, f"{SUGGESTED}: {layer}")
            self.layer.setToolTip(reason)

    def redraw(self) -> None:
        """Draws the icons in the current theme's colours."""
        self._show_fold()
        self.form.redraw()

    def _arrange(self) -> None:
        classes = QHBoxLayout()
        classes.setSpacing(8)
        classes.addWidget(self.target, 1)
        classes.addWidget(_muted("against"))
        classes.addWidget(self.against, 1)
        rows = QGridLayout()
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setVerticalSpacing(6)
        rows.setHorizontalSpacing(12)
        rows.setColumnStretch(1, 1)
        rows.addWidget(_muted("Class"), 0, 0)
        rows.addLayout(classes, 0, 1)
        rows.addWidget(_muted("Method"), 1, 0)
        rows.addWidget(self.method, 1, 1)
        rows.addWidget(self.help, 2, 1)
        rows.addWidget(_muted("Layer"), 3, 0)
        rows.addWidget(self.layer, 3, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addLayout(rows)
        self._column.addWidget(self.fold)
        self._column.addWidget(self.form)

    def _followed(self, box: ChoiceBox) -> ChoiceBox:
        box.activated.connect(lambda _: self.changed.emit())
        return box

    def _show_method(self) -> None:
        method = methods[self.method.currentData()]
        self.layer.setEnabled(method.uses_layer)
        for box in (self.target, self.against):
            box.setEnabled(method.uses_target)
        first = method.doc.partition(". ")[0].rstrip(".")
        self.help.setText(f"{first}. Cost: {method.cost}.")
        self.help.setToolTip(f"{method.doc}\n{method.formula}\n{method.reference}")
        form = Form(method.parameters)
        form.show_values(self._values.get(method.kind, {}))
        form.edited.connect(self._take)
        self._column.replaceWidget(self.form, form)
        self.form.hide()
        self.form.deleteLater()
        self.form = form
        self._show_fold()

    def _take(self, name: str, value: object, merge: object) -> None:
        method = methods[self.method.currentData()]
        values = self._values.setdefault(method.kind, {})
        values[name] = value
        if value == method.parameter(name).default:
            del values[name]
        self._show_fold()
        self.changed.emit()

    def _show_fold(self) -> None:
        method = methods[self.method.currentData()]
        changed = len(self._values.get(method.kind, {}))
        self.fold.setText("Parameters" + (f" · {changed} changed" if changed else ""))
        self.fold.setAccessibleName(self.fold.text())
        icon = "mdi6.chevron-down" if self.fold.isChecked() else "mdi6.chevron-right"
        self.fold.setIcon(theme.icon(icon, "text_muted"))
        self.fold.setVisible(bool(method.parameters))
        self.form.setVisible(bool(method.parameters) and self.fold.isChecked())


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    return label
