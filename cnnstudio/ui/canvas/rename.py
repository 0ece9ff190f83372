"""Renames a node in place, on its card."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from cnnstudio.graph import Network, is_valid_name


class NameEditor(QLineEdit):
    """Emits `committed` with a name that may be used; Escape gives up.

    With `always` the name that stands in it from the beginning is emitted too.
    """

    committed = Signal(str)

    def __init__(
        self,
        parent: QWidget,
        name: str,
        place: QRect,
        problem: Callable[[str], str],
        always: bool = False,
    ) -> None:
        super().__init__(name, parent)
        self._old = name
        self._problem = problem
        self._always = always
        self._done = False
        self.setObjectName("canvas_name_editor")
        self.setAccessibleName(f"New name of {name}")
        self.setGeometry(place)
        self.selectAll()
        self.textChanged.connect(self._show_problem)
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._commit()  # and the canvas below must not take the key for its own
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            if not self._problem(self.text()):
                self._commit()
            self._close()

    def _show_problem(self, text: str) -> None:
        problem = self._problem(text)
        self.setProperty("invalid", bool(problem))
        self.style().unpolish(self)
        self.style().polish(self)
        if problem:
            QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), problem, self)
        else:
            QToolTip.hideText()

    def _commit(self) -> None:
        name = self.text()
        if self._done or self._problem(name):
            return
        self._close()
        if self._always or name != self._old:
            self.committed.emit(name)

    def _close(self) -> None:
        if not self._done:
            self._done = True
            QToolTip.hideText()
            self.parentWidget().setFocus(Qt.FocusReason.OtherFocusReason)
            self.deleteLater()


def name_problem(network: Network, id: str, name: str) -> str:
    """Why the node can't be called so; empty if it can."""
    if not is_valid_name(name):
        return "Use letters, digits and _, starting with a letter; not a reserved word."
    other = network.find(name)
    if other is not None and other.id != id:
        return f"Another node is called '{name}'."
    return ""
