"""One editor a parameter: a text field, a number field with steps, a check box, a list.

Each emits `edited(raw, merge)` when the user changed it, raw being text or the value itself, and
`show(value)` without emitting.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, QRectF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from cnnstudio.layers.declaration import Parameter
from cnnstudio.ui import theme
from cnnstudio.ui.forms.number_edit import NumberEdit
from cnnstudio.ui.forms.texts import write

BOX = 16


class TextEditor(QLineEdit):
    """Text, sizes and shapes; emits on each key."""

    edited = Signal(object, object)

    def __init__(self, parameter: Parameter) -> None:
        super().__init__()
        self._parameter = parameter
        self.textEdited.connect(lambda text: self.edited.emit(text, True))

    def show_value(self, value: Any) -> None:
        self.setText(write(self._parameter, value))
        self.setCursorPosition(0)

    def set_read_only(self, read_only: bool) -> None:
        self.setReadOnly(read_only)


class CheckEditor(QCheckBox):
    edited = Signal(object, object)

    def __init__(self, parameter: Parameter) -> None:
        super().__init__()
        self.clicked.connect(lambda checked: self.edited.emit(checked, False))
        self.setMinimumHeight(28)
        self.toggled.connect(self._name_state)
        self._name_state(False)

    def show_value(self, value: Any) -> None:
        self.setChecked(bool(value))

    def set_read_only(self, read_only: bool) -> None:
        self.setEnabled(not read_only)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0.5, (self.height() - BOX) / 2 + 0.5, BOX - 1, BOX - 1)
        on, enabled = self.isChecked(), self.isEnabled()
        edge = "accent" if self.hasFocus() or on else "border_strong"
        painter.setPen(QPen(theme.color(edge if enabled else "border"), 1))
        filled = ("accent" if enabled else "track") if on else "surface_sunken"
        painter.setBrush(theme.color(filled))
        painter.drawRoundedRect(box, 4, 4)
        if on:
            tick = theme.icon("mdi6.check-bold", "accent_text" if enabled else "text_muted")
            tick.paint(painter, box.toRect().adjusted(1, 1, 0, 0))
        if self.hasFocus():
            painter.setPen(QPen(theme.color("text"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 4, 4)
        painter.setPen(theme.color("text" if enabled else "text_disabled"))
        painter.drawText(
            self.rect().adjusted(BOX + 8, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text()
        )

    def _name_state(self, checked: bool) -> None:
        self.setText("on" if checked else "off")


class ChoiceEditor(QComboBox):
    edited = Signal(object, object)

    def __init__(self, parameter: Parameter) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # A long choice must not widen the panel.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        if parameter.optional:
            self.addItem("none", None)
        for choice in parameter.choices:
            self.addItem(choice.replace("_", " "), choice)
        self.activated.connect(lambda index: self.edited.emit(self.itemData(index), False))

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self):
            self.setCurrentIndex(self.findData(value))

    def set_read_only(self, read_only: bool) -> None:
        self.setEnabled(not read_only)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        side = 16
        place = QRect(self.width() - side - 6, (self.height() - side) // 2, side, side)
        color = "text_muted" if self.isEnabled() else "text_disabled"
        theme.icon("mdi6.chevron-down", color).paint(QPainter(self), place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Scrolling the panel must not change what happens to be under the pointer.
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


Editor = TextEditor | NumberEdit | CheckEditor | ChoiceEditor


def editor_for(parameter: Parameter, as_text: bool = False) -> Editor:
    """The editor of a parameter, named after it and described by its help.

    With `as_text` it is one that an expression can stand in, whatever the type is.
    """
    takes_text = parameter.type not in ("bool", "choice")
    editor = TextEditor(parameter) if as_text and not takes_text else _editor(parameter)
    editor.setObjectName(parameter.name)
    editor.setAccessibleName(parameter.title)
    editor.setAccessibleDescription(parameter.help)
    editor.setToolTip(parameter.help[:1].upper() + parameter.help[1:])
    if parameter.optional and isinstance(editor, QLineEdit):
        editor.setPlaceholderText("not set")
    return editor


def _editor(parameter: Parameter) -> Editor:
    match parameter.type:
        case "bool":
            return CheckEditor(parameter)
        case "choice":
            return ChoiceEditor(parameter)
        case "int" | "float":
            return NumberEdit(parameter)
        case _:
            return TextEditor(parameter)


def text_of(editor: QWidget) -> str | None:
    """What stands in a field that is typed into; None for the others."""
    return editor.text() if isinstance(editor, QLineEdit) else None
