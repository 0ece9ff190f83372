"""Moves a frame with all that lies inside it, and resizes one, with snapping and guides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication

from cnnstudio.graph import ChangeFrame, Frame
from cnnstudio.ui.canvas.frame_layer import Part
from cnnstudio.ui.canvas.framing import contents, move_all, moved, resized
from cnnstudio.ui.canvas.geometry import Point, clamp_place
from cnnstudio.ui.canvas.gestures.gesture import Gesture, Pointer
from cnnstudio.ui.canvas.guides import GUIDE_REACH_PIXELS, Guide, aligned, paint_guides
from cnnstudio.ui.canvas.routing import Box

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView

CURSORS = {
    "title": Qt.CursorShape.SizeAllCursor,
    "n": Qt.CursorShape.SizeVerCursor,
    "s": Qt.CursorShape.SizeVerCursor,
    "e": Qt.CursorShape.SizeHorCursor,
    "w": Qt.CursorShape.SizeHorCursor,
    "ne": Qt.CursorShape.SizeBDiagCursor,
    "sw": Qt.CursorShape.SizeBDiagCursor,
    "nw": Qt.CursorShape.SizeFDiagCursor,
    "se": Qt.CursorShape.SizeFDiagCursor,
}


class FrameGesture(Gesture):
    """What moving and resizing share: a click selects the frame, a drag previews and edits."""

    def __init__(self, canvas: CanvasView, frame: Frame, part: Part) -> None:
        super().__init__(canvas)
        self._frame = frame
        self._part = part
        self.cursor = CURSORS[part]

    def press(self, pointer: Pointer) -> None:
        self._from = pointer.scene
        self._pressed_view = pointer.view
        self._dragging = False
        self._guides: list[Guide] = []
        self._inside, self._inner = contents(
            self.scene.network, self._frame, self.scene.cards.boxes
        )
        chosen = self.canvas.selected_frames if pointer.extends else []
        nodes = self.canvas.selected_ids if pointer.extends else []
        self.canvas.select(nodes, [*chosen, self._frame.id])

    def move(self, pointer: Pointer) -> None:
        travelled = (pointer.view - self._pressed_view).manhattanLength()
        if not self._dragging and travelled < QApplication.startDragDistance():
            return
        self._dragging = True
        self._preview(self._step(pointer))
        self.canvas.viewport().update()

    def release(self, pointer: Pointer) -> None:
        if self._dragging:
            step = self._step(pointer)
            self._guides = []
            self._apply(step)

    def cancel(self) -> None:
        self._guides = []
        self.scene.restore_positions()

    def paint(self, painter: QPainter) -> None:
        paint_guides(painter, self._guides, self.scene.look)

    def _preview(self, step: Point) -> None:
        raise NotImplementedError

    def _apply(self, step: Point) -> None:
        raise NotImplementedError

    def _step(self, pointer: Pointer) -> Point:
        raise NotImplementedError

    def _aligned(self, box: Box, pointer: Pointer, apart: set[str]) -> Point:
        """How far the box still moves to rest at a card's or frame's edge, or on the grid."""
        self._guides = []
        if pointer.modifiers & Qt.KeyboardModifier.AltModifier:
            return 0.0, 0.0
        around = self.canvas.visible_rect()
        others = [item.box for item in self.scene.nodes_in(around) if item.id not in apart]
        others += [f.box for f in self.scene.network.frames if f.id not in apart]
        step, self._guides = aligned(box, others, GUIDE_REACH_PIXELS / self.canvas.scale_factor)
        return step


class FrameMoveGesture(FrameGesture):
    def _step(self, pointer: Pointer) -> Point:
        step = pointer.scene - self._from
        if pointer.modifiers & Qt.KeyboardModifier.ShiftModifier:  # along one axis
            step = QPointF(step.x(), 0) if abs(step.x()) > abs(step.y()) else QPointF(0, step.y())
        left, top, right, bottom = self._frame.box
        box = (left + step.x(), top + step.y(), right + step.x(), bottom + step.y())
        apart = {self._frame.id, *self._inside, *(frame.id for frame in self._inner)}
        dx, dy = self._aligned(box, pointer, apart)
        x, y = clamp_place((round(box[0] + dx, 2), round(box[1] + dy, 2)))
        return x - left, y - top

    def _places(self, step: Point) -> dict[str, Point]:
        network = self.scene.network
        starts = {id: network.node(id).position for id in self._inside}
        return {id: (x + step[0], y + step[1]) for id, (x, y) in starts.items()}

    def _frames(self, step: Point) -> list[Frame]:
        return [moved(frame, step) for frame in (self._frame, *self._inner)]

    def _preview(self, step: Point) -> None:
        if self._inside:
            self.scene.move_preview(self._places(step))
        self.scene.frames.preview(self._frames(step))

    def _apply(self, step: Point) -> None:
        edit = move_all(self.scene.network, self._places(step), self._frames(step))
        if edit is None or not self.canvas.apply(edit):
            self.scene.restore_positions()


class FrameSizeGesture(FrameGesture):
    def _step(self, pointer: Pointer) -> Point:
        """How far the dragged corner or side moves."""
        left, top, right, bottom = self._frame.box
        step = pointer.scene - self._from
        x = (left if "w" in self._part else right) + step.x()
        y = (top if "n" in self._part else bottom) + step.y()
        dx, dy = self._aligned((x, y, x, y), pointer, {self._frame.id})
        level, upright = bool(set(self._part) & set("ew")), bool(set(self._part) & set("ns"))
        self._guides = [g for g in self._guides if (level if g.upright else upright)]
        return (step.x() + dx if level else 0.0, step.y() + dy if upright else 0.0)

    def _preview(self, step: Point) -> None:
        self.scene.frames.preview([resized(self._frame, self._part, step)])

    def _apply(self, step: Point) -> None:
        network = self.scene.network
        frame = resized(self._frame, self._part, step)
        edit = ChangeFrame(network=network.name, frame=frame)
        if frame == self._frame or not self.canvas.apply(edit):
            self.scene.restore_positions()
