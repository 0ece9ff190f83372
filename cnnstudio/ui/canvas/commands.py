"""What menus and keys do to the network: each command makes one undo step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPointF, QRect, QRectF
from PySide6.QtGui import QGuiApplication

from cnnstudio.graph import AddNode, Edge, Edit, Group, ProblemError, Rename
from cnnstudio.graph.blocks.bringing import bring
from cnnstudio.graph.clipboard import MIME_TYPE, copy, with_blocks
from cnnstudio.graph.edits import Paste
from cnnstudio.graph.layout import Flow
from cnnstudio.graph.model import BLOCK_PREFIX
from cnnstudio.ui.block_kinds import LIBRARY_PREFIX
from cnnstudio.ui.canvas import editing
from cnnstudio.ui.canvas.framing import with_frames_deleted
from cnnstudio.ui.canvas.geometry import CARD_WIDTH, PLAIN_HEIGHT, Point, snap_point
from cnnstudio.ui.canvas.port import Port
from cnnstudio.ui.canvas.quick_add import QuickAdd
from cnnstudio.ui.canvas.rename import NameEditor, name_problem

if TYPE_CHECKING:
    from cnnstudio.graph import Network
    from cnnstudio.ui.canvas.view import CanvasView


class CanvasCommands:
    def __init__(self, canvas: CanvasView) -> None:
        self._canvas = canvas

    @property
    def _network(self) -> Network:
        return self._canvas.session.network

    @property
    def _flow(self) -> Flow:
        return self._canvas.canvas_scene.flow

    # Adding

    def add(self, kind: str) -> None:
        """Adds a layer behind the selected node and wires it, or at a free place in sight."""
        if kind.startswith(LIBRARY_PREFIX):
            self._bring(kind, self.add)
            return
        network, selected = self._network, self._canvas.selected_ids
        if selected:
            edit, id = editing.add_after(
                network, kind, network.node(selected[-1]), self._canvas.room, self._flow,
                self._canvas.session.kind_of,
            )  # fmt: skip
            self._add(edit, id)
        else:
            self.add_at(kind, self._middle())

    def add_at(self, kind: str, corner: Point, into: Edge | None = None) -> None:
        """Adds a layer with its corner there, or into a wire that runs there."""
        if kind.startswith(LIBRARY_PREFIX):
            self._bring(kind, lambda kind: self.add_at(kind, corner, into))
            return
        network = self._network
        if into is not None and into in network.edges:
            node = editing.new_node(network, kind, corner)
            self._add(
                *editing.insert_making_room(network, node, into, self._canvas.room, self._flow)
            )
            return
        # Where it was dropped, even where a thumbnail to come will have no room.
        items = self._canvas.canvas_scene.nodes
        place = editing.free_place(network, corner, lambda id: items[id].height)
        node = editing.new_node(network, kind, place)
        self._add(AddNode(network=network.name, node=node), node.id)

    def add_wired(self, kind: str, point: QPointF, port: Port) -> None:
        """Adds a layer with its port at the point, wired to this port."""
        if kind.startswith(LIBRARY_PREFIX):
            self._bring(kind, lambda kind: self.add_wired(kind, point, port))
        elif port.node in self._network.by_id:
            self._add(*editing.add_wired(self._network, kind, point.toTuple(), port, self._flow))

    def quick_add(self, point: QPointF | None = None, port: Port | None = None) -> None:
        """Searches for a layer; without a point it comes behind the selected node."""
        canvas = self._canvas
        canvas.input.cancel()

        def chosen(kind: str) -> None:
            if point is None:
                self.add(kind)
            elif port is None:
                x, y = point.toTuple()
                self.add_at(kind, snap_point((x - CARD_WIDTH / 2, y - PLAIN_HEIGHT / 2)))
            else:
                self.add_wired(kind, point, port)

        popup = QuickAdd(canvas, editing.kinds_for(port, canvas.session.kinds()))
        popup.chosen.connect(chosen)
        popup.open_at(self._popup_place(point))

    def quick_insert(self, edge: Edge, point: QPointF) -> None:
        """Searches for a layer to put into a wire."""
        corner = (point.x() - CARD_WIDTH / 2, point.y() - PLAIN_HEIGHT / 2)
        kinds = [kind for kind in self._canvas.session.kinds() if kind.inputs and kind.outputs]
        popup = QuickAdd(self._canvas, kinds)
        popup.chosen.connect(lambda kind: self.add_at(kind, corner, edge))
        popup.open_at(self._popup_place(point))

    def _bring(self, kind: str, add: Callable[[str], None]) -> None:
        """Brings a block of the user's library into the project and adds it, as one undo step."""
        session = self._canvas.session
        kept = session.kept.get(kind.removeprefix(LIBRARY_PREFIX))
        if kept is None:
            return
        edits, names = bring(session.project, [*kept.needs, kept.block])
        session.undo.beginMacro(f"Add {kept.name}")
        if edits:
            session.apply(Group(text=f"Add {kept.name}", edits=tuple(edits)))
        add(f"{BLOCK_PREFIX}{names[kept.name]}")
        session.undo.endMacro()

    def _add(self, edit: Edit, id: str) -> None:
        if self._canvas.apply(edit):
            self._canvas.reveal(id)

    def _middle(self) -> Point:
        centre = self._canvas.visible_rect().center()
        return centre.x() - CARD_WIDTH / 2, centre.y() - PLAIN_HEIGHT / 2

    def _popup_place(self, point: QPointF | None) -> QPointF:
        """Where the search opens, on the viewport."""
        canvas = self._canvas
        items = canvas.canvas_scene.nodes
        if point is None and canvas.selected_ids:
            rect = items[canvas.selected_ids[-1]].rect
            if canvas.visible_rect().intersects(rect):
                point = rect.bottomLeft()
        if point is None:
            return QPointF(canvas.viewport().rect().center())
        return canvas.viewportTransform().map(point)

    # The clipboard

    def copy(self) -> None:
        canvas = self._canvas
        if canvas.selected_ids or canvas.selected_frames:
            text = copy(
                self._network,
                canvas.selected_ids,
                canvas.selected_frames,
                project=canvas.session.project,
            )
            data = QMimeData()
            data.setData(MIME_TYPE, text.encode())
            data.setText(text)
            QGuiApplication.clipboard().setMimeData(data)

    def cut(self) -> None:
        self.copy()
        self.delete("Cut")

    def paste(self, centre: QPointF | None = None) -> None:
        """Pastes with the middle there, or near where it was copied if that is in sight."""
        canvas = self._canvas
        data = QGuiApplication.clipboard().mimeData()
        text = bytes(data.data(MIME_TYPE).data()).decode("utf-8", errors="replace")
        try:
            edit = editing.paste_beside(self._network, text or data.text())
            seen = canvas.visible_rect()
            if centre is None and not all(
                seen.contains(QPointF(*one.position)) for one in (*edit.nodes, *edit.frames)
            ):
                centre = seen.center()
            if centre is not None:
                edit = editing.centred(edit, centre.toTuple())
        except ProblemError as error:
            canvas.session.tell_error(error)
            return
        self._paste(edit, text or data.text())

    def duplicate(self) -> None:
        canvas = self._canvas
        if canvas.selected_ids or canvas.selected_frames:
            self._paste(
                editing.duplicate(self._network, canvas.selected_ids, canvas.selected_frames)
            )

    def duplicate_shared(self) -> None:
        """Copies that use the same weights."""
        if self._canvas.selected_ids:
            self._paste(editing.duplicate_shared(self._network, self._canvas.selected_ids))

    def _paste(self, edit: Paste, text: str = "") -> None:
        """Makes the edit; from the clipboard's text also come the blocks that it needs."""
        step = with_blocks(self._canvas.session.project, text, edit) if text else edit
        if (edit.nodes or edit.frames) and self._canvas.apply(step):
            self._canvas.select(
                [node.id for node in edit.nodes], [frame.id for frame in edit.frames]
            )

    # The selection

    def delete(self, verb: str = "Delete") -> None:
        """Deletes the selected nodes, healing the wires through them, or the selected wire."""
        canvas = self._canvas
        wires = [canvas.selected_wire] if canvas.selected_wire else []
        edit = editing.delete(self._network, canvas.selected_ids, wires, verb)
        edit = with_frames_deleted(self._network, edit, canvas.selected_frames, verb)
        if edit is not None:
            canvas.apply(edit)

    def select_all(self) -> None:
        network = self._network
        self._canvas.select(
            [node.id for node in network.nodes], [frame.id for frame in network.frames]
        )

    def rename(self) -> None:
        """Lets the name of the last selected node, or a frame's title, be typed in place."""
        canvas = self._canvas
        if not canvas.selected_ids:
            for frame in canvas.selected_frame_values[:1]:
                canvas.frame_commands.edit(frame)
            return
        id = canvas.selected_ids[-1]
        item = canvas.canvas_scene.nodes[id]
        canvas.input.cancel()
        canvas.camera.show(item.rect)
        name = QRectF(item.rect.left() + 8, item.rect.top() + 24, CARD_WIDTH - 16, 28)
        place = canvas.viewportTransform().mapRect(name).toRect()
        place.setSize(place.size().expandedTo(QRect(0, 0, 140, 28).size()))

        def rename(name: str) -> None:
            if id in self._network.by_id:
                canvas.apply(Rename(network=self._network.name, node_id=id, name=name))

        editor = NameEditor(
            canvas,
            item.content.name,
            place,
            lambda name: name_problem(self._network, id, name),
        )
        editor.committed.connect(rename)

    # Places

    def arrange(self) -> None:
        """Gives all nodes tidy places, as one undo step; a large network takes a moment."""
        self._canvas.arranging.start()

    def align(self, side: editing.Side) -> None:
        boxes = self._boxes()
        if len(boxes) > 1:
            self._canvas.apply(editing.align(self._network, boxes, side))

    def distribute(self, vertical: bool) -> None:
        boxes = self._boxes()
        if len(boxes) > 2:
            self._canvas.apply(editing.distribute(self._network, boxes, vertical))

    def set_flow(self, right: bool) -> None:
        """Lets the network flow to the right or down, and arranges it so."""
        canvas = self._canvas
        flow: Flow = "right" if right else "down"
        if flow != self._flow:
            canvas.input.cancel()
            canvas.session.settings.set_value("canvas/flow", flow)
            canvas.canvas_scene.set_flow(flow)
            self.arrange()

    def _boxes(self) -> dict[str, tuple[float, float, float, float]]:
        items = self._canvas.canvas_scene.nodes
        return {id: items[id].box for id in self._canvas.selected_ids if id in items}
