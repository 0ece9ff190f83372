"""Places for the nodes of a network: layers by longest path, few crossings, straight chains.

The steps are those of Sugiyama, Tagawa and Toda (1981): assign layers, order each layer by the
barycentre of its neighbours, then give coordinates. Long wires get an invisible slot in each
layer that they pass, so that cards keep out of their way. A long chain continues in a further
column to the right, as a text continues in the next column.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from cnnstudio.graph.model import Network, Node

Flow = Literal["down", "right"]

GRID = 8.0
LAYER_GAP = 40.0
WIDE_LAYER_GAP = 96.0  # to the right a wire's label needs its width
SIBLING_GAP = 40.0
COLUMN_GAP = 64.0
SLOT_WIDTH = 24.0
SWEEPS = 6
WRAPS = 100  # how many lengths of a column are tried
STEADY = 1e6  # how much more a card in a chain weighs than a wire
LEAST_FILLED = 0.35  # of a column, before the next one may begin


@dataclass
class _Slot:
    """One place in a layer: a node, or a long wire passing through (`node` is None)."""

    node: str | None
    breadth: float
    length: float
    before: list[_Slot] = field(default_factory=list)
    after: list[_Slot] = field(default_factory=list)
    rank: float = 0.0
    centre: float = 0.0


def arrange(
    network: Network,
    size: Callable[[Node], tuple[float, float]],
    flow: Flow = "down",
    wrap_at: float | None = None,
    room: tuple[float, float] | None = None,
) -> dict[str, tuple[float, float]]:
    """Top-left corners, on the 8 px grid, for all nodes, starting at (0, 0).

    `size` gives a card's (width, height). With `wrap_at`, a column longer than that many pixels
    is continued beside itself, at the last place where a single tensor leads on. With `room`
    instead, a view's (width, height), columns are cut so that all is seen at the largest scale.
    """
    if not network.nodes:
        return {}
    layers = _slots(network, _layers(network), size, flow)
    _order(layers)
    gap = LAYER_GAP if flow == "down" else WIDE_LAYER_GAP
    if room is None:
        columns = _columns(layers, gap, wrap_at)
    else:
        columns = _best_columns(layers, gap, room if flow == "down" else room[::-1])
    places: dict[str, tuple[float, float]] = {}
    offset = 0.0
    for column in columns:
        _centre(column)
        low = min(slot.centre - slot.breadth / 2 for layer in column for slot in layer)
        high = max(slot.centre + slot.breadth / 2 for layer in column for slot in layer)
        along = 0.0
        for layer in column:
            for slot in layer:
                if slot.node is not None:
                    across = offset + slot.centre - slot.breadth / 2 - low
                    places[slot.node] = _on_grid(across, along, flow)
            along += max(slot.length for slot in layer) + gap
        offset += high - low + COLUMN_GAP
    return places


def _on_grid(across: float, along: float, flow: Flow) -> tuple[float, float]:
    x, y = (across, along) if flow == "down" else (along, across)
    return _snapped(x), _snapped(y)


def _snapped(value: float) -> float:
    # Centres that differ by rounding alone should not land on different lines.
    return math.floor(value / GRID + 0.5 + 1e-3) * GRID


def _layers(network: Network) -> dict[str, int]:
    """Each node's layer: one below its lowest predecessor; a source sits just above its reader.

    Nodes on a cycle come in canonical order, and the wires that lead back are ignored.
    """
    layer: dict[str, int] = {}
    order = network.topological()
    order += [node.id for node in network.nodes if node.id not in set(order)]
    for id in order:
        above = [layer[e.source] for e in network.incoming(id) if e.source in layer]
        layer[id] = max(above) + 1 if above else 0
    for id in reversed(order):
        below = [
            layer[e.target] for e in network.outgoing(id) if layer.get(e.target, 0) > layer[id]
        ]
        if below and not network.incoming(id):
            layer[id] = min(below) - 1
    return layer


def _slots(
    network: Network,
    layer_of: dict[str, int],
    size: Callable[[Node], tuple[float, float]],
    flow: Flow,
) -> list[list[_Slot]]:
    layers: list[list[_Slot]] = [[] for _ in range(max(layer_of.values()) + 1)]
    slots: dict[str, _Slot] = {}
    for node in network.nodes:
        width, height = size(node)
        breadth, length = (width, height) if flow == "down" else (height, width)
        slots[node.id] = _Slot(node.id, breadth, length)
        layers[layer_of[node.id]].append(slots[node.id])
    passing: dict[tuple[str, int, int], _Slot] = {}
    for edge in network.edges:
        if edge.source not in slots or edge.target not in slots:
            continue
        first, last = layer_of[edge.source], layer_of[edge.target]
        if first >= last:
            continue
        previous = slots[edge.source]
        for index in range(first + 1, last):
            key = (edge.source, edge.source_port, index)
            if key not in passing:
                passing[key] = _Slot(None, SLOT_WIDTH, 0.0)
                layers[index].append(passing[key])
                previous.after.append(passing[key])
                passing[key].before.append(previous)
            previous = passing[key]
        previous.after.append(slots[edge.target])
        slots[edge.target].before.append(previous)
    return [layer for layer in layers if layer]


def _order(layers: list[list[_Slot]]) -> None:
    """Orders each layer by the barycentre of its neighbours, sweeping down and up."""
    for layer in layers:
        _number(layer)
    best, fewest = [list(layer) for layer in layers], _crossings(layers)
    for sweep in range(SWEEPS):
        downwards = sweep % 2 == 0
        for layer in layers if downwards else reversed(layers):
            for slot in layer:
                neighbours = slot.before if downwards else slot.after
                if neighbours:
                    slot.rank = sum(n.rank for n in neighbours) / len(neighbours)
            layer.sort(key=lambda slot: slot.rank)
            _number(layer)
        crossings = _crossings(layers)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    for index, layer in enumerate(best):
        layers[index] = layer
        _number(layer)


def _number(layer: Sequence[_Slot]) -> None:
    for index, slot in enumerate(layer):
        slot.rank = index - (len(layer) - 1) / 2


def _crossings(layers: list[list[_Slot]]) -> int:
    """How many pairs of wires cross between neighbouring layers."""
    total = 0
    for layer in layers:
        ends = [n.rank for slot in layer for n in sorted(slot.after, key=lambda n: n.rank)]
        total += sum(
            1 for i, end in enumerate(ends) for other in ends[i + 1 : i + 200] if other < end
        )
    return total


def _columns(
    layers: list[list[_Slot]], gap: float, wrap_at: float | None
) -> list[list[list[_Slot]]]:
    """The layers in columns of about `wrap_at`, each begun where one tensor leads over."""
    if wrap_at is None:
        return [layers]
    columns: list[list[list[_Slot]]] = []
    rest = layers
    while rest:
        cut = _cut(rest, gap, wrap_at)
        columns.append(rest[:cut])
        rest = rest[cut:]
    return columns


def _best_columns(
    layers: list[list[_Slot]], gap: float, room: tuple[float, float]
) -> list[list[list[_Slot]]]:
    """Columns that fit into a room (breadth, length) at the largest scale, at most actual size."""
    total = _length(layers, gap)
    best, highest = [layers], (0.0, 0.0)
    for step in range(WRAPS):
        wrap_at = room[1] + (max(total, room[1]) - room[1]) * (step / (WRAPS - 1)) ** 2
        columns = _columns(layers, gap, wrap_at)
        lengths = [_length(column, gap) for column in columns]
        breadth = sum(_breadth(column) + COLUMN_GAP for column in columns) - COLUMN_GAP
        scale = min(room[0] / breadth, room[1] / max(lengths), 1.0)
        evenness = min(lengths) / max(lengths)
        # A lone card in the last column is worth a slightly smaller scale.
        score = (scale * (0.9 + 0.1 * evenness), evenness) if scale < 1.0 else (2.0, -len(columns))
        if score > highest:
            best, highest = columns, score
    return best


def _breadth(column: list[list[_Slot]]) -> float:
    return max(
        sum(slot.breadth for slot in layer) + SIBLING_GAP * (len(layer) - 1) for layer in column
    )


def _length(column: list[list[_Slot]], gap: float) -> float:
    return sum(max(slot.length for slot in layer) + gap for layer in column) - gap


def _cut(layers: list[list[_Slot]], gap: float, wrap_at: float) -> int:
    """How many layers make up the first column: as many as fit, if it can be cut there."""
    length, best = 0.0, 0
    for index, layer in enumerate(layers):
        length += max(slot.length for slot in layer)
        if length > wrap_at and best:
            return best
        length += gap
        leading_on = sum(1 for slot in layer if slot.after)
        if leading_on == 1 and (length >= wrap_at * LEAST_FILLED or length > wrap_at):
            best = index + 1
    return len(layers)


def _centre(column: list[list[_Slot]]) -> None:
    """Gives each slot its centre across the flow: chains straight, neighbours apart."""
    members = {id(slot) for layer in column for slot in layer}
    for layer in column:
        _spread(layer, [(0.0, 1.0)] * len(layer))
    for sweep in range(SWEEPS * 2):
        downwards = sweep % 2 == 0
        for layer in column if downwards else reversed(column):
            _spread(layer, [_wish(slot, downwards, members) for slot in layer])


def _wish(slot: _Slot, downwards: bool, members: set[int]) -> tuple[float, float]:
    """Where a slot would stand, and how strongly it keeps to that.

    A card keeps in line with cards; wires that pass by, and cards they lead to, give way.
    """
    near = [n for n in (slot.before if downwards else slot.after) if id(n) in members]
    cards = [n for n in near if n.node is not None]
    chosen = cards or near
    centre = sum(n.centre for n in chosen) / len(chosen) if chosen else slot.centre
    return centre, STEADY if slot.node is not None and cards else 1.0


def _spread(layer: Sequence[_Slot], wishes: Sequence[tuple[float, float]]) -> None:
    """Places slots as near to their wishes as order and breadths allow (weighted least squares).

    Pool-adjacent-violators on the centres less the room the slots before them take.
    """
    room = [0.0]
    for left, right in pairwise(layer):
        gap = SIBLING_GAP if left.node and right.node else SLOT_WIDTH
        room.append(room[-1] + (left.breadth + right.breadth) / 2 + gap)
    blocks: list[tuple[float, float, int]] = []  # mean, weight, count
    for (want, weight), taken in zip(wishes, room, strict=True):
        mean, count = want - taken, 1
        while blocks and blocks[-1][0] > mean:
            other, other_weight, other_count = blocks.pop()
            mean = (mean * weight + other * other_weight) / (weight + other_weight)
            weight, count = weight + other_weight, count + other_count
        blocks.append((mean, weight, count))
    means = [mean for mean, _, count in blocks for _ in range(count)]
    for slot, mean, taken in zip(layer, means, room, strict=True):
        slot.centre = mean + taken
