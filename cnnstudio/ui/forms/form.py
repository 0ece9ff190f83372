"""A form made from declared parameters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.layers.declaration import Parameter
from cnnstudio.ui import theme
from cnnstudio.ui.forms.field import Field

ROW_GAP = 6


class Form(QWidget):
    """Labels left, editors right, advanced parameters folded away below.

    Emits `edited(name, value, merge)` for each change of the user's that is valid; `merge` is what
    `Session.apply` takes. What is not valid stays in its field, which says what is wrong.
    """

    edited = Signal(str, object, object)
    lifted = Signal(str)
    as_text_wanted = Signal(str)

    def __init__(
        self,
        parameters: Sequence[Parameter],
        parent: QWidget | None = None,
        formulas: bool = False,
        as_text: Collection[str] = (),
        slides: bool = False,
    ) -> None:
        """With `formulas` the fields take expressions, those `as_text` as text whatever their
        type; with `slides` whole numbers between two limits have sliders."""
        super().__init__(parent)
        self._fields = {
            one.name: Field(one, self, formulas, one.name in as_text, slides) for one in parameters
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(ROW_GAP)
        simple = [f for f in self._fields.values() if not f.parameter.advanced]
        self._advanced = [f for f in self._fields.values() if f.parameter.advanced]
        if simple:
            column.addLayout(_grid(simple))
        self._fold = QToolButton()
        self._fold.setObjectName("advanced")
        self._fold.setProperty("role", "fold")
        self._fold.setCheckable(True)
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._fold.toggled.connect(self._show_fold)
        self._folded = QWidget()
        if self._advanced:
            column.addWidget(self._fold)
            self._folded.setLayout(_grid(self._advanced))
            column.addWidget(self._folded)
        self._fold.setVisible(bool(self._advanced))
        self._folded.hide()
        for field in self._fields.values():
            field.edited.connect(self._take)
            field.lifted.connect(self.lifted)
            field.as_text_wanted.connect(self.as_text_wanted)
        self._show_fold(False)

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Shows these values, and the default of each parameter that is not named. No signals."""
        for name, field in self._fields.items():
            field.show_value(values.get(name, field.parameter.default))
        self._show_fold(self._fold.isChecked())

    def show_names(self, names: Mapping[str, Any]) -> None:
        """What names in expressions stand for; empty while that isn't known."""
        for field in self._fields.values():
            field.show_names(names)

    def show_error(self, name: str, text: str) -> None:
        """Says at a field what is wrong with it, unfolding it if need be."""
        field = self._fields[name]
        field.show_error(text)
        if text and field in self._advanced:
            self._fold.setChecked(True)

    def clear_errors(self) -> None:
        for field in self._fields.values():
            field.show_error("")

    def set_read_only(self, read_only: bool) -> None:
        for field in self._fields.values():
            field.set_read_only(read_only)

    @property
    def fields(self) -> Collection[Field]:
        return self._fields.values()

    def editor(self, name: str) -> QWidget:
        """The editor of a parameter; KeyError if the form has none of this name."""
        return self._fields[name].editor

    def field(self, name: str) -> Field:
        """The row of a parameter: its label, editor and error."""
        return self._fields[name]

    def go_to(self, name: str) -> None:
        """Brings a field into sight and the keyboard to it."""
        field = self._fields[name]
        if field in self._advanced:
            self._fold.setChecked(True)
        field.editor.setFocus()
        above = self.parentWidget()
        while above is not None and not isinstance(above, QScrollArea):
            above = above.parentWidget()
        if above is not None:
            above.ensureWidgetVisible(field.editor)

    def redraw(self) -> None:
        """Draws icons in the current theme's colours."""
        self._show_fold(self._fold.isChecked())

    def _take(self, name: str, value: object, merge: object) -> None:
        self._show_fold(self._fold.isChecked())
        self.edited.emit(name, value, merge)

    def _show_fold(self, open: bool) -> None:
        if not self._advanced:
            return
        changed = sum(field.differs for field in self._advanced)
        self._fold.setText("Advanced" + (f" · {changed} changed" if changed else ""))
        self._fold.setAccessibleName(self._fold.text())
        icon = "mdi6.chevron-down" if open else "mdi6.chevron-right"
        self._fold.setIcon(theme.icon(icon, "text_muted"))
        self._folded.setVisible(open)


def first_mistake(root: QWidget) -> tuple[Form, Field] | None:
    """The first field below `root` that says something is wrong with it, and its form; folded
    fields count, those of forms that are not shown do not."""
    for form in root.findChildren(Form):
        if form.isVisibleTo(root):
            for field in form.fields:
                if field.has_mistake:
                    return form, field
    return None


def _grid(fields: Sequence[Field]) -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(theme.spacing)
    grid.setVerticalSpacing(ROW_GAP)
    for column in (0, 1):
        grid.setColumnStretch(column, 1)
        grid.setColumnMinimumWidth(column, 120)
    for row, field in enumerate(fields):
        grid.addWidget(field.label, 3 * row, 0)
        if field.slider is None:
            grid.addWidget(field.editor, 3 * row, 1)
        else:
            pair = QHBoxLayout()
            pair.addWidget(field.slider, 1)
            pair.addWidget(field.editor, 1)
            grid.addLayout(pair, 3 * row, 1)
        grid.addWidget(field.result, 3 * row + 1, 1)
        grid.addWidget(field.error, 3 * row + 2, 0, 1, 2)
        for part in (1, 2):
            grid.setRowMinimumHeight(3 * row + part, 0)
    return grid
