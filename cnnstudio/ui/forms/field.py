"""One row of a form: label, editor, and what is wrong with the value."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QSizePolicy

from cnnstudio.layers.declaration import Parameter
from cnnstudio.ui import theme
from cnnstudio.ui.forms.editors import editor_for, text_of
from cnnstudio.ui.forms.share_slider import ShareSlider, has_slider
from cnnstudio.ui.forms.texts import plain, read, write

DOT = 5
Keys = QKeySequence.StandardKey


class Field(QObject):
    """Emits `edited(name, value, merge)` with checked values only, lists as `list`."""

    edited = Signal(str, object, object)

    def __init__(self, parameter: Parameter, parent: QObject) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self.value: Any = plain(parameter.default)
        self._was_shown = False
        self._read_only = False
        self.editor = editor_for(parameter)
        self.editor.edited.connect(self._take)
        self.slider = ShareSlider(parameter) if has_slider(parameter) else None
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
        self.label.installEventFilter(self)
        self.editor.installEventFilter(self)
        self.show_value(self.value)

    def show_value(self, value: Any) -> None:
        """Shows a value, emitting nothing. Text stays as it was typed if it means this value, or
        if it is a mistake and the value is still the one before it."""
        value = plain(value)
        if value == self.value and self._was_shown:
            return
        self.value, self._was_shown = value, True
        self._show_slider()
        text = text_of(self.editor)
        if text is None or not self.editor.hasFocus() or not self._means(text, value):
            self.editor.show_value(value)
            self.show_error("")
        self.label.set_marked(self.differs)

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

    def show_error(self, text: str) -> None:
        """Says below the field what is wrong; empty for nothing."""
        self.error.setText(text)
        self.error.setVisible(bool(text))
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
            self._tidy()
        return False

    def _takes_key(self, event: QKeyEvent) -> bool:
        """Undo and redo are the document's, not the text's; while the text is a mistake, undo and
        Escape take back the mistake."""
        if event.type() == QEvent.Type.KeyRelease:
            return False
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
            value = read(self.parameter, raw) if isinstance(raw, str) else raw
            self.parameter.validate(value)
        except ValueError as problem:
            self.show_error(f"{self.parameter.title} {problem}.")
            return
        self._accept(value, merge)

    def _accept(self, value: Any, merge: object) -> None:
        self.show_error("")
        changed, self.value = value != self.value, value
        self._show_slider()
        self.label.set_marked(self.differs)
        if changed:
            self.edited.emit(self.parameter.name, value, merge)

    def _slide(self, value: float, merge: object) -> None:
        self.editor.show_value(value)
        self._take(value, merge)

    def _show_slider(self) -> None:
        if self.slider is not None:
            self.slider.show_value(self.value)

    def _means(self, text: str, value: Any) -> bool:
        try:
            return bool(read(self.parameter, text) == value)
        except ValueError:
            return False

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
        menu.popup(event.globalPos())


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
