"""Room on the canvas where many nodes become one, or one becomes many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cnnstudio.graph.layout import GRID, Flow
from cnnstudio.graph.model import Network, Node

CARD = (200.0, 128.0)  # what a card takes, with its thumbnail
GAP = 40.0

Point = tuple[float, float]
Box = tuple[float, float, float, float]


def snapped(value: float) -> float:
    """The nearest line of the grid."""
    return round(value / GRID) * GRID


def box_of(nodes: Iterable[Node]) -> Box:
    """Left, top, right, bottom around the nodes' cards; at (0, 0) for none."""
    places = [node.position for node in nodes] or [(0.0, 0.0)]
    return (
        min(x for x, _ in places),
        min(y for _, y in places),
        max(x for x, _ in places) + CARD[0],
        max(y for _, y in places) + CARD[1],
    )


def make_room(network: Network, gone: set[str], old: Box, new: Box, flow: Flow) -> dict[str, Point]:
    """New places for the nodes behind a box that becomes longer or shorter along the flow.

    Only nodes in line with it move. Nothing moves up where a card that stays stands beside.
    """
    along = 1 if flow == "down" else 0
    across = 1 - along
    step = snapped(new[along + 2] - old[along + 2])
    low = min(old[across], new[across])
    high = max(old[across + 2], new[across + 2])
    in_line = [
        node
        for node in network.nodes
        if node.id not in gone
        and low < node.position[across] + CARD[across]
        and node.position[across] < high
    ]
    behind = [node for node in in_line if node.position[along] + 1 >= old[along + 2]]
    if step < 0 and any(old[along] <= node.position[along] < old[along + 2] for node in in_line):
        return {}
    if not step:
        return {}
    moved = (0.0, step) if flow == "down" else (step, 0.0)
    return {node.id: (node.position[0] + moved[0], node.position[1] + moved[1]) for node in behind}


def ends_of(
    nodes: Sequence[Node], inputs: Sequence[Sequence[str]], outputs: Sequence[str], flow: Flow
) -> tuple[list[Point], list[Point]]:
    """Places for a block's Input nodes before, and its Output nodes behind, what they are wired to.

    `inputs` gives for each Input the ids that it feeds, `outputs` for each Output its source's id.
    """
    by_id = {node.id: node for node in nodes}
    box = box_of(nodes)
    along = 1 if flow == "down" else 0
    size = CARD[along] + GAP + (56.0 if flow == "right" else 0.0)

    def row(anchors: list[Point], at: float) -> list[Point]:
        places: list[Point] = []
        taken: list[float] = []
        for anchor in anchors:
            side = anchor[1 - along]
            while any(abs(side - other) < CARD[1 - along] + GAP / 2 for other in taken):
                side += CARD[1 - along] + GAP
            taken.append(side)
            places.append((side, at) if along == 1 else (at, side))
        return places

    first = [by_id[ids[0]].position if ids else (box[0], box[1]) for ids in inputs]
    last = [by_id[id].position for id in outputs]
    return row(first, box[along] - size), row(last, box[along + 2] + size - CARD[along])
