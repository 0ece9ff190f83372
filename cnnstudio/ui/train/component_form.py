"""A form for one component of the training: which kind it is, and that kind's parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cnnstudio.graph.settings import Component
from cnnstudio.layers.declaration import Declaration, Parameter
from cnnstudio.ui import theme
from cnnstudio.ui.forms import Form


class ComponentForm(QWidget):
    """Emits `edited(path, value, merge)`: `path` leads from the component's setting, as in
    `optimizer.parameters.momentum`."""

    edited = Signal(str, object, object)

    def __init__(
        self, name: str, title: str, declared: Mapping[str, Declaration], help: str
    ) -> None:
        super().__init__()
        self.setObjectName(f"component_{name}")
        self._name = name
        self._title = title
        self._help = help
        self._declared = declared
        self._titles: dict[str, str] = {}
        self._kind = ""
        self.kind_form = Form([])
        self.parameters_form = Form([])
        self._doc = QLabel()
        self._doc.setProperty("role", "caption")
        self._doc.setWordWrap(True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.spacing)
        self._column.addWidget(self.kind_form)
        self._column.addWidget(self._doc)
        self._column.addWidget(self.parameters_form)

    def show_component(self, component: Component) -> None:
        """Shows it; a kind that is not declared shows without parameters."""
        kinds = tuple(dict.fromkeys((*self._declared, component.kind)))
        if kinds != tuple(self._titles):
            self._titles = {kind: self._title_of(kind) for kind in kinds}
            titles = tuple(self._titles.values())
            kind = Parameter("kind", self._title, "choice", titles[0], self._help, choices=titles)
            self.kind_form = self._replaced(self.kind_form, [kind])
            self.kind_form.edited.connect(self._take_title)
        self.kind_form.show_values({"kind": self._titles[component.kind]})
        if component.kind != self._kind:
            self._show_kind(component.kind)
        self.parameters_form.show_values(component.parameters)

    def redraw(self) -> None:
        """Draws the icons in the current theme's colours."""
        self.kind_form.redraw()
        self.parameters_form.redraw()

    def _show_kind(self, kind: str) -> None:
        self._kind = kind
        declaration = self._declared.get(kind)
        self.parameters_form = self._replaced(
            self.parameters_form, declaration.parameters if declaration else ()
        )
        self.parameters_form.edited.connect(
            lambda name, value, merge: self.edited.emit(
                f"{self._name}.parameters.{name}", value, merge
            )
        )
        self._doc.setText(declaration.doc if declaration else "This kind is not known here.")

    def _title_of(self, kind: str) -> str:
        return self._declared[kind].title if kind in self._declared else kind

    def _take_title(self, _: str, title: object, merge: object) -> None:
        kind = next(kind for kind, known in self._titles.items() if known == title)
        self.edited.emit(self._name, {"kind": kind, "parameters": {}}, merge)

    def _replaced(self, old: Form, parameters: Sequence[Parameter]) -> Form:
        new = Form(parameters)
        self._column.replaceWidget(old, new)
        old.hide()
        old.deleteLater()
        return new
