"""Lays out nodes in layers: for what has no simpler structure, such as a dense block.

The steps are those of Sugiyama, Tagawa and Toda (1981): assign layers, order each layer by the
barycentre of its neighbours, then give coordinates. Long wires get an invisible slot in each
layer that they pass, so that cards keep out of their way.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cnnstudio.graph.layout.measures import LANE_WIDTH, SIBLING_GAP, Block, Card, Lane
from cnnstudio.graph.layout.wiring import Wiring

SWEEPS = 4
STEADY = 1e6  # how much more a card in a chain weighs than a wire


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


def layered(ids: Sequence[str], wiring: Wiring, cards: Mapping[str, Card], gap: float) -> Block:
    """Places nodes, given in the wiring's order; the longest way through them is the axis."""
    layer_of = _layers(ids, wiring)
    layers = _slots(ids, wiring, layer_of, cards)
    _order(layers)
    _centre(layers)
    block, along = Block(), 0.0
    axis = _axis(layers)
    for layer in layers:
        length = max(slot.length for slot in layer)
        for slot in layer:
            across = slot.centre - axis
            if slot.node is not None:
                block.places[slot.node] = (across, along)
            else:
                block.lanes.append(Lane(across, along - gap / 2, along + length + gap / 2))
            block.low = min(block.low, across - slot.breadth / 2)
            block.high = max(block.high, across + slot.breadth / 2)
        along += length + gap
    block.length = along - gap
    return block


def _layers(ids: Sequence[str], wiring: Wiring) -> dict[str, int]:
    """Each node's layer: one below its lowest predecessor; a source sits just above its reader."""
    layer: dict[str, int] = {}
    for id in ids:
        above = [layer[e.source] for e in wiring.before[id] if e.source in layer]
        layer[id] = max(above) + 1 if above else 0
    for id in reversed(ids):
        if not wiring.before[id]:
            below = [layer[e.target] for e in wiring.after[id] if e.target in layer]
            layer[id] = min(below) - 1 if below else layer[id]
    return layer


def _slots(
    ids: Sequence[str], wiring: Wiring, layer_of: Mapping[str, int], cards: Mapping[str, Card]
) -> list[list[_Slot]]:
    layers: list[list[_Slot]] = [[] for _ in range(max(layer_of.values()) + 1)]
    slots: dict[str, _Slot] = {}
    for id in ids:
        slots[id] = _Slot(id, cards[id].breadth, cards[id].length)
        layers[layer_of[id]].append(slots[id])
    passing: dict[tuple[str, int, int], _Slot] = {}
    for edge in (edge for id in ids for edge in wiring.after[id] if edge.target in slots):
        previous = slots[edge.source]
        for index in range(layer_of[edge.source] + 1, layer_of[edge.target]):
            key = (edge.source, edge.source_port, index)
            if key not in passing:
                passing[key] = _Slot(None, LANE_WIDTH, 0.0)
                layers[index].append(passing[key])
                previous.after.append(passing[key])
                passing[key].before.append(previous)
            previous = passing[key]
        previous.after.append(slots[edge.target])
        slots[edge.target].before.append(previous)
    return [layer for layer in layers if layer]


def _nearest(slot: _Slot, downwards: bool) -> list[_Slot]:
    """The neighbours that a slot keeps in line with: cards, if there are any."""
    near = slot.before if downwards else slot.after
    return [other for other in near if other.node is not None] or near


def _order(layers: list[list[_Slot]]) -> None:
    """Orders each layer by the barycentre of its neighbours, sweeping down and up."""
    for layer in layers:
        _number(layer)
    best, fewest = [list(layer) for layer in layers], _crossings(layers)
    for sweep in range(SWEEPS):
        if fewest == 0:
            break
        downwards = sweep % 2 == 0
        for layer in layers if downwards else reversed(layers):
            for slot in layer:
                neighbours = _nearest(slot, downwards)
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
        slot.rank = float(index)


def _crossings(layers: list[list[_Slot]]) -> int:
    """How many pairs of wires cross between neighbouring layers."""
    total = 0
    for layer in layers:
        passed: list[float] = []
        for slot in layer:
            ends = [other.rank for other in slot.after]
            total += sum(len(passed) - bisect_right(passed, end) for end in ends)
            for end in ends:
                insort(passed, end)
    return total


def _centre(layers: list[list[_Slot]]) -> None:
    """Gives each slot its centre across the flow: chains straight, neighbours apart."""
    for layer in layers:
        _spread(layer, [(0.0, 1.0)] * len(layer))
    for sweep in range(SWEEPS * 2):
        downwards = sweep % 2 == 0
        for layer in layers if downwards else reversed(layers):
            _spread(layer, [_wish(slot, downwards) for slot in layer])


def _wish(slot: _Slot, downwards: bool) -> tuple[float, float]:
    """Where a slot would stand, and how strongly it keeps to that.

    A card keeps in line with cards; wires that pass by, and cards they lead to, give way.
    """
    chosen = _nearest(slot, downwards)
    centre = sum(n.centre for n in chosen) / len(chosen) if chosen else slot.centre
    steady = slot.node is not None and bool(chosen) and chosen[0].node is not None
    return centre, STEADY if steady else 1.0


def _spread(layer: Sequence[_Slot], wishes: Sequence[tuple[float, float]]) -> None:
    """Places slots as near to their wishes as order and breadths allow (weighted least squares).

    Pool-adjacent-violators on the centres less the room the slots before them take.
    """
    room = [0.0]
    for left, right in pairwise(layer):
        gap = SIBLING_GAP if left.node and right.node else LANE_WIDTH / 2
        if left.node is None and right.node is None:
            gap = 0.0
        room.append(room[-1] + (left.breadth + right.breadth) / 2 + gap)
    pools: list[tuple[float, float, int]] = []  # mean, weight, count
    for (want, weight), taken in zip(wishes, room, strict=True):
        mean, count = want - taken, 1
        while pools and pools[-1][0] > mean:
            other, other_weight, other_count = pools.pop()
            mean = (mean * weight + other * other_weight) / (weight + other_weight)
            weight, count = weight + other_weight, count + other_count
        pools.append((mean, weight, count))
    means = [mean for mean, _, count in pools for _ in range(count)]
    for slot, mean, taken in zip(layer, means, room, strict=True):
        slot.centre = mean + taken


def _axis(layers: Sequence[Sequence[_Slot]]) -> float:
    """The centre of the first card on the longest way from the first layer to the last."""
    reach: dict[int, int] = {}
    for layer in reversed(layers):
        for slot in layer:
            reach[id(slot)] = 1 + max((reach[id(n)] for n in slot.after), default=0)
    first = [slot for slot in layers[0] if slot.node is not None]
    return max(first, key=lambda slot: reach[id(slot)]).centre
