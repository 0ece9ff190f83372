"""What a drag shows before it is an edit: cards and wires elsewhere than the document says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from cnnstudio.graph import Edge
from cnnstudio.ui.canvas.geometry import Point
from cnnstudio.ui.canvas.lift import Lift
from cnnstudio.ui.canvas.routing import Box, CardIndex

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.scene import CanvasScene
    from cnnstudio.ui.canvas.wire_item import WireItem

CROWD = 40  # more cards than that are lifted together, their wires as they are
ROUNDING = 0.05  # places are rounded: steps that differ by less are one step


class DragPreview:
    """Few cards move one by one, and the wires that lead elsewhere find new ways; a crowd of cards
    is lifted as one picture."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._lift: Lift | None = None
        self._moving: set[str] = set()

    def move(self, positions: Mapping[str, Point]) -> None:
        """Shows nodes at these places."""
        if len(positions) > CROWD:
            self._lift_to(positions)
            return
        scene, steps = self._scene, dict[str, Point]()
        for id, place in positions.items():
            item = scene.nodes.get(id)
            if item is not None and item.position != place:
                steps[id] = (place[0] - item.position[0], place[1] - item.position[1])
                item.move_to(place)
                scene.cards.put(id, item.box)
        self._moving.update(steps)
        self._take_wires_along(steps)

    def dragged(self) -> tuple[frozenset[str], frozenset[str], QPointF]:
        """Cards that are shown elsewhere: one by one, and many by one step."""
        lifted = frozenset(self._lift.nodes if self._lift else ())
        return frozenset(self._moving), lifted, QPointF(*self._lift.step if self._lift else (0, 0))

    def loose_wires(self) -> list[WireItem]:
        """The wires that don't stand where the document says, but those inside of a lift."""
        if self._lift is not None:
            return self._lift.loose
        return [self._scene.wires[edge] for edge in self._wires_at(self._moving)]

    def take_back(self) -> None:
        """Nodes stand where the document says again."""
        self._drop_lift()
        self._moving.clear()
        scene, moved = self._scene, set[str]()
        for node in scene.network.nodes:
            item = scene.nodes[node.id]
            if item.position != node.position:
                item.move_to(node.position)
                scene.cards.put(node.id, item.box)
                moved.add(node.id)
        self._route(self._wires_at(moved))

    def forget(self) -> Point | None:
        """Ends the preview, since the document is to be shown; the step of what was lifted."""
        step = self._lift.step if self._lift else None
        self._lift = None
        self._moving.clear()
        return step

    def seen(self, box: Box, index: CardIndex) -> Iterator[tuple[QPointF, list[str]]]:
        """What of an index touches a box, and by how much it is lifted."""
        lift = self._lift
        if lift is None:
            yield QPointF(), index.near(box)
            return
        lifted = lift.lifted(index is self._scene.cards)
        yield QPointF(), [key for key in index.near(box) if key not in lifted]
        dx, dy = lift.step
        there = (box[0] - dx, box[1] - dy, box[2] - dx, box[3] - dy)
        yield QPointF(dx, dy), [key for key in index.near(there) if key in lifted]

    def _lift_to(self, positions: Mapping[str, Point]) -> None:
        """Shows many cards moved by one step, with their wires as they are."""
        scene = self._scene
        if self._lift is None or self._lift.nodes != positions.keys():
            self._drop_lift()
            self._lift = Lift(positions.keys(), scene.network, scene.wires)
        first = next(iter(positions))
        x, y = scene.network.by_id[first].position
        self._lift.step = (positions[first][0] - x, positions[first][1] - y)
        for wire in self._lift.loose:
            wire.follow(self._lift.route(wire, scene))
        scene.extend(scene.bounds().translated(*self._lift.step))
        scene.invalidate()

    def _drop_lift(self) -> None:
        if self._lift is not None:
            loose, self._lift = self._lift.loose, None
            self._route([wire.edge for wire in loose])
            self._scene.invalidate()

    def _take_wires_along(self, steps: Mapping[str, Point]) -> None:
        """Moves wires between cards that moved together as they are; others find new ways."""
        scene, loose = self._scene, list[Edge]()
        touched = self._wires_at(steps)
        for edge in touched:
            step = _common(steps.get(edge.source), steps.get(edge.target))
            if step is None:
                loose.append(edge)
                continue
            wire = scene.wires[edge]
            wire.shift(*step)
            scene.router.shift(edge, *step)
            scene.labels.shift([wire], *step)
        self._route(loose, quick=True)
        reach = QRectF()
        for id in steps:
            reach |= scene.nodes[id].rect
        for edge in touched:
            reach |= scene.wires[edge].bounds
        scene.extend(reach)

    def _wires_at(self, ids: Iterable[str]) -> list[Edge]:
        scene = self._scene
        found = (
            edge
            for id in ids
            for edge in (*scene.network.incoming(id), *scene.network.outgoing(id))
            if edge in scene.wires
        )
        return list(dict.fromkeys(found))

    def _route(self, edges: Iterable[Edge], quick: bool = False) -> None:
        wires = [self._scene.wires[edge] for edge in edges]
        for wire in wires:
            self._scene.route(wire, quick)
        self._scene.labels.place(wires)


def shift_wires(scene: CanvasScene, moved: set[str], step: Point) -> set[str]:
    """Takes wires between cards that were let go together along, without new ways for them; the
    cards whose wires do need a new way."""
    left: set[str] = set()
    shifted = []
    for edge, wire in scene.wires.items():
        inside = (edge.source in moved) + (edge.target in moved)
        if inside == 2:
            wire.shift(*step)
            scene.router.shift(edge, *step)
            if any(id not in moved for id in scene.cards.near(wire.bounds.getCoords())):
                left.update((edge.source, edge.target))
            shifted.append(wire)
        elif inside == 1:
            left.update((edge.source, edge.target))
    scene.labels.shift(shifted, *step)
    return left


def _common(one: Point | None, other: Point | None) -> Point | None:
    """The step that both ends of a wire took; None if they moved apart."""
    if one is None or other is None:
        return None
    same = abs(one[0] - other[0]) < ROUNDING and abs(one[1] - other[1]) < ROUNDING
    return one if same else None
