"""Many cards dragged at once: drawn where they go, without finding a new way for each wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from cnnstudio.graph import Edge, Network
from cnnstudio.ui.canvas.geometry import Point
from cnnstudio.ui.canvas.routing import Route
from cnnstudio.ui.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.scene import CanvasScene


class Lift:
    """Nodes that are all shown moved by `step`, and the wires between them with them.

    `loose` are the wires with one end at a lifted card: they run straight until it is let go.
    """

    def __init__(
        self, nodes: Iterable[str], network: Network, wires: Mapping[Edge, WireItem]
    ) -> None:
        self.nodes = set(nodes)
        self.step: Point = (0.0, 0.0)
        self.loose: list[WireItem] = []
        self._keys: set[str] = set()
        for edge, wire in wires.items():
            inside = (edge.source in self.nodes) + (edge.target in self.nodes)
            if inside == 2:
                self._keys.add(wire.key)
            elif inside == 1:
                self.loose.append(wire)

    def lifted(self, cards: bool) -> set[str]:
        """The keys of the lifted cards, or of the wires between them."""
        return self.nodes if cards else self._keys

    def route(self, wire: WireItem, scene: CanvasScene) -> Route:
        """A loose wire's way, in one sweep."""
        start = scene.source_of(wire.edge).place.toTuple()
        end = scene.target_of(wire.edge).place.toTuple()
        dx, dy = self.step
        if wire.edge.source in self.nodes:
            start = (start[0] + dx, start[1] + dy)
        else:
            end = (end[0] + dx, end[1] + dy)
        return Route((start, end), curve=True)
