"""The picture of one network: keeps an item for each node and wire, and finds what is where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from cnnstudio.graph import Edge, Network
from cnnstudio.graph.layout import Flow
from cnnstudio.layers import LayerKind, catalogue
from cnnstudio.ui.canvas.card import Findings, Thumbnail, card_content, shape_text
from cnnstudio.ui.canvas.card_picture import PictureStore
from cnnstudio.ui.canvas.far_layer import FarLayer
from cnnstudio.ui.canvas.geometry import (
    PORT_REACH,
    WIRE_REACH,
    Point,
)
from cnnstudio.ui.canvas.labels import LabelLayer
from cnnstudio.ui.canvas.look import Look
from cnnstudio.ui.canvas.node_item import NodeItem
from cnnstudio.ui.canvas.port import Port
from cnnstudio.ui.canvas.routing import CardIndex, Router
from cnnstudio.ui.canvas.wire_item import WireItem

CROWD = 40  # from so many changed cards on, looking which wires they touch isn't worth it
LABEL_REACH = 160.0  # how far a label may stand out


class CanvasScene(QGraphicsScene):
    """Shows the network given to `show`; changes only the items that differ from the last one."""

    def __init__(self, flow: Flow = "down") -> None:
        super().__init__()
        self.look = Look()
        self.flow: Flow = flow
        self.network = Network()
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[Edge, WireItem] = {}
        self.pictures = PictureStore()
        self.cards = CardIndex()
        self._findings = Findings()
        self._thumbnails: dict[str, Thumbnail] = {}
        self._router = Router(self.cards, flow)
        self.labels = LabelLayer(self)
        self.addItem(self.labels)
        self.far = FarLayer(self)
        self._is_far = False
        self.addItem(self.far)

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
        ends = {
            end
            for edge in set(before.edges) ^ set(network.edges)
            for end in (edge.source, edge.target)
        }
        disturbed: set[str] = set()
        for id in [id for id in self.nodes if id not in network.by_id]:
            self._remove_node(id)
        for node in network.nodes:
            item = self.nodes.get(node.id)
            if item is None:
                item = NodeItem(
                    self, card_content(network, node, found, kind_of(node.kind)), node.position
                )
                item.thumbnail = self._thumbnails.get(node.name)
                item.setVisible(not self._is_far)
                self.nodes[node.id] = item
                self.addItem(item)
                disturbed.add(node.id)
            else:
                if (
                    renew
                    or before.by_id.get(node.id) is not node
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
                    item.setPos(*node.position)
                    disturbed.add(node.id)
        for id in disturbed:
            self.cards.put(id, self.nodes[id].box)
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
        if resized:
            self._show_wires(resized)

    def thumbnail(self, name: str) -> Thumbnail | None:
        return self._thumbnails.get(name)

    def set_flow(self, flow: Flow) -> None:
        if flow != self.flow:
            self.flow = flow
            self._router = Router(self.cards, flow)
            for item in self.nodes.values():
                item.prepareGeometryChange()
            self._redraw()

    def refresh_look(self) -> None:
        """Takes up the theme's colours anew."""
        self.look = Look()
        self._redraw()

    def _redraw(self) -> None:
        self.pictures.clear()
        self.labels.forget_look()
        self._router.clear()
        self._show_wires(set(self.nodes))
        self.invalidate()

    def set_far(self, far: bool) -> None:
        """Far away, one layer of blocks stands for all cards and wires."""
        if far == self._is_far:
            return
        self._is_far = far
        self.far.setVisible(far)
        self.labels.setVisible(not far)
        for item in (*self.nodes.values(), *self.wires.values()):
            item.setVisible(not far)

    def select(self, ids: Iterable[str]) -> None:
        chosen = set(ids)
        for item in self.nodes.values():
            item.set_selected(item.id in chosen)

    def move_preview(self, positions: Mapping[str, Point]) -> None:
        """Shows nodes elsewhere than the document says, while they are dragged."""
        moved = set()
        for id, position in positions.items():
            item = self.nodes.get(id)
            if item is not None and item.position != position:
                item.setPos(*position)
                self.cards.put(id, item.box)
                moved.add(id)
        touched = {
            edge: self.wires[edge]
            for id in moved
            for edge in (*self.network.incoming(id), *self.network.outgoing(id))
            if edge in self.wires
        }
        for wire in touched.values():
            self._route(wire)
        self.labels.place(touched.values())
        self._spread_layers()

    def restore_positions(self) -> None:
        """Takes back every preview: nodes stand where the document says."""
        self.move_preview({node.id: node.position for node in self.network.nodes})
        self._show_wires(set())

    # What is where

    def node_at(self, point: QPointF) -> NodeItem | None:
        x, y = point.x(), point.y()
        hits = [self.nodes[id] for id in self.cards.near((x, y, x, y))]
        return max(hits, key=lambda item: (item.zValue(), item.id), default=None)

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
        best = min(self.wires.values(), key=lambda wire: wire.distance(point, reach), default=None)
        return best if best and best.distance(point, reach) <= reach else None

    def wire_under(self, item: NodeItem) -> WireItem | None:
        """A wire that runs through the card and does not end at it."""
        centre = item.rect.center()
        reach = item.height / 2
        near = [
            (wire.distance(centre, reach), index, wire)
            for index, wire in enumerate(self.wires.values())
            if item.id not in (wire.edge.source, wire.edge.target)
        ]
        distance, _, wire = min(near, default=(float("inf"), 0, None))
        return wire if distance <= reach else None

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
        self.removeItem(self.nodes.pop(id))
        self.pictures.drop(id)
        self.cards.drop(id)

    def _show_wires(self, disturbed: set[str]) -> None:
        """Adds and removes wires, and routes those at or near the disturbed cards anew."""
        drawn = {
            edge: None
            for edge in self.network.edges
            if edge.source in self.nodes and edge.target in self.nodes
        }
        for edge in [edge for edge in self.wires if edge not in drawn]:
            self.removeItem(self.wires.pop(edge))
            self._router.forget(edge)
            self.labels.drop(edge)
        areas = [self.nodes[id].rect.adjusted(-12, -12, 12, 12) for id in disturbed]
        relabelled: list[WireItem] = []
        for edge in drawn:
            wire = self.wires.get(edge)
            stale = wire is None or self._disturbs(disturbed, areas, wire)
            if wire is None:
                wire = self.wires[edge] = WireItem(self, edge)
                wire.setVisible(not self._is_far)
                self.addItem(wire)
            if stale:
                self._route(wire)
            label = self._label(edge)
            if stale or label != wire.label:
                wire.label = label
                relabelled.append(wire)
        self.labels.place(relabelled)
        sources = {edge.source for edge in drawn}
        for item in self.nodes.values():
            item.set_shows_shape(item.id not in sources)
        self._spread_layers()

    def _spread_layers(self) -> None:
        """Lets the layers that draw everything reach over everything."""
        extent = self.bounds()
        for wire in self.wires.values():
            extent |= wire.boundingRect()
        extent.adjust(-LABEL_REACH, -LABEL_REACH, LABEL_REACH, LABEL_REACH)
        self.labels.spread(extent)
        self.far.spread(extent)

    def _disturbs(self, disturbed: set[str], areas: list[QRectF], wire: WireItem) -> bool:
        """Whether a wire has to be routed anew after these cards, at these places, changed."""
        if len(areas) > CROWD or not disturbed.isdisjoint((wire.edge.source, wire.edge.target)):
            return bool(areas)
        label = self.labels.place_of(wire.edge)
        return any(
            area.intersects(wire.boundingRect()) or (label is not None and area.intersects(label))
            for area in areas
        )

    def _label(self, edge: Edge) -> str:
        shapes = self.nodes[edge.source].content.shapes
        return shape_text(shapes[edge.source_port]) if edge.source_port < len(shapes) else ""

    def _route(self, wire: WireItem) -> None:
        edge = wire.edge
        start = self.nodes[edge.source].port(edge.source_port, True)
        end = self.nodes[edge.target].port(edge.target_port, False)
        wire.follow(
            self._router.route(
                edge, start.toTuple(), end.toTuple(), edge.source, edge.target, self._side(edge)
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
