"""The base of all gestures, and where the pointer is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView


@dataclass(frozen=True)
class Pointer:
    """The pointer in the scene and on the view, with the keys held."""

    scene: QPointF
    view: QPointF
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier

    @property
    def extends(self) -> bool:
        """Whether the selection is added to instead of replaced."""
        keys = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
        return bool(self.modifiers & keys)


class Gesture:
    """One thing done with the pointer, from press to release.

    Nothing is edited before `release`; after `cancel` all is as before `press`.
    """

    cursor = Qt.CursorShape.ArrowCursor
    # Whether the gesture may go on when the document changes under it.
    survives_edits = False

    def __init__(self, canvas: CanvasView) -> None:
        self.canvas = canvas
        self.scene = canvas.canvas_scene

    def press(self, pointer: Pointer) -> None:
        """The button went down."""

    def move(self, pointer: Pointer) -> None:
        """The pointer moved with the button held."""

    def release(self, pointer: Pointer) -> None:
        """The button went up: does what the gesture is for."""

    def cancel(self) -> None:
        """Escape, or the document changed: takes back what was shown."""

    def paint(self, painter: QPainter) -> None:
        """Draws over the cards, in scene coordinates."""
