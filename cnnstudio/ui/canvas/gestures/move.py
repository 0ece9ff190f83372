"""Moves the selected cards, with snapping and guides; one edit at the end.

A card without wires that is let go on a wire is inserted into it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication

from cnnstudio.graph import Frame, Group, Move
from cnnstudio.ui.canvas.editing import can_insert, insert_making_room
from cnnstudio.ui.canvas.framing import contents, move_all, moved
from cnnstudio.ui.canvas.geometry import Point, clamp_place
from cnnstudio.ui.canvas.gestures.gesture import Gesture, Pointer
from cnnstudio.ui.canvas.guides import GUIDE_REACH_PIXELS, Guide, aligned, paint_guides
from cnnstudio.ui.canvas.node_item import NodeItem
from cnnstudio.ui.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView


class MoveGesture(Gesture):
    def __init__(self, canvas: CanvasView, item: NodeItem) -> None:
        super().__init__(canvas)
        self._item = item

    def press(self, pointer: Pointer) -> None:
        self._from = pointer.scene
        self._pressed_view = pointer.view
        self._moving = False
        self._guides: list[Guide] = []
        self._wire: WireItem | None = None
        chosen = list(self.canvas.selected_ids)
        self._clicked_selected = self._item.id in chosen
        if not self._clicked_selected:
            chosen = [*chosen, self._item.id] if pointer.extends else [self._item.id]
            self.canvas.select(chosen, self.canvas.selected_frames if pointer.extends else ())
        items = self.scene.nodes
        self._starts = {id: items[id].position for id in chosen if id in items}
        self._frames = self._selected_frames()

    def _selected_frames(self) -> list[Frame]:
        """The selected frames, which move along, with all that lies inside them."""
        network, frames = self.scene.network, {}
        for frame in self.canvas.selected_frame_values:
            nodes, inner = contents(network, frame, self.scene.cards.boxes)
            frames.update({one.id: one for one in (frame, *inner)})
            self._starts.update({id: network.node(id).position for id in nodes})
        return list(frames.values())

    def move(self, pointer: Pointer) -> None:
        travelled = (pointer.view - self._pressed_view).manhattanLength()
        if not self._moving and travelled < QApplication.startDragDistance():
            return
        self._moving = True
        self.canvas.viewport().setCursor(Qt.CursorShape.SizeAllCursor)
        places = self._places(pointer)
        self.scene.move_preview(places)
        self.scene.frames.preview(self._moved_frames(places))
        self._highlight_wire()
        self.canvas.viewport().update()

    def release(self, pointer: Pointer) -> None:
        if not self._moving:
            self._click(pointer)
            return
        places = self._places(pointer)
        wire = self._wire
        self._clear()
        network = self.scene.network
        if wire is None:
            edit = move_all(network, places, self._moved_frames(places))
            if edit is None or not self.canvas.apply(edit):
                self.scene.restore_positions()
            return
        move = Move(network=network.name, positions=places)
        id = self._item.id
        node = network.node(id).model_copy(update={"position": places[id]})
        insertion, _ = insert_making_room(
            network, node, wire.edge, self.canvas.room, self.scene.flow
        )
        self.canvas.apply(Group(text=insertion.text, edits=(move, *insertion.edits)))

    def cancel(self) -> None:
        self._clear()
        self.scene.restore_positions()

    def _click(self, pointer: Pointer) -> None:
        """A click on a selected card picks it out, or with Shift or Ctrl takes it away."""
        if not self._clicked_selected:
            return
        if pointer.extends:
            left = [id for id in self.canvas.selected_ids if id != self._item.id]
            self.canvas.select(left, self.canvas.selected_frames)
        else:
            self.canvas.select([self._item.id])

    def _places(self, pointer: Pointer) -> dict[str, Point]:
        step = pointer.scene - self._from
        if pointer.modifiers & Qt.KeyboardModifier.ShiftModifier:  # along one axis
            step = QPointF(step.x(), 0) if abs(step.x()) > abs(step.y()) else QPointF(0, step.y())
        x, y = self._starts[self._item.id]
        box = (
            x + step.x(),
            y + step.y(),
            x + step.x() + self._item.rect.width(),
            y + step.y() + self._item.height,
        )
        reach = GUIDE_REACH_PIXELS / self.canvas.scale_factor
        free = bool(pointer.modifiers & Qt.KeyboardModifier.AltModifier)
        dx, dy = 0.0, 0.0
        self._guides = []
        if not free:
            cards, around = self.scene.cards, self.canvas.visible_rect().getCoords()
            others = [cards.boxes[id] for id in cards.near(around) if id not in self._starts]
            others += [f.box for f in self.scene.network.frames if f not in self._frames]
            (dx, dy), self._guides = aligned(box, others, reach)
        dx, dy = step.x() + dx, step.y() + dy
        return {
            id: clamp_place((round(x + dx, 2), round(y + dy, 2)))
            for id, (x, y) in self._starts.items()
        }

    def _moved_frames(self, places: dict[str, Point]) -> list[Frame]:
        (x, y), (from_x, from_y) = places[self._item.id], self._starts[self._item.id]
        return [moved(frame, (x - from_x, y - from_y)) for frame in self._frames]

    def _highlight_wire(self) -> None:
        id = self._item.id
        over = None
        kind, kind_of = self._item.content.kind, self.canvas.session.kind_of
        if len(self._starts) == 1 and can_insert(self.scene.network, kind, id, kind_of):
            over = self.scene.wire_under(self._item)
        if over is not self._wire:
            if self._wire is not None:
                self._wire.set_state(self._wire.selected, False)
            if over is not None:
                over.set_state(over.selected, True)
            self._wire = over

    def _clear(self) -> None:
        if self._wire is not None:
            self._wire.set_state(self._wire.selected, False)
        self._wire = None
        self._guides = []

    def paint(self, painter: QPainter) -> None:
        paint_guides(painter, self._guides, self.scene.look)
