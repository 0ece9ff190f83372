"""Edits the canvas makes: adding, inserting, duplicating, aligning. Values in, an edit out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from cnnstudio.graph import (
    AddNode,
    Connect,
    Disconnect,
    Edge,
    Edit,
    Group,
    Move,
    Network,
    Node,
    remove_and_heal,
)
from cnnstudio.graph import insert_on_edge as insert
from cnnstudio.graph.clipboard import copy, paste
from cnnstudio.graph.edits import Paste
from cnnstudio.graph.layout import Flow
from cnnstudio.layers import LayerKind, catalogue
from cnnstudio.ui.canvas.framing import moved as move_frame
from cnnstudio.ui.canvas.geometry import (
    CARD_WIDTH,
    MAPS_HEIGHT,
    PLAIN_HEIGHT,
    Point,
    port_offset,
    snap,
    snap_point,
)
from cnnstudio.ui.canvas.port import Port
from cnnstudio.ui.canvas.routing import Box

KindOf = Callable[[str], LayerKind | None]
Height = Callable[[str], float]  # of a node's card, by id
Side = Literal["left", "centre", "right", "top", "middle", "bottom"]
ROW_GAP = 40.0
WIDE_GAP = 96.0  # between cards that follow each other to the right
LEAST_GAP = 24.0


def new_node(network: Network, kind: str, position: Point, shares: str | None = None) -> Node:
    """A node of this kind under a free id and name (`conv1`, `conv2`, …)."""
    base = re.sub(r"\W|[123]d$", "", re.split("[.:]", kind)[-1]).lower() or "layer"
    number = 1
    names = {node.name for node in network.nodes} | set(network.by_id)
    while f"{base}{number}" in names:
        number += 1
    name = f"{base}{number}"
    return Node(id=name, kind=kind, name=name, position=snap_point(position), shares=shares)


def takes_input(kind: str, kind_of: KindOf) -> bool:
    layer = kind_of(kind)
    return layer is None or bool(layer.inputs)


def gives_output(kind: str, kind_of: KindOf) -> bool:
    layer = kind_of(kind)
    return layer is None or bool(layer.outputs)


def add_after(
    network: Network,
    kind: str,
    after: Node,
    height: Height,
    flow: Flow = "down",
    kind_of: KindOf = catalogue.get,
) -> tuple[Group, str]:
    """Adds a layer behind a node and wires it: into the wire that leaves the node, if one does.

    Returns the edit and the new node's id.
    """
    takes, gives = takes_input(kind, kind_of), gives_output(kind, kind_of)
    after_gives = gives_output(after.kind, kind_of)
    x, y = after.position
    behind = (x, y + height(after.id) + ROW_GAP)
    if flow == "right":
        behind = (x + CARD_WIDTH + WIDE_GAP, y)
    outgoing, incoming = network.outgoing(after.id), network.incoming(after.id)
    if takes and gives:
        into = outgoing if after_gives else incoming
        place = behind if after_gives else (x, y)
        if len(into) == 1:
            node = new_node(network, kind, place)
            return insert_making_room(network, node, into[0], height, flow)
    node = new_node(network, kind, free_place(network, behind, height))
    edits: list[Edit] = [AddNode(network=network.name, node=node)]
    if takes and after_gives:
        edge = Edge(source=after.id, target=node.id)
        edits.append(Connect(network=network.name, edge=edge))
    return Group(text=edits[0].label, edits=tuple(edits)), node.id


def add_wired(
    network: Network, kind: str, point: Point, port: Port, flow: Flow
) -> tuple[Group, str]:
    """Adds a layer with its first port at the point and wires it to `port`."""
    into = port.is_output
    x, y = port_offset(0, 1, not into, PLAIN_HEIGHT, flow)
    node = new_node(network, kind, (point[0] - x, point[1] - y))
    if into:
        edge = Edge(source=port.node, source_port=port.index, target=node.id)
    else:
        edge = Edge(source=node.id, target=port.node, target_port=port.index)
    added = AddNode(network=network.name, node=node)
    edits = (added, Connect(network=network.name, edge=edge))
    return Group(text=added.label, edits=edits), node.id


def kinds_for(
    port: Port | None, kinds: Iterable[LayerKind] = catalogue.values()
) -> list[LayerKind]:
    """Those of the layer kinds that can be wired to a port; all of them for none."""
    return [
        layer
        for layer in kinds
        if port is None or (layer.inputs if port.is_output else layer.outputs)
    ]


def insert_making_room(
    network: Network, node: Node, edge: Edge, height: Height, flow: Flow = "down"
) -> tuple[Group, str]:
    """Puts a node into a wire, clear of the card before it; cards behind it move on if need be."""
    along = 1 if flow == "down" else 0
    breadth = (CARD_WIDTH, MAPS_HEIGHT)[1 - along]
    gap = ROW_GAP if flow == "down" else WIDE_GAP

    def length(id: str) -> float:
        return height(id) if flow == "down" else CARD_WIDTH

    def beside(other: Node) -> bool:
        return abs(other.position[1 - along] - place[1 - along]) < breadth

    place = list(node.position)
    source = network.by_id.get(edge.source)
    if source is not None and beside(source):
        clear = source.position[along] + length(source.id)
        if source.position[along] <= place[along] < clear + LEAST_GAP:
            place[along] = snap(clear + gap)
    placed = node.model_copy(update={"position": (place[0], place[1])})
    end = place[along] + length(node.id if node.id in network.by_id else edge.target)
    followers = [
        other
        for other in network.nodes
        if other.id not in (node.id, edge.source)
        and beside(other)
        and other.position[along] + length(other.id) / 2 >= place[along]
    ]
    nearest = min((other.position[along] for other in followers), default=float("inf"))
    push = snap(end + gap - nearest) if nearest < end + LEAST_GAP else 0.0
    step = (0.0, push) if flow == "down" else (push, 0.0)
    places = {o.id: (o.position[0] + step[0], o.position[1] + step[1]) for o in followers if push}
    if node.id in network.by_id:
        places[node.id] = placed.position
    edits: list[Edit] = list(insert(network, placed, edge).edits)
    if places:
        edits.append(Move(network=network.name, positions=places))
    return Group(text=f"Insert {node.short_kind} {node.name}", edits=tuple(edits)), node.id


def can_insert(
    network: Network, kind: str, node_id: str | None = None, kind_of: KindOf = catalogue.get
) -> bool:
    """Whether a layer may be dropped on a wire: it has an input and an output, and no wires."""
    unwired = node_id is None or not (network.incoming(node_id) or network.outgoing(node_id))
    return unwired and takes_input(kind, kind_of) and gives_output(kind, kind_of)


def free_place(network: Network, place: Point, height: Height) -> Point:
    """The place, or the next one below or beside it where no card stands."""
    x, y = snap_point(place)
    boxes = [
        (n.position[0], n.position[1], n.position[0] + CARD_WIDTH, n.position[1] + height(n.id))
        for n in network.nodes
    ]
    for _ in range(len(boxes) + 1):
        hit = next(
            (
                box
                for box in boxes
                if box[0] < x + CARD_WIDTH and x < box[2] and box[1] < y + 56 and y < box[3]
            ),
            None,
        )
        if hit is None:
            break
        x = snap(hit[2] + ROW_GAP)
    return x, y


def delete(
    network: Network, ids: Iterable[str], wires: Iterable[Edge], verb: str = "Delete"
) -> Edit | None:
    """Deletes nodes, healing the wires through them, and these wires; None if there are none."""
    gone = [id for id in ids if id in network.by_id]
    cut = [
        Disconnect(network=network.name, edge=edge)
        for edge in wires
        if edge in network.edges and edge.source not in gone and edge.target not in gone
    ]
    if not gone:
        if not cut:
            return None
        return cut[0] if len(cut) == 1 else Group(text=f"Delete {len(cut)} wires", edits=tuple(cut))
    healed = remove_and_heal(network, gone)
    text = healed.text.replace("Delete", verb, 1)
    return Group(text=text, edits=(*cut, *healed.edits))


def paste_beside(network: Network, text: str) -> Paste:
    """Pastes copied nodes beside where they were copied, or beside earlier copies."""
    taken = {node.position for node in network.nodes}
    step = 24.0
    while True:
        pasted = paste(network, text, offset=(step, step))
        frames_taken = {frame.position for frame in network.frames}
        if not any(node.position in taken for node in pasted.nodes) and not any(
            frame.position in frames_taken for frame in pasted.frames
        ):
            return pasted
        step += 24.0


def centred(pasted: Paste, centre: Point) -> Paste:
    """The same nodes with their middle at `centre`."""
    boxes = [(*node.position, CARD_WIDTH, PLAIN_HEIGHT) for node in pasted.nodes]
    boxes += [(*frame.position, *frame.size) for frame in pasted.frames]
    if not boxes:
        return pasted
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    dx = snap(centre[0] - (left + right) / 2)
    dy = snap(centre[1] - (top + bottom) / 2)
    moved = tuple(
        node.model_copy(update={"position": (node.position[0] + dx, node.position[1] + dy)})
        for node in pasted.nodes
    )
    frames = tuple(move_frame(frame, (dx, dy)) for frame in pasted.frames)
    return pasted.model_copy(update={"nodes": moved, "frames": frames})


def duplicate(network: Network, ids: Sequence[str], frames: Sequence[str] = ()) -> Paste:
    return paste_beside(network, copy(network, ids, frames))


def duplicate_shared(network: Network, ids: Sequence[str]) -> Paste:
    """Copies of nodes that use the same weights as the originals."""
    copies = duplicate(network, ids)
    originals = [node for node in network.nodes if node.id in set(ids)]
    shared = tuple(
        copied.model_copy(update={"shares": original.shares or original.id})
        for copied, original in zip(copies.nodes, originals, strict=True)
    )
    return copies.model_copy(update={"nodes": shared})


def align(network: Network, boxes: dict[str, Box], side: Side) -> Move:
    """Lines cards up on the outermost one's side, or on their common middle."""
    left, top = min(b[0] for b in boxes.values()), min(b[1] for b in boxes.values())
    right, bottom = max(b[2] for b in boxes.values()), max(b[3] for b in boxes.values())
    places = {}
    for id, (x1, y1, x2, y2) in boxes.items():
        width, height = x2 - x1, y2 - y1
        places[id] = {
            "left": (left, y1),
            "centre": (snap((left + right - width) / 2), y1),
            "right": (right - width, y1),
            "top": (x1, top),
            "middle": (x1, snap((top + bottom - height) / 2)),
            "bottom": (x1, bottom - height),
        }[side]
    return Move(network=network.name, positions=places)


def distribute(network: Network, boxes: dict[str, Box], vertical: bool) -> Move:
    """Makes the gaps between cards equal; the outermost two stay."""
    low, high = (1, 3) if vertical else (0, 2)
    ordered = sorted(boxes, key=lambda id: (boxes[id][low], boxes[id][high], id))
    filled = sum(boxes[id][high] - boxes[id][low] for id in ordered)
    span = max(boxes[id][high] for id in ordered) - boxes[ordered[0]][low]
    gap = (span - filled) / max(len(ordered) - 1, 1)
    places, at = {}, boxes[ordered[0]][low]
    for id in ordered:
        x, y = boxes[id][:2]
        places[id] = (x, snap(at)) if vertical else (snap(at), y)
        at += boxes[id][high] - boxes[id][low] + gap
    return Move(network=network.name, positions=places)
