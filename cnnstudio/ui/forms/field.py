"""One row of a form: label, editor, and what is wrong with the value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QSizePolicy

from cnnstudio.graph.expressions import has_expression
from cnnstudio.layers.declaration import Parameter
from cnnstudio.ui import theme
from cnnstudio.ui.forms.editors import editor_for, text_of
from cnnstudio.ui.forms.formulas import (
    NameCompleter,
    check_formula,
    is_formula,
    read_formula,
    show,
)
from cnnstudio.ui.forms.share_slider import ShareSlider, has_slider
from cnnstudio.ui.forms.texts import plain, read, write

DOT = 5
Keys = QKeySequence.StandardKey


class Field(QObject):
    """Emits `edited(name, value, merge)` with checked values only, lists as `list`.

    With `formulas` it takes expressions too, and shows what they come to for the names given to
    `show_names`; it then offers to make the value a parameter of the block (`lifted`), and an
    editor for text where there is another (`as_text_wanted`). With `slides`, whole numbers between
    two limits have a slider.

    Typed text that becomes a mistake takes back what its beginning meant: `1e30`, of which `1` was
    a value, leaves the value from before the typing. Typing lasts until Enter, another field,
    or a key that replaces the whole text.
    """

    edited = Signal(str, object, object)
    lifted = Signal(str)
    as_text_wanted = Signal(str)

    def __init__(
        self,
        parameter: Parameter,
        parent: QObject,
        formulas: bool = False,
        as_text: bool = False,
        slides: bool = False,
    ) -> None:
        super().__init__(parent)
        self._formulas = formulas
        self._names: Mapping[str, Any] = {}
        self.parameter = parameter
        self.value: Any = plain(parameter.default)
        self._untyped = self.value  # from before the typing
        self._was_shown = False
        self._read_only = False
        self.editor = editor_for(parameter, as_text)
        self.editor.edited.connect(self._take)
        self.slider = ShareSlider(parameter) if has_slider(parameter, slides) else None
        if self.slider is not None:
            self.slider.edited.connect(self._slide)
        self.label = FieldLabel(parameter.title)
        self.label.setObjectName(f"label_{parameter.name}")
        self.label.setBuddy(self.editor)
        self.label.setToolTip(self.editor.toolTip())
        self.error = QLabel()
        self.error.setObjectName(f"error_{parameter.name}")
        self.error.setProperty("role", "error")
        self.error.setTextFormat(Qt.TextFormat.PlainText)
        self.error.setWordWrap(True)
        self.error.hide()
        self.result = QLabel()
        self.result.setObjectName(f"result_{parameter.name}")
        self.result.setProperty("role", "caption")
        self.result.setTextFormat(Qt.TextFormat.PlainText)
        self.result.hide()
        self._completer = None
        if formulas and isinstance(self.editor, QLineEdit):
            self._completer = NameCompleter(self.editor)
        if isinstance(self.editor, QLineEdit):
            self.editor.returnPressed.connect(self._end_typing)
        self.label.installEventFilter(self)
        self.editor.installEventFilter(self)
        self.show_value(self.value)

    def show_value(self, value: Any) -> None:
        """Shows a value, emitting nothing. Text stays as it was typed if it means this value, or
        if it is a mistake and the value is still the one before it."""
        value = plain(value)
        if value == self.value and self._was_shown:
            return
        self.value = self._untyped = value
        self._was_shown = True
        self._show_slider()
        self._show_result()
        text = text_of(self.editor)
        if text is None or not self.editor.hasFocus() or not self._means(text, value):
            self.editor.show_value(value)
            self.show_error("")
        self.label.set_marked(self.differs)

    def show_names(self, names: Mapping[str, Any]) -> None:
        """What names in expressions stand for; empty while that isn't known."""
        self._names = names
        if self._completer is not None:
            self._completer.set_names(names)
        self._show_result()

    @property
    def differs(self) -> bool:
        """Whether the value is another than the default."""
        return self.value != plain(self.parameter.default)

    @property
    def has_mistake(self) -> bool:
        """Whether the field says that something is wrong with what stands in it."""
        return bool(self.editor.property("invalid"))

    def reset(self) -> None:
        """Takes the value back to the default, as an edit."""
        self.editor.show_value(self.parameter.default)
        self._accept(plain(self.parameter.default), False)
        self._end_typing()

    def show_error(self, text: str) -> None:
        """Says below the field what is wrong; empty for nothing."""
        self.error.setText(text)
        self.error.setVisible(bool(text))
        self.result.setVisible(bool(self.result.text()) and not text)
        self.editor.setAccessibleDescription(text or self.parameter.help)
        if self.has_mistake != bool(text):
            self.editor.setProperty("invalid", "true" if text else None)
            self.editor.style().polish(self.editor)

    def set_read_only(self, read_only: bool) -> None:
        self._read_only = read_only
        if self.slider is not None:
            self.slider.setEnabled(not read_only)
        self.editor.set_read_only(read_only)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QContextMenuEvent):
            self._show_menu(event)
            return True
        if watched is self.editor and isinstance(event, QKeyEvent):
            return self._takes_key(event)
        if event.type() == QEvent.Type.FocusOut and watched is self.editor:
            self._end_typing()
            self._tidy()
        return False

    def _takes_key(self, event: QKeyEvent) -> bool:
        """Undo and redo are the document's, not the text's; while the text is a mistake, undo and
        Escape take back the mistake."""
        if event.type() == QEvent.Type.KeyRelease:
            return False
        if isinstance(self.editor, QLineEdit) and self.editor.selectedText() == self.editor.text():
            self._end_typing()  # a key that writes replaces all: it begins another
        undoes, redoes = (event.matches(key) for key in (Keys.Undo, Keys.Redo))
        mends = self.has_mistake and (undoes or event.key() == Qt.Key.Key_Escape)
        if event.type() == QEvent.Type.ShortcutOverride:
            event.setAccepted(mends)
        elif mends:
            self.editor.show_value(self.value)
            self.show_error("")
        return mends or undoes or redoes

    def _take(self, raw: Any, merge: object) -> None:
        try:
            value = self._read(raw) if isinstance(raw, str) else raw
            if not has_expression(value):
                self.parameter.validate(value)
        except FormulaError as problem:
            self._refuse(str(problem), merge)
            return
        except ValueError as problem:
            self._refuse(f"{self.parameter.title} {problem}.", merge)
            return
        self._accept(value, merge)
        if merge is not True:
            self._end_typing()

    def _refuse(self, problem: str, merge: object) -> None:
        self._set(self._untyped, merge)
        self.show_error(problem)

    def _end_typing(self) -> None:
        self._untyped = self.value

    def _accept(self, value: Any, merge: object) -> None:
        self.show_error("")
        self._set(value, merge)

    def _set(self, value: Any, merge: object) -> None:
        untyped = self._untyped
        changed, self.value = value != self.value, value
        self._show_slider()
        self._show_result()
        self.label.set_marked(self.differs)
        if changed:
            self.edited.emit(self.parameter.name, value, merge)
            self._untyped = untyped  # though the document has shown its value meanwhile

    def _slide(self, value: float, merge: object) -> None:
        self.editor.show_value(value)
        self._take(value, merge)

    def _show_slider(self) -> None:
        if self.slider is not None:
            self.slider.show_value(self.value)

    def _means(self, text: str, value: Any) -> bool:
        try:
            return bool(self._read(text) == value)
        except ValueError:
            return False

    def _read(self, text: str) -> Any:
        """The value that a text stands for; ValueError says what is wrong."""
        if not self._formulas or not is_formula(text):
            return read(self.parameter, text)
        try:
            value = read_formula(self.parameter, text)
            if self._names:
                check_formula(self.parameter, value, self._names)
        except ValueError as problem:
            raise FormulaError(str(problem)) from None
        return value

    def _show_result(self) -> None:
        """What an expression comes to, below the field."""
        text = ""
        if has_expression(self.value) and self._names:
            try:
                found = check_formula(self.parameter, self.value, self._names)
                text = f"= {show(self.parameter, found)}"
            except ValueError:
                text = ""  # the report says on the node what is wrong with it
        self.result.setText(text)
        self.result.setVisible(bool(text))

    def _tidy(self) -> None:
        """Writes a typed value as the form writes it: `3x3` as `3 × 3`."""
        text = text_of(self.editor)
        if text is not None and self._means(text, self.value):
            self.editor.show_value(self.value)

    def _show_menu(self, event: QContextMenuEvent) -> None:
        line = self.editor if isinstance(self.editor, QLineEdit) else None
        menu = line.createStandardContextMenu() if line else QMenu(self.editor)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if line:
            menu.addSeparator()
        default = write(self.parameter, self.parameter.default)
        shown = {"True": "on", "False": "off", "": "not set"}.get(default, default)
        action = menu.addAction(f"Reset to default ({shown})", self.reset)
        action.setObjectName("reset")
        action.setEnabled(self.differs and not self._read_only)
        if self._formulas and not self._read_only:
            menu.addSeparator()
            is_text = isinstance(self.editor, QLineEdit)
            if not is_text:
                menu.addAction(
                    "Use an expression", lambda: self.as_text_wanted.emit(self.parameter.name)
                ).setObjectName("use_expression")
            lift = menu.addAction(
                "Turn into a block parameter", lambda: self.lifted.emit(self.parameter.name)
            )
            lift.setObjectName("lift")
            lift.setEnabled(not has_expression(self.value) and self.value is not None)
        menu.popup(event.globalPos())


class FormulaError(ValueError):
    """What is wrong with an expression, as a sentence."""


class FieldLabel(QLabel):
    """A label with a dot at its end where the value is not the default."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", "muted")
        self.setWordWrap(True)
        self.setContentsMargins(0, 0, 2 * DOT, 0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.marked = False

    def set_marked(self, marked: bool) -> None:
        if marked != self.marked:
            self.marked = marked
            self.setAccessibleDescription("Differs from the default" if marked else "")
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.marked:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent"))
            painter.drawEllipse(QRectF(self.width() - DOT, (self.height() - DOT) / 2, DOT, DOT))
