"""The picture of one network: keeps an item for each node and wire, and finds what is where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsScene

from cnnstudio.graph import Edge, Network
from cnnstudio.graph.layout import Flow
from cnnstudio.layers import LayerKind, catalogue
from cnnstudio.ui.canvas.card import Findings, Thumbnail, card_content, same_card, shape_text
from cnnstudio.ui.canvas.card_layer import CardLayer
from cnnstudio.ui.canvas.card_picture import PictureStore
from cnnstudio.ui.canvas.drag_preview import DragPreview, shift_wires
from cnnstudio.ui.canvas.far_layer import FarLayer
from cnnstudio.ui.canvas.fitting import fit_cards
from cnnstudio.ui.canvas.frame_layer import FrameLayer
from cnnstudio.ui.canvas.geometry import CARD_RADIUS, PORT_REACH, WIRE_REACH, Point
from cnnstudio.ui.canvas.labels import LabelLayer
from cnnstudio.ui.canvas.look import Look, faded
from cnnstudio.ui.canvas.node_item import NodeItem
from cnnstudio.ui.canvas.port import Port
from cnnstudio.ui.canvas.routing import Box, CardIndex, Router
from cnnstudio.ui.canvas.strength import Strengths
from cnnstudio.ui.canvas.wire_item import WireItem
from cnnstudio.ui.canvas.wire_layer import WireLayer

CROWD = 40  # from so many changed cards on, looking which wires they touch isn't worth it
REACH = 160.0  # how far a label may stand out of the cards
NEAR = 12.0  # a card disturbs the wires that run so close by


class CanvasScene(QGraphicsScene):
    """Shows the network given to `show`; changes only the items that differ from the last one."""

    def __init__(self, flow: Flow = "down") -> None:
        super().__init__()
        # A handful of layers: looking for them in a tree would cost more than drawing them.
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.look = Look()
        self.flow: Flow = flow
        self.network = Network()
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[Edge, WireItem] = {}
        self.wire_by_key: dict[str, WireItem] = {}
        self.pictures = PictureStore()
        self.cards = CardIndex()
        self.wire_index = CardIndex()
        self.is_far = False
        self.marked: set[str] = set()
        self._extent = QRectF()
        self._findings = Findings()
        self._thumbnails: dict[str, Thumbnail] = {}
        self.strengths = Strengths({})
        self.router = Router(self.cards, flow)
        self.preview = DragPreview(self)
        self.frames = FrameLayer(self)
        self.wire_layer = WireLayer(self)
        self.labels = LabelLayer(self)
        self.card_layer = CardLayer(self)
        self.far = FarLayer(self)
        self._layers = (self.frames, self.wire_layer, self.labels, self.card_layer, self.far)
        for layer in self._layers:
            self.addItem(layer)

    # What is shown

    def show(
        self,
        network: Network,
        found: Findings,
        kind_of: Callable[[str], LayerKind | None] = catalogue.get,
        renew: bool = False,
    ) -> None:
        """Makes the picture agree with the network and the findings of the last check.

        `renew` makes every card anew, since a kind itself may be another by now.
        """
        before, self.network = self.network, network
        old_found, self._findings = self._findings, found
        step = self.preview.forget()
        ends = {
            end
            for edge in set(before.edges) ^ set(network.edges)
            for end in (edge.source, edge.target)
        }
        disturbed: set[str] = set()
        moved: set[str] = set()
        for id in [id for id in self.nodes if id not in network.by_id]:
            self._remove_node(id)
        for node in network.nodes:
            item = self.nodes.get(node.id)
            if item is None:
                item = NodeItem(
                    self, card_content(network, node, found, kind_of(node.kind)), node.position
                )
                item.thumbnail = self._thumbnails.get(node.name)
                self.nodes[node.id] = item
                item.refresh()
                disturbed.add(node.id)
                continue
            if (
                renew
                or not same_card(before.by_id.get(node.id), node)
                or node.block is not None
                or old_found.values != found.values
                or old_found.siblings != found.siblings
                or old_found.tints.get(node.name) != found.tints.get(node.name)
                or node.id in ends
                or node.shares is not None
                or old_found.shapes.get(node.name) != found.shapes.get(node.name)
                or old_found.problems.get(node.id) != found.problems.get(node.id)
            ):
                ports = item.content.inputs, item.content.outputs
                item.show_content(card_content(network, node, found, kind_of(node.kind)))
                if ports != (item.content.inputs, item.content.outputs):
                    disturbed.add(node.id)
                if item.show_thumbnail_if_changed(self._thumbnails.get(node.name)):
                    disturbed.add(node.id)
            if item.position != node.position:
                (x, y), (old_x, old_y) = node.position, item.position
                (moved if (x - old_x, y - old_y) == step else disturbed).add(node.id)
                item.move_to(node.position)
        for id in disturbed | moved:
            self.cards.put(id, self.nodes[id].box)
        disturbed |= fit_cards(self, disturbed | moved)
        self.frames.show(network.frames)
        if moved and step is not None:
            disturbed |= shift_wires(self, moved, step)
        self._show_wires(disturbed)

    def set_thumbnails(self, thumbnails: Mapping[str, Thumbnail]) -> None:
        """Shows these thumbnails, by node name, and none on other nodes."""
        self._thumbnails = dict(thumbnails)
        resized = {
            item.id
            for item in self.nodes.values()
            if item.show_thumbnail(self._thumbnails.get(item.content.name))
        }
        for id in resized:
            self.cards.put(id, self.nodes[id].box)
        resized |= fit_cards(self, resized)
        if resized:
            self._show_wires(resized)

    def set_strengths(self, strengths: Mapping[str, float]) -> None:
        """Lets the wires show how strong what leaves these nodes, by id, is; none: plain wires."""
        before, self.strengths = self.strengths.levels, Strengths(strengths)
        if before != self.strengths.levels:
            self.wire_layer.update()
            self.far.refresh()

    def thumbnail(self, name: str) -> Thumbnail | None:
        return self._thumbnails.get(name)

    def set_flow(self, flow: Flow) -> None:
        if flow != self.flow:
            self.flow = flow
            self.router = Router(self.cards, flow)
            self._redraw()

    def refresh_look(self) -> None:
        """Takes up the theme's colours anew."""
        self.look = Look()
        self._redraw()

    def _redraw(self) -> None:
        self.pictures.clear()
        self.labels.forget_look()
        self.router.clear()
        self._show_wires(set(self.nodes))
        self.invalidate()

    def set_far(self, far: bool) -> None:
        """Far away, one layer of blocks stands for all cards and wires."""
        if far != self.is_far:
            self.is_far = far
            self.far.setVisible(far)
            for layer in (self.wire_layer, self.labels, self.card_layer):
                layer.setVisible(not far)

    def select(self, ids: Iterable[str]) -> None:
        chosen = set(ids)
        for item in self.nodes.values():
            item.set_selected(item.id in chosen)

    def mark(self, ids: Iterable[str]) -> None:
        """Marks the cards that a search has found, and no others."""
        self.marked = {id for id in ids if id in self.nodes}
        self.invalidate()

    def paint_marks(self, painter: QPainter) -> None:
        """Draws what a search has found, over everything."""
        if not self.marked:
            return
        scale = painter.worldTransform().m11()
        away = max(4.0, 3.0 / scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(faded(self.look.accent, 0.12))
        painter.setPen(QPen(faded(self.look.accent, 0.7), max(2.5, 2.0 / scale)))
        for id in self.marked & self.nodes.keys():
            rect = self.nodes[id].rect.adjusted(-away, -away, away, away)
            painter.drawRoundedRect(rect, CARD_RADIUS + away, CARD_RADIUS + away)

    def move_preview(self, positions: Mapping[str, Point]) -> None:
        """Shows nodes elsewhere than the document says, while they are dragged."""
        self.preview.move(positions)

    def restore_positions(self) -> None:
        """Takes back every preview: nodes and frames stand where the document says."""
        self.preview.take_back()
        self._show_wires(set())
        self.frames.show(self.network.frames)

    def near(self, exposed: QRectF, index: CardIndex) -> Iterator[tuple[QPointF, list[str]]]:
        """What of a layer's index touches a part of the scene, and by how much it is lifted."""
        return self.preview.seen(exposed.adjusted(-REACH, -REACH, REACH, REACH).getCoords(), index)

    # What is where

    def node_at(self, point: QPointF) -> NodeItem | None:
        x, y = point.x(), point.y()
        hits = [self.nodes[id] for id in self.cards.near((x, y, x, y))]
        return max(hits, key=lambda item: (item.selected, item.id), default=None)

    def nodes_in(self, rect: QRectF) -> list[NodeItem]:
        box = (rect.left(), rect.top(), rect.right(), rect.bottom())
        return [self.nodes[id] for id in self.cards.near(box)]

    def port_at(self, point: QPointF, reach: float = PORT_REACH) -> Port | None:
        """The nearest port within reach."""
        x, y = point.x(), point.y()
        best, nearest = None, reach
        for id in self.cards.near((x - reach, y - reach, x + reach, y + reach)):
            for port in self.ports(self.nodes[id]):
                away = port.place - point
                distance = (away.x() ** 2 + away.y() ** 2) ** 0.5
                if distance <= nearest:
                    best, nearest = port, distance
        return best

    def ports(self, item: NodeItem) -> list[Port]:
        counts = ((item.content.inputs, False), (item.content.outputs, True))
        return [
            Port(item.id, index, is_output, item.port(index, is_output))
            for count, is_output in counts
            for index in range(count)
        ]

    def source_of(self, edge: Edge) -> Port:
        """The output port at which a wire starts."""
        place = self.nodes[edge.source].port(edge.source_port, True)
        return Port(edge.source, edge.source_port, True, place)

    def target_of(self, edge: Edge) -> Port:
        """The input port at which a wire ends."""
        place = self.nodes[edge.target].port(edge.target_port, False)
        return Port(edge.target, edge.target_port, False, place)

    def wire_at(self, point: QPointF, reach: float = WIRE_REACH) -> WireItem | None:
        near = self._wires_near(point, reach)
        best = min(near, key=lambda wire: wire.distance(point, reach), default=None)
        return best if best and best.distance(point, reach) <= reach else None

    def wire_under(self, item: NodeItem) -> WireItem | None:
        """A wire that runs through the card and does not end at it."""
        centre = item.rect.center()
        reach = item.height / 2
        near = [
            wire
            for wire in self._wires_near(centre, reach)
            if item.id not in (wire.edge.source, wire.edge.target)
        ]
        best = min(near, key=lambda wire: wire.distance(centre, reach), default=None)
        return best if best and best.distance(centre, reach) <= reach else None

    def _wires_near(self, point: QPointF, reach: float) -> list[WireItem]:
        x, y = point.x(), point.y()
        box = (x - reach, y - reach, x + reach, y + reach)
        return [self.wire_by_key[key] for key in self.wire_index.near(box)]

    def bounds(self, ids: Iterable[str] | None = None) -> QRectF:
        """The rectangle around these cards, or around all of them."""
        if ids is None:
            box = self.cards.bounds
            return QRectF() if box is None else QRectF(QPointF(*box[:2]), QPointF(*box[2:]))
        rect = QRectF()
        for id in ids:
            if id in self.nodes:
                rect |= self.nodes[id].rect
        return rect

    # Items

    def _remove_node(self, id: str) -> None:
        self.nodes.pop(id).refresh()
        self.pictures.drop(id)
        self.cards.drop(id)

    def _remove_wire(self, edge: Edge) -> None:
        wire = self.wires.pop(edge)
        wire.update()
        del self.wire_by_key[wire.key]
        self.wire_index.drop(wire.key)
        self.router.forget(edge)
        self.labels.drop(edge)

    def _show_wires(self, disturbed: set[str]) -> None:
        """Adds and removes wires, and routes those at or near the disturbed cards anew."""
        drawn = {
            edge: None
            for edge in self.network.edges
            if edge.source in self.nodes and edge.target in self.nodes
        }
        gone = [edge for edge in self.wires if edge not in drawn]
        for edge in gone:
            self._remove_wire(edge)
        stale = self._disturbed_wires(disturbed)
        relabelled: list[WireItem] = []
        for edge in drawn:
            wire = self.wires.get(edge)
            new_way = wire is None or edge in stale
            if wire is None:
                wire = self.wires[edge] = WireItem(self, edge)
                self.wire_by_key[wire.key] = wire
            if new_way:
                self.route(wire)
            label = self._label(edge)
            if new_way or label != wire.label:
                wire.label = label
                relabelled.append(wire)
        # Of several wires that leave an output one carries the label: it may have been removed.
        left = (kept for edge in gone for kept in self.network.outgoing(edge.source))
        self.labels.place([*relabelled, *(self.wires[edge] for edge in left if edge in self.wires)])
        sources = {edge.source for edge in drawn}
        for item in self.nodes.values():
            item.set_shows_shape(item.id not in sources)
        self.far.refresh()
        extent = self.frames.bounds
        for index in (self.cards, self.wire_index):
            if index.bounds is not None:
                extent |= _rect(index.bounds)
        self._extent = QRectF()
        self.extend(extent)

    def extend(self, area: QRectF) -> None:
        """Lets the layers reach over this area as well."""
        self._extent |= area.adjusted(-REACH, -REACH, REACH, REACH)
        for layer in self._layers:
            layer.spread(self._extent)

    def _disturbed_wires(self, disturbed: set[str]) -> set[Edge]:
        """The wires to route anew after these cards, at these places, changed."""
        if len(disturbed) > CROWD:
            return set(self.wires)
        found: set[Edge] = set()
        for id in disturbed:
            found.update(self.network.incoming(id))
            found.update(self.network.outgoing(id))
            left, top, right, bottom = self.nodes[id].box
            area = (left - NEAR, top - NEAR, right + NEAR, bottom + NEAR)
            found.update(self.wire_by_key[key].edge for key in self.wire_index.near(area))
            found.update(self.labels.near(area))
        return found

    def _label(self, edge: Edge) -> str:
        shapes = self.nodes[edge.source].content.shapes
        return shape_text(shapes[edge.source_port]) if edge.source_port < len(shapes) else ""

    def route(self, wire: WireItem, quick: bool = False) -> None:
        """Finds the wire a way; a `quick` one is the best of a few."""
        edge = wire.edge
        start = self.nodes[edge.source].port(edge.source_port, True)
        end = self.nodes[edge.target].port(edge.target_port, False)
        wire.follow(
            self.router.route(
                edge,
                start.toTuple(),
                end.toTuple(),
                edge.source,
                edge.target,
                self._side(edge),
                quick,
            )
        )

    def _side(self, edge: Edge) -> int:
        """On which side a wire passes the trunk: its port's side of the port the trunk leads to."""
        along = 1 if self.flow == "down" else 0
        trunk = max(
            self.network.incoming(edge.target),
            key=lambda e: self.nodes[e.source].position[along] if e.source in self.nodes else -1e9,
        )
        return (edge.target_port > trunk.target_port) - (edge.target_port < trunk.target_port)


def _rect(box: Box) -> QRectF:
    return QRectF(QPointF(*box[:2]), QPointF(*box[2:]))
