"""Edits of frames that the canvas makes. Values in, an edit out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cnnstudio.graph import ChangeFrame, Edit, Frame, Group, Move, Network, RemoveFrame
from cnnstudio.graph.frames import members
from cnnstudio.graph.layout.arrange import FRAME_ROOM, TITLE_ROOM
from cnnstudio.ui.canvas.geometry import LEAST_FRAME, Point, snap, snap_point
from cnnstudio.ui.canvas.routing import Box

NOTE_SIZE = (208.0, 96.0)
NOTE_GAP = 24.0
NOTE_TEXT = "Note"


def frame_around(network: Network, boxes: Iterable[Box]) -> Frame:
    """A new frame with room around these boxes (cards, or other frames)."""
    boxes = list(boxes)
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    x, y = snap(left - FRAME_ROOM), snap(top - TITLE_ROOM)
    size = (snap(right + FRAME_ROOM) - x, snap(bottom + FRAME_ROOM) - y)
    return Frame(id=network.free_frame_id(), title="Group", position=(x, y), size=size)


def note_at(network: Network, point: Point, boxes: Iterable[Box]) -> Frame:
    """A new note with its middle there, or to the right of the cards (boxes) that stand there."""
    x, y = snap_point((point[0] - NOTE_SIZE[0] / 2, point[1] - NOTE_SIZE[1] / 2))
    width, height = NOTE_SIZE
    for box in sorted(boxes):
        if box[0] < x + width and x < box[2] and box[1] < y + height and y < box[3]:
            x = snap(box[2] + NOTE_GAP)
    corner = (x, y)
    return Frame(
        id=network.free_frame_id(), text=NOTE_TEXT, position=corner, size=NOTE_SIZE, color="yellow"
    )


def contents(
    network: Network, frame: Frame, boxes: Mapping[str, Box]
) -> tuple[list[str], list[Frame]]:
    """The nodes, by their cards' boxes, and the other frames wholly inside a frame."""
    nodes = members(frame, boxes)
    inner = [f for f in network.frames if f.id != frame.id and frame.holds(f.box)]
    return nodes, inner


def moved(frame: Frame, step: Point) -> Frame:
    x, y = frame.position
    return frame.model_copy(update={"position": (x + step[0], y + step[1])})


def resized(frame: Frame, sides: str, step: Point) -> Frame:
    """The frame with these sides (letters of the compass) moved by a step, at least so large."""
    left, top, right, bottom = frame.box
    if "w" in sides:
        left = min(left + step[0], right - LEAST_FRAME)
    if "e" in sides:
        right = max(right + step[0], left + LEAST_FRAME)
    if "n" in sides:
        top = min(top + step[1], bottom - LEAST_FRAME)
    if "s" in sides:
        bottom = max(bottom + step[1], top + LEAST_FRAME)
    return frame.model_copy(update={"position": (left, top), "size": (right - left, bottom - top)})


def move_all(
    network: Network, positions: Mapping[str, Point], frames: Sequence[Frame]
) -> Edit | None:
    """Nodes and frames at new places, as one step; None if none of them moves."""
    edits: list[Edit] = []
    places = {id: place for id, place in positions.items() if place != network.node(id).position}
    if places:
        edits.append(Move(network=network.name, positions=places))
    edits += [
        ChangeFrame(network=network.name, frame=frame)
        for frame in frames
        if frame != network.frame(frame.id)
    ]
    if len(edits) < 2:
        return edits[0] if edits else None
    return Group(text=f"Move {frames[0].title or 'note'}" if frames else "Move", edits=tuple(edits))


def with_frames_deleted(
    network: Network, edit: Edit | None, frames: Iterable[str], verb: str
) -> Edit | None:
    """An edit that deletes, with these frames deleted as well; None if there is nothing to do."""
    known = {frame.id for frame in network.frames}
    gone = [RemoveFrame(network=network.name, frame_id=id) for id in frames if id in known]
    if not gone:
        return edit
    if edit is None:
        word = "frame" if len(gone) == 1 else f"{len(gone)} frames"
        return Group(text=f"{verb} {word}", edits=tuple(gone))
    return Group(text=edit.label, edits=(edit, *gone))
