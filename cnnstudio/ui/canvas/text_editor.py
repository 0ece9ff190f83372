"""Edits a note's text, or a frame's, in place."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget


class TextEditor(QPlainTextEdit):
    """Emits `committed` with the text when the keyboard goes elsewhere or at Ctrl+Enter; Escape
    gives up."""

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
        if event.key() == Qt.Key.Key_Escape:
            self._close(keep=False)
        elif control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._close(keep=True)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._close(keep=True)

    def _close(self, keep: bool) -> None:
        if self._done:
            return
        self._done = True
        text = self.toPlainText().strip()
        self.parentWidget().setFocus(Qt.FocusReason.OtherFocusReason)
        self.deleteLater()
        if keep and text != self._old:
            self.committed.emit(text)
