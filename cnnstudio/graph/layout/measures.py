"""Distances between what is laid out, in scene pixels, and a block of what is laid out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

Flow = Literal["down", "right"]
Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom

GRID = 8.0
LAYER_GAP = 40.0
WIDE_LAYER_GAP = 96.0  # to the right a wire's label needs its width
SIBLING_GAP = 40.0
COLUMN_GAP = 64.0
LANE_WIDTH = 24.0  # of a wire that passes by
LANE_GAP = 12.0  # between such a wire and a card


def snapped(value: float) -> float:
    """The nearest line of the grid."""
    # Centres that differ by rounding alone should not land on different lines.
    return math.floor(value / GRID + 0.5 + 1e-3) * GRID


@dataclass(frozen=True)
class Card:
    """A card's extent across the flow and along it."""

    breadth: float
    length: float


@dataclass(frozen=True)
class Lane:
    """A wire that passes by cards: its place across, and from where to where along the flow."""

    across: float
    begin: float
    end: float


@dataclass
class Block:
    """Something laid out around an axis (across = 0), beginning at along = 0.

    `low` and `high` say how far it reaches across; `places` gives each node's centre across and
    its beginning along the flow.
    """

    low: float = 0.0
    high: float = 0.0
    length: float = 0.0
    places: dict[str, Point] = field(default_factory=dict)
    lanes: list[Lane] = field(default_factory=list)

    def put(self, other: Block, across: float, along: float) -> None:
        """Takes another block in, with its axis and its beginning there."""
        self.low = min(self.low, other.low + across)
        self.high = max(self.high, other.high + across)
        self.length = max(self.length, other.length + along)
        for id, (x, y) in other.places.items():
            self.places[id] = (x + across, y + along)
        self.lanes += [
            Lane(lane.across + across, lane.begin + along, lane.end + along) for lane in other.lanes
        ]


def one_card(id: str, card: Card) -> Block:
    return Block(-card.breadth / 2, card.breadth / 2, card.length, {id: (0.0, 0.0)})
