"""From one card to the next with the keyboard: along the wires, and between neighbours."""

from __future__ import annotations

from collections.abc import Sequence

from cnnstudio.ui.canvas.node_item import NodeItem
from cnnstudio.ui.canvas.scene import CanvasScene

Direction = tuple[int, int]


def step_from(scene: CanvasScene, selected: Sequence[str], direction: Direction) -> str | None:
    """The card that Alt and an arrow lead to; with nothing selected, the network's first.

    Along the flow that is a card at the other end of a wire; across it, the nearest card there.
    """
    network = scene.network
    if not selected:
        order = network.topological() or [node.id for node in network.nodes]
        return order[0] if order else None
    here = scene.nodes[selected[-1]]
    along = direction[1] if scene.flow == "down" else direction[0]
    if along > 0:
        wired = [edge.target for edge in network.outgoing(here.id)]
    elif along < 0:
        wired = [edge.source for edge in network.incoming(here.id)]
    else:
        wired = []
    candidates = [scene.nodes[id] for id in dict.fromkeys(wired) if id in scene.nodes]
    if along == 0:
        candidates = [item for item in scene.nodes.values() if _lies(here, item, direction)]
    nearest = min(candidates, key=lambda item: _away(here, item), default=None)
    return nearest.id if nearest else None


def _lies(here: NodeItem, there: NodeItem, direction: Direction) -> bool:
    """Whether a card lies rather in this direction than in another."""
    step = there.rect.center() - here.rect.center()
    forward = step.x() * direction[0] + step.y() * direction[1]
    sideways = abs(step.x() * direction[1]) + abs(step.y() * direction[0])
    return there is not here and forward > 0 and forward * 2 >= sideways


def _away(here: NodeItem, there: NodeItem) -> float:
    step = there.rect.center() - here.rect.center()
    return step.x() ** 2 + step.y() ** 2
