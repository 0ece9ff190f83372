"""The mouse wheel scrolls; it changes only what has been clicked or tabbed to."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget


class _Passing(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Wheel or not isinstance(watched, QWidget):
            return False
        if watched.hasFocus():
            return False
        event.ignore()  # goes on to what lies around it, such as a scroll area
        return True


def pass_wheel(widget: QWidget) -> None:
    """Leaves the wheel to what lies around a slider or a number field, unless it has the focus,
    which the wheel itself doesn't give it."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_Passing(widget))
