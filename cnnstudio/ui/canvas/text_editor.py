"""Edits a note's text, or a frame's, in place."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget


class TextEditor(QPlainTextEdit):
    """Emits `committed` with the text when the keyboard goes elsewhere, at Ctrl+Enter and at
    Escape: what was typed is never lost, and can be undone."""

    committed = Signal(str)

    def __init__(self, parent: QWidget, text: str, place: QRect, font: QFont) -> None:
        super().__init__(text, parent)
        self._old = text
        self._done = False
        self.setObjectName("canvas_text_editor")
        self.setAccessibleName("Text of the note")
        self.setFont(font)
        self.setGeometry(place)
        self.setTabChangesFocus(True)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape or (control and enter):
            self._close()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._close()

    def _close(self) -> None:
        if self._done:
            return
        self._done = True
        text = self.toPlainText().strip()
        self.parentWidget().setFocus(Qt.FocusReason.OtherFocusReason)
        self.deleteLater()
        if text != self._old:
            self.committed.emit(text)
