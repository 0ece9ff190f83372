"""The way of a wire around the cards. Plain Python, so that it can be tested without a window.

Everything here is written for a flow from top to bottom; `Router` turns points and cards for a
flow from left to right.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from cnnstudio.graph.layout import Flow
from cnnstudio.ui.canvas.geometry import Point

Box = tuple[float, float, float, float]  # left, top, right, bottom
Lane = tuple[float, float, float]  # place across, top, bottom

CELL = 256.0
MARGIN = 8.0  # kept free around a card
CLEARANCE = 24.0  # from a card to the channel beside it
LANE = 12.0  # between wires in one channel
LANES = 4
QUICK_LANES = 2
STUBS = (28.0, 16.0)  # how far a wire leaves its port before it turns
CROSSING_COST = 600.0
SHARING_COST = 90.0
WRONG_SIDE_COST = 64.0  # for passing a trunk on the other side than the port suggests
MOST_TRIES = 400
QUICK_TRIES = 12
MOST_CARDS = 40  # among more, it is first looked whether they lie in a heap
LONGEST_SWEEP = 240.0  # along the flow; further, a wire runs straight before it turns


@dataclass(frozen=True)
class Route:
    """Points of a wire. A `curve` runs in one sweep; other routes turn at right angles."""

    points: tuple[Point, ...]
    curve: bool


class CardIndex:
    """Where the cards are, for quick answers to 'what is near here'."""

    def __init__(self) -> None:
        self.boxes: dict[str, Box] = {}
        self._cells: dict[tuple[int, int], set[str]] = {}
        self._bounds: Box | None = None

    @property
    def bounds(self) -> Box | None:
        """The box around all; None if there is none."""
        if self._bounds is None and self.boxes:
            left, top, right, bottom = zip(*self.boxes.values(), strict=True)
            self._bounds = min(left), min(top), max(right), max(bottom)
        return self._bounds

    def put(self, id: str, box: Box) -> None:
        self.drop(id)
        self._bounds = None
        self.boxes[id] = box
        for cell in _cells(box):
            self._cells.setdefault(cell, set()).add(id)

    def drop(self, id: str) -> None:
        box = self.boxes.pop(id, None)
        if box is None:
            return
        self._bounds = None
        for cell in _cells(box):
            members = self._cells[cell]
            members.discard(id)
            if not members:
                del self._cells[cell]

    def near(self, box: Box) -> list[str]:
        """Ids of the cards that touch the box, in a fixed order."""
        # Asked some hundred times a frame while cards are dragged, hence without calls in between.
        left, top, right, bottom = box
        first, last = int(left // CELL), int(right // CELL)
        upper, lower = int(top // CELL), int(bottom // CELL)
        boxes, cells = self.boxes, self._cells
        found: Iterable[str] = boxes
        if (last - first + 1) * (lower - upper + 1) <= len(cells):
            members = [
                cells[column, row]
                for column in range(first, last + 1)
                for row in range(upper, lower + 1)
                if (column, row) in cells
            ]
            found = members[0] if len(members) == 1 else set().union(*members)
        touching = []
        for id in found:
            its_left, its_top, its_right, its_bottom = boxes[id]
            if its_left <= right and left <= its_right and its_top <= bottom and top <= its_bottom:
                touching.append(id)
        touching.sort()
        return touching


class Router:
    """Finds routes around the cards, and keeps wires in one channel apart."""

    def __init__(self, cards: CardIndex, flow: Flow = "down") -> None:
        self.cards = cards
        self.flow = flow
        self._lanes: dict[Hashable, Lane] = {}
        self._strips: dict[int, dict[Hashable, Lane]] = {}  # lanes by their place across

    def forget(self, wire: Hashable) -> None:
        lane = self._lanes.pop(wire, None)
        if lane is not None:
            del self._strips[int(lane[0] // CELL)][wire]

    def clear(self) -> None:
        self._lanes.clear()
        self._strips.clear()

    def shift(self, wire: Hashable, dx: float, dy: float) -> None:
        """Takes a wire's lane along with cards that moved."""
        lane = self._lanes.get(wire)
        if lane is not None:
            if self.flow == "right":
                dx, dy = dy, dx
            self._keep(wire, (lane[0] + dx, lane[1] + dy, lane[2] + dy))

    def _keep(self, wire: Hashable, lane: Lane) -> None:
        self.forget(wire)
        self._lanes[wire] = lane
        self._strips.setdefault(int(lane[0] // CELL), {})[wire] = lane

    def route(
        self,
        wire: Hashable,
        start: Point,
        end: Point,
        source: str = "",
        target: str = "",
        side: int = 0,
        quick: bool = False,
    ) -> Route:
        """A way from an output port to an input port of the cards `source` and `target`.

        `side` says where it should pass the trunk: left (-1), right (1) or either (0); in a flow
        to the right, above or below. A `quick` way, for a card that is being dragged, is the best
        of a few.
        """
        self.forget(wire)
        if self.flow == "right":
            start, end = start[::-1], end[::-1]
        points = self._points(wire, start, end, source, target, side, quick)
        if self.flow == "right":
            points = tuple(point[::-1] for point in points)
        return Route(points, curve=len(points) == 2)

    def _points(
        self,
        wire: Hashable,
        start: Point,
        end: Point,
        source: str,
        target: str,
        side: int,
        quick: bool,
    ) -> tuple[Point, ...]:
        straight = abs(end[0] - start[0]) < LANE
        if end[1] - start[1] >= 12.0 and (straight or end[1] - start[1] <= LONGEST_SWEEP):
            ends = {source, target}
            sweep = list(_sweep(start, end))
            reach = _bounds(sweep)
            if not any(
                any(_inside(self._box(id), point, MARGIN) for point in sweep)
                for id in self._near(reach)
                if id not in ends
            ):
                return (start, end)
        best: tuple[Point, ...] = (start, end)
        lowest, chosen, lane = float("inf"), 0, (0.0, 0.0, 0.0)
        # The shortest ways first: most often one of them is free, and no other is looked at.
        tries = QUICK_TRIES if quick else MOST_TRIES
        candidates = sorted(self._candidates(start, end, side, quick))[:tries]
        cards = self._cards_among(start, end, [x for _, _, _, x in candidates])
        if len(cards) > MOST_CARDS and _piled(cards):
            candidates = candidates[:QUICK_TRIES]  # there is no free way to be found
        for least, index, stub, x in candidates:
            if least > lowest:
                break
            top, bottom = start[1] + stub, end[1] - stub
            points = (start, (start[0], top), (x, top), (x, bottom), (end[0], bottom), end)
            candidate = (x, min(top, bottom), max(top, bottom))
            cost = least + SHARING_COST * self._sharing(candidate)
            if cost <= lowest:
                cost += CROSSING_COST * _crossed(points, cards, (lowest - cost) / CROSSING_COST)
            if (cost, index) < (lowest, chosen):
                best, lowest, chosen, lane = points, cost, index, candidate
        self._keep(wire, lane)
        return tuple(point for point, _ in groupby(best))

    def _candidates(
        self, start: Point, end: Point, side: int, quick: bool
    ) -> Iterator[tuple[float, int, float, float]]:
        """Ways to try: the least that each costs, its number, its stub and its channel."""
        index = 0
        for stub in STUBS[:1] if quick else STUBS:
            top, bottom = start[1] + stub, end[1] - stub
            along = 2 * stub + abs(bottom - top) + stub / 8
            middle = (start[0] + end[0]) / 2
            for x in self._channels(start, end, top, bottom, QUICK_LANES if quick else LANES):
                least = along + abs(x - start[0]) + abs(end[0] - x)
                if (x - middle) * side < 0:
                    least += WRONG_SIDE_COST
                yield least, index, stub, x
                index += 1

    def _channels(
        self, start: Point, end: Point, top: float, bottom: float, lanes: int
    ) -> Iterator[float]:
        """Places for the long stretch: at the ports, halfway, and beside each card on the way."""
        low, high = min(top, bottom), max(top, bottom)
        left, right = min(start[0], end[0]), max(start[0], end[0])
        sides = {start[0], end[0], (start[0] + end[0]) / 2}
        for _ in range(2):  # a channel beside one card may run into the next
            reach = (min(sides) - CLEARANCE, low, max(sides) + CLEARANCE, high)
            for id in self._near(reach):
                box = self._box(id)
                sides.update((box[0] - CLEARANCE, box[2] + CLEARANCE))
        for x in sorted(sides, key=lambda x: (abs(x - left) + abs(x - right), x)):
            outward = -LANE if x < left else LANE
            for lane in range(lanes):
                yield x + outward * lane

    def _sharing(self, lane: Lane) -> int:
        x, top, bottom = lane
        strips = {int((x - LANE) // CELL), int((x + LANE) // CELL)}
        return sum(
            1
            for strip in strips
            for other, its_top, its_bottom in self._strips.get(strip, {}).values()
            if abs(other - x) < LANE - 2 and its_top < bottom and top < its_bottom
        )

    def _cards_among(self, start: Point, end: Point, xs: list[float]) -> list[Box]:
        """The cards that some way through these channels might run through.

        Ports stand outside their own cards.
        """
        ys = (start[1], end[1], start[1] + STUBS[0], end[1] - STUBS[0])
        reach = (min(xs), min(ys), max(xs), max(ys))
        boxes = [self._box(id) for id in self._near(reach)]
        return [(box[0] - MARGIN, box[1] + 1.0, box[2] + MARGIN, box[3] - 1.0) for box in boxes]

    def _near(self, box: Box) -> list[str]:
        grown = (box[0] - MARGIN, box[1] - MARGIN, box[2] + MARGIN, box[3] + MARGIN)
        return self.cards.near(_turned(grown) if self.flow == "right" else grown)

    def _box(self, id: str) -> Box:
        box = self.cards.boxes[id]
        return _turned(box) if self.flow == "right" else box


def tangent(start: Point, end: Point) -> float:
    """How far a sweeping wire keeps its direction at both ends."""
    return max(12.0, min(abs(end[1] - start[1]) / 2, 120.0))


def _sweep(start: Point, end: Point) -> Iterator[Point]:
    """Points on the cubic from `start` to `end` with upright ends, about one each 12 px."""
    (x1, y1), (x2, y2) = start, end
    pull = tangent(start, end)
    steps = int(min(max((abs(x2 - x1) + abs(y2 - y1)) / 12, 8), 400))
    for step in range(steps + 1):
        t = step / steps
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        yield (a + b) * x1 + (c + d) * x2, a * y1 + b * (y1 + pull) + c * (y2 - pull) + d * y2


def _bounds(points: list[Point]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _crossed(points: tuple[Point, ...], cards: list[Box], most: float) -> int:
    """How many times a way runs through a card; counts no further when it is more than `most`."""
    crossed = 0
    for (x1, y1), (x2, y2) in pairwise(points):
        left, right = (x1, x2) if x1 <= x2 else (x2, x1)
        top, bottom = (y1, y2) if y1 <= y2 else (y2, y1)
        for box in cards:
            if box[0] <= right and left <= box[2] and box[1] <= bottom and top <= box[3]:
                crossed += 1
                if crossed > most:
                    return crossed
    return crossed


def _piled(cards: list[Box]) -> bool:
    """Whether the cards lie on each other: together they are larger than where they lie."""
    left, top = min(box[0] for box in cards), min(box[1] for box in cards)
    right, bottom = max(box[2] for box in cards), max(box[3] for box in cards)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in cards)
    return areas > (right - left) * (bottom - top)


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    for column in range(int(box[0] // CELL), int(box[2] // CELL) + 1):
        for row in range(int(box[1] // CELL), int(box[3] // CELL) + 1):
            yield column, row


def _inside(box: Box, point: Point, margin: float) -> bool:
    return (
        box[0] - margin <= point[0] <= box[2] + margin
        and box[1] - margin <= point[1] <= box[3] + margin
    )


def _turned(box: Box) -> Box:
    left, top, right, bottom = box
    return top, left, bottom, right
