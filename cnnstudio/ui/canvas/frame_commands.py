"""What menus and keys do to frames and notes: each command makes one undo step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF

from cnnstudio.graph import AddFrame, ChangeFrame, Frame
from cnnstudio.ui.canvas import framing
from cnnstudio.ui.canvas.frame_layer import frame_rect, handle_rect
from cnnstudio.ui.canvas.geometry import FRAME_MARGIN, TITLE_HEIGHT
from cnnstudio.ui.canvas.rename import NameEditor
from cnnstudio.ui.canvas.text_editor import TextEditor

if TYPE_CHECKING:
    from cnnstudio.graph import Network
    from cnnstudio.ui.canvas.view import CanvasView

LEAST_EDITOR = QRect(0, 0, 160, 30).size()
LEAST_TEXT_EDITOR = QRect(0, 0, 180, 64).size()


class FrameCommands:
    def __init__(self, canvas: CanvasView) -> None:
        self._canvas = canvas

    @property
    def _network(self) -> Network:
        return self._canvas.canvas_scene.network

    def frame_selection(self) -> None:
        """Puts a frame around the selected nodes and frames, and asks for its title."""
        canvas = self._canvas
        items = canvas.canvas_scene.nodes
        boxes = [items[id].box for id in canvas.selected_ids if id in items]
        boxes += [frame.box for frame in canvas.selected_frame_values]
        if boxes:
            self._add(framing.frame_around(self._network, boxes))

    def add_note(self, point: QPointF | None = None) -> None:
        """Adds a note there, or in the middle of the view, and lets its text be typed."""
        place = point or self._canvas.visible_rect().center()
        boxes = self._canvas.canvas_scene.cards.boxes.values()
        self._add(framing.note_at(self._network, place.toTuple(), boxes))

    def edit(self, frame: Frame, text: bool = False) -> None:
        """Lets a frame's title be typed in place, or with `text` what stands below it."""
        if frame.is_note or text:
            self._edit_text(frame)
        else:
            self._edit_title(frame)

    def set_color(self, name: str) -> None:
        """Gives the selected frames a colour."""
        for frame in self._canvas.selected_frame_values:
            self._change(frame, color=name)

    def select_contents(self, frame: Frame) -> None:
        """Selects the nodes and frames inside a frame."""
        boxes = self._canvas.canvas_scene.cards.boxes
        nodes, inner = framing.contents(self._network, frame, boxes)
        self._canvas.select(nodes, [other.id for other in inner])

    def _add(self, frame: Frame) -> None:
        if self._canvas.apply(AddFrame(network=self._network.name, frame=frame)):
            self._canvas.select([], [frame.id])
            self.edit(frame)

    def _edit_title(self, frame: Frame) -> None:
        canvas = self._canvas
        canvas.input.cancel()
        canvas.camera.show(handle_rect(frame))
        place = self._on_view(handle_rect(frame).adjusted(8, 2, -8, -2))
        place.setSize(place.size().expandedTo(LEAST_EDITOR))
        editor = NameEditor(canvas, frame.title, place, lambda _: "")
        editor.committed.connect(lambda title: self._change_by_id(frame.id, title=title.strip()))

    def _edit_text(self, frame: Frame) -> None:
        canvas = self._canvas
        canvas.input.cancel()
        canvas.camera.show(frame_rect(frame))
        top = FRAME_MARGIN / 2 if frame.is_note else TITLE_HEIGHT
        room = frame_rect(frame).adjusted(FRAME_MARGIN / 2, top, -FRAME_MARGIN / 2, -8)
        place = self._on_view(room)
        place.setSize(place.size().expandedTo(LEAST_TEXT_EDITOR))
        editor = TextEditor(canvas, frame.text, place, canvas.canvas_scene.look.note_font)
        editor.committed.connect(lambda text: self._change_by_id(frame.id, text=text))

    def _on_view(self, rect: QRectF) -> QRect:
        return self._canvas.viewportTransform().mapRect(rect).toRect()

    def _change_by_id(self, id: str, **changes: str) -> None:
        for frame in self._network.frames:
            if frame.id == id:
                self._change(frame, **changes)

    def _change(self, frame: Frame, **changes: str) -> None:
        changed = frame.model_copy(update=changes)
        if changed != frame:
            self._canvas.apply(ChangeFrame(network=self._network.name, frame=changed))
