"""The canvas: shows the session's network, and lets it be edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QWidget

from cnnstudio.graph import Changed, Edge, Edit, Frame
from cnnstudio.ui.canvas.actions import CanvasActions
from cnnstudio.ui.canvas.arranging import Arranging
from cnnstudio.ui.canvas.backdrop import EmptyHint
from cnnstudio.ui.canvas.block_commands import BlockCommands
from cnnstudio.ui.canvas.breadcrumb import Breadcrumb
from cnnstudio.ui.canvas.busy_note import BusyNote
from cnnstudio.ui.canvas.camera import Camera, View
from cnnstudio.ui.canvas.card import Findings, Thumbnail, findings, room_for
from cnnstudio.ui.canvas.commands import CanvasCommands
from cnnstudio.ui.canvas.context_menu import context_menu
from cnnstudio.ui.canvas.drawing_commands import DrawingCommands
from cnnstudio.ui.canvas.find_bar import FindBar
from cnnstudio.ui.canvas.frame_commands import FrameCommands
from cnnstudio.ui.canvas.geometry import MAPS_HEIGHT, PLAIN_HEIGHT
from cnnstudio.ui.canvas.hints import describe_selection
from cnnstudio.ui.canvas.input import CanvasInput
from cnnstudio.ui.canvas.keys import CanvasKeys
from cnnstudio.ui.canvas.minimap import Minimap
from cnnstudio.ui.canvas.passage import Passage
from cnnstudio.ui.canvas.port import Port
from cnnstudio.ui.canvas.scene import CanvasScene
from cnnstudio.ui.canvas.strength import StrengthLegend
from cnnstudio.ui.canvas.surface import CanvasSurface
from cnnstudio.ui.canvas.tint import TintLegend, tints
from cnnstudio.ui.place import Place, node_at, siblings
from cnnstudio.ui.session import Session


class CanvasView(CanvasSurface):
    """The network of `session.project`.

    Follows the document, the report, the selection and the theme. `commands` does what menus and
    keys ask for, `camera` says where the view looks, `input` holds the gesture going on.
    """

    frames_selected = Signal(list)  # ids
    was_resized = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        flow = session.settings.value("canvas/flow", "down")
        super().__init__(CanvasScene("right" if flow == "right" else "down"), parent)
        self.session = session
        self.selected_wire: Edge | None = None
        self.selected_frames: list[str] = []
        self.setObjectName("canvas")
        self.setAccessibleName("Network")
        self.camera = Camera(self)
        self.minimap = Minimap(self)
        self.hint = EmptyHint(self)
        self.legend = TintLegend(self)
        self.strength_legend = StrengthLegend(self)
        self.blocks = BlockCommands(self)
        self.breadcrumb = Breadcrumb(self)
        self._views: dict[Place, View] = {}
        self.input = CanvasInput(self)
        self.commands = CanvasCommands(self)
        self.frame_commands = FrameCommands(self)
        self.drawing_commands = DrawingCommands(self)
        self.keys = CanvasKeys(self)
        self.busy = BusyNote(self)
        self.find_bar = FindBar(self)
        self.arranging = Arranging(self)
        self._actions = CanvasActions(self)
        session.document_replaced.connect(self._show_document)
        session.changed.connect(self._take_change)
        session.report_changed.connect(self._show_network)
        session.findings.changed.connect(self._show_network)
        session.layer_requested.connect(self.reveal_path)
        session.place_changed.connect(self._take_place)
        session.selection_changed.connect(self._show_selection)
        session.theme_changed.connect(self._use_theme)
        self._show_document()

    # What others ask of the canvas

    @property
    def selected_ids(self) -> list[str]:
        return self.session.selection

    @property
    def overlays(self) -> list[QWidget]:
        """What lies over the view and may cover a part of the network."""
        return [self.minimap, self.find_bar]

    @property
    def selected_frame_values(self) -> list[Frame]:
        """The selected frames as the document has them."""
        chosen = set(self.selected_frames)
        return [frame for frame in self.canvas_scene.network.frames if frame.id in chosen]

    def select(self, ids: Iterable[str], frames: Iterable[str] = ()) -> None:
        """Makes these nodes and frames the selection, and no wire."""
        self._select_wire(None)
        self._select_frames(frames)
        self.session.select(ids)
        # A marquee may have shown another selection than the session's.
        self.canvas_scene.select(self.session.selection)

    def select_wire(self, edge: Edge) -> None:
        self.select([])
        self._select_wire(edge)

    def reveal(self, node_id: str) -> None:
        """Selects a node and brings it into sight."""
        if node_id in self.canvas_scene.nodes:
            self.select([node_id])
            self.camera.show(self.canvas_scene.nodes[node_id].rect)

    def reveal_path(self, path: str) -> None:
        """Opens the block in which the layer of this dotted path is, and brings it into sight."""
        found = node_at(self.session.project, path)
        if found is not None:
            place, id = found
            if place.network(self.session.project) is not self.session.network:
                self.session.go(place)
            self.reveal(id)

    def reveal_in(self, place: Place, node_id: str) -> None:
        """Brings a node into sight in the network at a place; the copy that is open stays open."""
        here = self.session.place
        if here.alone != place.alone or [s.node_id for s in here.steps] != [
            s.node_id for s in place.steps
        ]:
            self.session.go(place)
        self.reveal(node_id)

    def findings(self) -> Findings:
        """What is known of the network that is shown."""
        session, report = self.session, self.session.local_report
        others = siblings(report, session.project, session.place) if report is not None else []
        names = (node.name for node in session.network.nodes)
        colours, most = tints(report, names, self.legend.measure)
        self.legend.show_most(most)
        found = findings(report, session.values, others, colours)
        if session.place.alone is None:
            path = session.place.path(session.project)
            for id, problem in session.findings.marks(session.project, session.network, path):
                found.problems.setdefault(id, []).append(problem)
        return found

    def apply(self, edit: Edit) -> bool:
        """Makes the edit, or tells the user why not; whether it was made."""
        return self.session.try_apply(edit)

    def add_layer(self, kind: str, point: QPointF, into: Edge | None = None) -> None:
        """Adds a layer with its corner at the point, or into a wire there."""
        self.commands.add_at(kind, point.toTuple(), into)

    def add_layer_kind(self, kind: str) -> None:
        """Adds a layer behind the selected node, or where there is room."""
        self.commands.add(kind)

    def request_quick_add(self, point: QPointF, port: Port | None = None) -> None:
        """Opens the search for a layer to put at the point, wired to the port."""
        self.commands.quick_add(point, port)

    def arrange(self) -> None:
        """Gives all nodes tidy places, as one undo step."""
        self.commands.arrange()

    def renew(self) -> None:
        """Draws every card anew."""
        self._show_network(renew=True)

    def fit(self) -> None:
        """Shows the whole network."""
        self.camera.fit()

    def set_thumbnails(self, thumbnails: Mapping[str, Thumbnail]) -> None:
        """Shows feature maps, values or images on the cards, by node name.

        A thumbnail has `maps` (uint8 (P, N, H, W) of P images) with `channels`, `mean`, `std` and
        `silent`; or `values` (float (P, N)) with `channels`; or `images` (uint8 (H, W, 3)) with
        `captions`; or `texts` with whether each is right, or None. To maps and values belong
        `gradients` of the same shape, and the shares of units that are `dead` or `saturated`.
        """
        before = self.canvas_scene.bounds()
        self.canvas_scene.set_thumbnails(thumbnails)
        self.minimap.network_changed()
        if self.camera.follows and self.canvas_scene.bounds() != before:
            self.camera.follow()

    def set_strengths(self, strengths: Mapping[str, float], kind: str) -> None:
        """Lets the wires show how strong what leaves these nodes, by id, is: `activation` or
        `gradient`."""
        self.canvas_scene.set_strengths(strengths)
        shown = self.canvas_scene.strengths
        self.strength_legend.show_range(kind, shown.low, shown.high)

    def take_foot(self, pixels: int) -> None:
        """Keeps the lower left corner free for something so high."""
        if pixels != self.foot:
            self.foot = pixels
            self.legend.place()
            self.strength_legend.place()

    def show_minimap(self, shown: bool) -> None:
        """Whether the overview stands in the corner while a part of the network is out of sight."""
        self.session.settings.set_value("canvas/minimap", shown)
        self._show_minimap()

    def room(self, id: str) -> float:
        """The height that a layout keeps for a card, with its thumbnail to come."""
        item = self.canvas_scene.nodes.get(id)
        return float(room_for(item.content, item.thumbnail) if item else MAPS_HEIGHT)

    @property
    def scale_factor(self) -> float:
        return self.camera.scale

    def visible_rect(self) -> QRectF:
        """What the view shows of the scene."""
        return self.camera.visible_rect

    def pan(self, step: QPointF) -> None:
        """Moves what is seen by this many pixels."""
        self.camera.pan(step)

    def view_moved(self) -> None:
        """The camera moved: the minimap and the zoom's figure follow."""
        self.move_settles()
        self._show_minimap()
        self.minimap.update()
        self.session.zoom_changed.emit(self.camera.scale)

    # What the session tells

    def _show_document(self) -> None:
        self.input.cancel()
        self._views.clear()
        self.arranging.cancel()
        self.find_bar.leave()
        self.canvas_scene.set_thumbnails({})
        self._show_network()
        self.camera.open()

    def _take_place(self, before: Place) -> None:
        """Another network is shown: the view goes where it was there, or opens it."""
        self.input.cancel()
        place, project = self.session.place, self.session.project
        self._views[before] = self.camera.view()
        same = before.network(project) is place.network(project)
        left = None
        if not same:
            left = self.viewport().grab() if self.isVisible() else None
            inwards = len(place.steps) > len(before.steps)
            centre = self._centre_of(place.steps[-1].node_id if inwards else "")
            self.canvas_scene.set_thumbnails({})
            self._select_wire(None)
        self._show_network(renew=True)
        if same:
            return
        known = self._views.get(place)
        if known is None:
            self.camera.open()
        else:
            self.camera.look(known)
        if left is not None:
            Passage(self.viewport(), left, centre, inwards)

    def _centre_of(self, id: str) -> QPointF:
        """Where a node is on the viewport, or the viewport's middle."""
        item = self.canvas_scene.nodes.get(id)
        if item is None:
            return QRectF(self.viewport().rect()).center()
        return self.viewportTransform().map(item.rect.center())

    def _take_change(self, change: Changed) -> None:
        if change.before.sources != change.after.sources:
            self._show_network(renew=True)
        if change.before.networks is change.after.networks:
            return
        gesture = self.input.gesture
        if gesture is not None and not gesture.survives_edits:
            self.input.cancel()
        self.camera.follows = False
        seen = {item.id for item in self.canvas_scene.nodes_in(self.visible_rect())}
        self._show_network()
        self._find_what_moved_away(seen)

    def _find_what_moved_away(self, seen: set[str]) -> None:
        """Shows the whole network when an edit has moved all that was in sight out of it."""
        left = [id for id in seen if id in self.canvas_scene.nodes]
        if left and not self.canvas_scene.nodes_in(self.visible_rect()):
            self.fit()

    def _show_network(self, _: object = None, renew: bool = False) -> None:
        network = self.session.network
        self.canvas_scene.show(network, self.findings(), self.session.kind_of, renew)
        self.breadcrumb.refresh()
        if self.selected_wire not in self.canvas_scene.wires:
            self._select_wire(None)
        self._select_frames(self.selected_frames)
        self.input.replay()
        self.hint.setVisible(not network.nodes and not network.frames)
        self._show_minimap()
        self.minimap.network_changed()
        self.find_bar.network_changed()
        self._show_selection(self.selected_ids)

    def _show_minimap(self) -> None:
        everything = self.canvas_scene.bounds()
        all_seen = everything.isNull() or self.visible_rect().contains(everything)
        self.minimap.setVisible(self._actions.shows_minimap and not all_seen)

    def _show_selection(self, ids: list[str]) -> None:
        if ids:
            self._select_wire(None)
        self.canvas_scene.select(ids)
        self.setAccessibleDescription(describe_selection(self.canvas_scene, ids))
        self._actions.update()

    def _select_wire(self, edge: Edge | None) -> None:
        for wire, selected in ((self.selected_wire, False), (edge, True)):
            item = self.canvas_scene.wires.get(wire) if wire else None
            if item is not None:
                item.set_state(selected, item.hovered)
        self.selected_wire = edge
        self._actions.update()

    def _select_frames(self, ids: Iterable[str]) -> None:
        known = {frame.id for frame in self.canvas_scene.network.frames}
        before, self.selected_frames = (
            self.selected_frames,
            [id for id in dict.fromkeys(ids) if id in known],
        )
        self.canvas_scene.frames.select(self.selected_frames)
        if self.selected_frames != before:
            self.frames_selected.emit(self.selected_frames)
        self._actions.update()

    def _use_theme(self) -> None:
        self.canvas_scene.refresh_look()
        self.minimap.network_changed()
        self.find_bar.redraw()
        self.viewport().update()

    # What Qt tells

    def resized(self) -> None:
        self.busy.place()
        self.find_bar.place()
        self.strength_legend.place()
        self.was_resized.emit()

    def shown_or_hidden(self) -> None:
        self._actions.update()

    def double_clicked(self, point: QPointF) -> bool:
        """Opens a block; on a card's name renames it; on the empty canvas searches for a layer to
        put there."""
        scene = self.canvas_scene
        item = scene.node_at(point)
        if item is not None:
            if self.blocks.open(item.id):
                return True
            if not 0 <= point.y() - item.rect.top() < PLAIN_HEIGHT:
                return False
            self.select([item.id])
            self.commands.rename()
            return True
        if scene.port_at(point) is None and scene.wire_at(point) is None:
            held = scene.frames.part_at(point, 0.0)
            if held is not None:
                self.select([], [held[0].id])
                self.frame_commands.edit(held[0])
                return True
            self.request_quick_add(point)
            return True
        return False

    def show_menu(self, event: QContextMenuEvent) -> None:
        point = self.camera.to_scene(QPointF(event.pos()))
        place = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self.selected_ids:
            point = self.canvas_scene.nodes[self.selected_ids[-1]].rect.center()
            corner = self.viewportTransform().map(point).toPoint()
            place = self.viewport().mapToGlobal(corner)
        context_menu(self, point).popup(place)
