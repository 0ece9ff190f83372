"""Tidy places for a whole network and its frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cnnstudio.graph.frames import members
from cnnstudio.graph.layout.columns import best_columns, columns, in_columns, segments
from cnnstudio.graph.layout.measures import (
    GRID,
    LAYER_GAP,
    WIDE_LAYER_GAP,
    Block,
    Box,
    Card,
    Flow,
    Point,
    snapped,
)
from cnnstudio.graph.layout.regions import lay_out
from cnnstudio.graph.layout.wiring import wiring_of
from cnnstudio.graph.model import Frame, Model, Network, Node

TITLE_ROOM = 48.0  # between a frame's upper edge and the cards in it
FRAME_ROOM = 16.0  # between its other edges and the cards in it


class Arrangement(Model):
    """New places: top-left corners of nodes by id, and the frames that change with them."""

    positions: dict[str, Point]
    frames: tuple[Frame, ...] = ()


def arranged(
    network: Network,
    sizes: Mapping[str, tuple[float, float]],
    flow: Flow = "down",
    room: tuple[float, float] | None = None,
    shown: Mapping[str, tuple[float, float]] | None = None,
) -> Arrangement:
    """A network laid out with its frames and notes; `sizes` gives each card's (width, height).

    `room` is a view's (width, height), in which all is then seen at the largest scale. `shown` is
    how large each card is now, if that differs from the room that it should get: what lies in a
    frame now stays in it.
    """
    before = _boxes({node.id: node.position for node in network.nodes}, shown or sizes)
    held = {frame.id: members(frame, before) for frame in network.frames}
    places = arrange(network, lambda node: sizes[node.id], flow, room=room, held=held)
    frames = arrange_frames(network, _boxes(places, sizes), before, held)
    return Arrangement(positions=places, frames=frames)


def _boxes(places: Mapping[str, Point], sizes: Mapping[str, tuple[float, float]]) -> dict[str, Box]:
    return {id: (x, y, x + sizes[id][0], y + sizes[id][1]) for id, (x, y) in places.items()}


def arrange(
    network: Network,
    size: Callable[[Node], tuple[float, float]],
    flow: Flow = "down",
    wrap_at: float | None = None,
    room: tuple[float, float] | None = None,
    held: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Point]:
    """Top-left corners, on the 8 px grid, for all nodes, starting at (0, 0).

    `size` gives a card's (width, height). With `wrap_at`, a column longer than that many pixels
    is continued beside itself, at the last place where a single tensor leads on. With `room`
    instead, a view's (width, height), columns are cut so that all is seen at the largest scale.
    `held` names the nodes in each frame, by the frame's id: they get room for it and stay in one
    column.
    """
    if not network.nodes:
        return {}
    cards = {}
    for node in network.nodes:
        width, height = size(node)
        cards[node.id] = Card(width, height) if flow == "down" else Card(height, width)
    wiring = wiring_of(network)
    gap = LAYER_GAP if flow == "down" else WIDE_LAYER_GAP
    block = lay_out(wiring.order, wiring, cards, gap)
    groups = [set(ids) for ids in (held or {}).values() if ids]
    for group in groups:
        _make_room(block, group, cards, TITLE_ROOM if flow == "down" else FRAME_ROOM)
    parts = segments(block, wiring, cards, groups)
    if room is None:
        found = columns(parts, wrap_at)
    else:
        found = best_columns(parts, room if flow == "down" else room[::-1])
    places = {}
    margin = FRAME_ROOM if groups else 0.0
    for id, (across, along) in in_columns(block, found).items():
        across += margin - cards[id].breadth / 2
        along += TITLE_ROOM if groups and flow == "down" else margin
        x, y = (across, along) if flow == "down" else (along, across)
        places[id] = (snapped(x), snapped(y))
    return places


def _make_room(block: Block, ids: set[str], cards: Mapping[str, Card], before: float) -> None:
    """Moves what follows along the flow on, so that a frame's edges stand between the cards."""
    inside = [id for id in ids if id in block.places]
    if not inside:
        return
    begin = min(block.places[id][1] for id in inside)
    end = max(block.places[id][1] + cards[id].length for id in inside)
    for id, (across, along) in block.places.items():
        push = (before if along >= begin else 0.0) + (FRAME_ROOM if along >= end else 0.0)
        block.places[id] = (across, along + push)


def arrange_frames(
    network: Network,
    boxes: Mapping[str, Box],
    before: Mapping[str, Box],
    held: Mapping[str, Sequence[str]],
) -> tuple[Frame, ...]:
    """Frames around their nodes' new `boxes`; notes follow the card that they stood next to.

    `before` says where the cards were, `held` which nodes each frame holds. A note that would
    then cover a card goes to the right of all.
    """
    frames: list[Frame] = []
    aside = max((box[2] for box in boxes.values()), default=0.0) + 4 * GRID
    at = 0.0
    for frame in sorted(network.frames, key=lambda f: f.size[0] * f.size[1]):
        inside = [boxes[id] for id in held.get(frame.id, ()) if id in boxes]
        if inside:
            left, top = min(b[0] for b in inside), min(b[1] for b in inside)
            right, bottom = max(b[2] for b in inside), max(b[3] for b in inside)
            depth = len([o for o in frames if set(held.get(o.id, ())) < set(held[frame.id])])
            room, title = FRAME_ROOM * (1 + depth), TITLE_ROOM + FRAME_ROOM * depth
            moved = frame.model_copy(
                update={
                    "position": (left - room, top - title),
                    "size": (right - left + 2 * room, bottom - top + title + room),
                }
            )
        else:
            place = _beside(frame, boxes, before)
            if place is None:
                place, at = (aside, at), at + frame.size[1] + 2 * GRID
            moved = frame.model_copy(update={"position": place})
        frames.append(moved)
    return tuple(frame for frame in frames if frame != network.frame(frame.id))


def _beside(frame: Frame, boxes: Mapping[str, Box], before: Mapping[str, Box]) -> Point | None:
    """Where a note keeps its place to the nearest card; None if it would cover one there."""
    x, y = frame.position
    if not before:
        return x, y
    centre = x + frame.size[0] / 2, y + frame.size[1] / 2

    def away(id: str) -> float:
        left, top, right, bottom = before[id]
        return abs((left + right) / 2 - centre[0]) + abs((top + bottom) / 2 - centre[1])

    nearest = min(before, key=lambda id: (away(id), id))
    x += boxes[nearest][0] - before[nearest][0]
    y += boxes[nearest][1] - before[nearest][1]
    right, bottom = x + frame.size[0], y + frame.size[1]
    covers = any(b[0] < right and x < b[2] and b[1] < bottom and y < b[3] for b in boxes.values())
    return None if covers else (x, y)
