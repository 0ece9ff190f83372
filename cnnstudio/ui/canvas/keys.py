"""Keys that belong to the canvas alone; everything with a menu entry is an action instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent

from cnnstudio.graph import Move
from cnnstudio.ui.canvas.geometry import GRID, clamp_place
from cnnstudio.ui.canvas.walk import step_from

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView

ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
NUDGE, FAR_NUDGE = GRID, 5 * GRID
PAN_PIXELS = 64


class CanvasKeys:
    def __init__(self, canvas: CanvasView) -> None:
        self._canvas = canvas

    def press(self, event: QKeyEvent) -> bool:
        """Whether the key meant something here."""
        canvas, key, modifiers = self._canvas, event.key(), event.modifiers()
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if key == Qt.Key.Key_Escape:
            return self._escape()
        if key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                canvas.input.hold_space(True)
            return True
        if key == Qt.Key.Key_Tab:
            if control:
                canvas.leave_forwards()
            else:
                canvas.commands.quick_add()
            return True
        if key in ARROWS and not control:
            self._arrow(Qt.Key(key), modifiers)
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not control:
            return canvas.blocks.open()
        if key == Qt.Key.Key_Home:
            canvas.fit()
            return True
        return False

    def release(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._canvas.input.hold_space(False)
            return True
        return False

    def _escape(self) -> bool:
        canvas = self._canvas
        if canvas.input.gesture is not None:
            canvas.input.cancel()
        elif canvas.arranging.going_on:
            canvas.arranging.cancel()
        elif canvas.find_bar.isVisible():
            canvas.find_bar.leave()
        elif canvas.selected_ids or canvas.selected_wire or canvas.selected_frames:
            canvas.select([])
        else:
            return canvas.blocks.leave()
        return True

    def _arrow(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
        """Moves the selection to the next card, the selected cards, or the view."""
        canvas, (x, y) = self._canvas, ARROWS[key]
        if canvas.input.gesture is not None:
            return
        if modifiers & Qt.KeyboardModifier.AltModifier:
            if key == Qt.Key.Key_Up and not canvas.selected_ids and canvas.blocks.leave():
                return
            next_id = step_from(canvas.canvas_scene, canvas.selected_ids, (x, y))
            if next_id is not None:
                canvas.reveal(next_id)
        elif canvas.selected_ids:
            far = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
            self._nudge(x * (FAR_NUDGE if far else NUDGE), y * (FAR_NUDGE if far else NUDGE))
        else:
            canvas.pan(QPointF(-x * PAN_PIXELS, -y * PAN_PIXELS))

    def _nudge(self, dx: float, dy: float) -> None:
        canvas = self._canvas
        network = canvas.canvas_scene.network
        places = {}
        for id in canvas.selected_ids:
            x, y = network.node(id).position
            places[id] = clamp_place((x + dx, y + dy))
        canvas.session.try_apply(Move(network=network.name, positions=places), merge=True)
        canvas.camera.show(canvas.canvas_scene.bounds(places))
