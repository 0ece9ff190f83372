"""Cards that have too little room for their thumbnail stay small."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnstudio.ui.canvas.geometry import IMAGE_HEIGHT

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.scene import CanvasScene

TALLEST = float(IMAGE_HEIGHT)
LEAST_ROOM = 8.0  # between a card with its thumbnail and the card below


def fit_cards(scene: CanvasScene, changed: set[str]) -> set[str]:
    """Lets cards close above another one stay small; the cards that changed their height."""
    near = set(changed)
    for id in changed:
        left, top, right, bottom = scene.nodes[id].box
        near.update(scene.cards.near((left, top - TALLEST, right, bottom)))
    resized = set()
    for id in near:
        item = scene.nodes[id]
        left, top, right, _ = item.box
        below = (left, top, right, top + item.full_height + LEAST_ROOM)
        crowded = item.thumbnail is not None and any(
            scene.nodes[other].position[1] > top for other in scene.cards.near(below)
        )
        if item.set_compact(crowded):
            scene.cards.put(id, item.box)
            resized.add(id)
    return resized
