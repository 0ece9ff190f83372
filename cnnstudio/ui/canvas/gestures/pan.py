"""Moves the view with the middle button, or with the left one while space is held."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from cnnstudio.ui.canvas.gestures.gesture import Gesture, Pointer


class PanGesture(Gesture):
    cursor = Qt.CursorShape.ClosedHandCursor
    survives_edits = True

    def press(self, pointer: Pointer) -> None:
        self._last = pointer.view

    def move(self, pointer: Pointer) -> None:
        step: QPointF = pointer.view - self._last
        self._last = pointer.view
        self.canvas.pan(step)
