"""Measures of the canvas, in scene pixels, and where a card's ports sit."""

from __future__ import annotations

from cnnstudio.graph.layout import Flow

GRID = 8
CARD_WIDTH = 200
CARD_RADIUS = 8
EDGE_WIDTH = 4
PLAIN_HEIGHT = 56
VECTOR_HEIGHT = 80
TEXT_LINE = 16  # further lines of words make a card taller
MAPS_HEIGHT = 128
IMAGE_HEIGHT = 160
PORT_RADIUS = 4
PORT_REACH = 12
WIRE_REACH = 6
WIRE_END_REACH = 28
GRIP_REACH = 5  # of a frame's edges
TITLE_HEIGHT = 32
FRAME_RADIUS = 8
FRAME_MARGIN = 16
LEAST_FRAME = 48

SMALLEST_SCALE = 0.05
LARGEST_SCALE = 4.0
# Below this scale text can't be read: cards are drawn as blocks.
FAR_SCALE = 0.3
# Below this one a card shows its name alone, in large letters.
BRIEF_SCALE = 0.6
LABEL_SCALE = 0.55
REACH_OF_SCENE = 1_000_000.0

Point = tuple[float, float]


def snap(value: float) -> float:
    """The nearest line of the grid."""
    return round(value / GRID) * float(GRID)


def snap_point(point: Point) -> Point:
    return snap(point[0]), snap(point[1])


def clamp_place(point: Point) -> Point:
    """The point, kept within what the canvas can reach."""
    limit = REACH_OF_SCENE / 2
    return min(max(point[0], -limit), limit), min(max(point[1], -limit), limit)


def port_offset(
    index: int, count: int, is_output: bool, height: float, flow: Flow = "down"
) -> Point:
    """A port's centre from the card's top-left corner; several share the side evenly."""
    share = (index + 1) / (count + 1)
    if flow == "down":
        return CARD_WIDTH * share, height if is_output else 0.0
    return CARD_WIDTH if is_output else 0.0, height * share
