"""A long network goes on in a further column beside the first, as a text does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from cnnstudio.graph.layout.measures import COLUMN_GAP, LANE_WIDTH, Block, Card
from cnnstudio.graph.layout.wiring import Wiring

WRAPS = 100  # how many lengths of a column are tried
LEAST_FILLED = 0.35  # of a column, before the next one may begin
UNEVEN_COST = 0.3  # of the scale, for a column that is nearly empty


@dataclass(frozen=True)
class Segment:
    """A part along the flow that stays in one column."""

    begin: float
    end: float
    low: float
    high: float


def segments(
    block: Block,
    wiring: Wiring,
    cards: Mapping[str, Card],
    together: Iterable[Set[str]] = (),
) -> list[Segment]:
    """The parts between the places where one tensor leads on; `together` may not be parted."""
    at = {id: along for id, (_, along) in block.places.items()}
    ends = {id: at[id] + cards[id].length for id in at}
    spans = [(at[id], ends[id], id) for id in at]
    for ids in together:
        inside = [id for id in ids if id in at]
        if inside:
            begin, end = min(at[id] for id in inside), max(ends[id] for id in inside)
            spans.append((begin, end, inside[0]))
    # From each output's card to the last card that it leads to, over the gaps between.
    reach: dict[tuple[str, int], float] = {}
    for id in at:
        for edge in wiring.after[id]:
            key = (id, edge.source_port)
            reach[key] = max(reach.get(key, 0.0), at[edge.target])
    events = sorted([(ends[id], 1) for (id, _) in reach] + [(end, -1) for end in reach.values()])
    found: list[Segment] = []
    begin, covered, crossing, done = 0.0, 0.0, 0, 0
    for start, end, _ in sorted(spans):
        while done < len(events) and events[done][0] < start:
            crossing += events[done][1]
            done += 1
        if start > covered and crossing <= 1 and found is not None and covered > 0:
            found.append(_segment(block, cards, begin, covered))
            begin = start
        covered = max(covered, end)
    found.append(_segment(block, cards, begin, covered))
    return found


def _segment(block: Block, cards: Mapping[str, Card], begin: float, end: float) -> Segment:
    low, high = float("inf"), float("-inf")
    for id, (across, along) in block.places.items():
        if begin <= along < end:
            half = cards[id].breadth / 2
            low, high = min(low, across - half), max(high, across + half)
    for lane in block.lanes:
        if lane.begin < end and begin < lane.end:
            low, high = (
                min(low, lane.across - LANE_WIDTH / 2),
                max(high, lane.across + LANE_WIDTH / 2),
            )
    return Segment(begin, end, low, high)


def columns(parts: Sequence[Segment], wrap_at: float | None) -> list[list[Segment]]:
    """The parts in columns of about this length; in one without it."""
    if wrap_at is None:
        return [list(parts)]
    found: list[list[Segment]] = []
    rest = list(parts)
    while rest:
        cut = _cut(rest, wrap_at)
        found.append(rest[:cut])
        rest = rest[cut:]
    return found


def best_columns(parts: Sequence[Segment], room: tuple[float, float]) -> list[list[Segment]]:
    """Columns that fit into a room (breadth, length) at the largest scale, at most actual size."""
    total = _length(parts)
    best, highest = [list(parts)], (0.0, 0)
    for step in range(WRAPS):
        wrap_at = room[1] + (max(total, room[1]) - room[1]) * (step / (WRAPS - 1)) ** 2
        tried = columns(parts, wrap_at)
        lengths = [_length(column) for column in tried]
        breadth = sum(_breadth(column) + COLUMN_GAP for column in tried) - COLUMN_GAP
        scale = min(room[0] / breadth, room[1] / max(lengths), 1.0)
        evenness = min(lengths) / max(lengths)
        # Better a smaller scale than a lone card in the last column.
        score = (scale * (1.0 - UNEVEN_COST * (1.0 - evenness)), -len(tried))
        if score > highest:
            best, highest = tried, score
    return best


def _breadth(column: Sequence[Segment]) -> float:
    return max(part.high for part in column) - min(part.low for part in column)


def _length(column: Sequence[Segment]) -> float:
    return column[-1].end - column[0].begin


def _cut(parts: Sequence[Segment], wrap_at: float) -> int:
    """How many parts make up the first column: as many as fit."""
    best = 0
    for index, part in enumerate(parts):
        length = part.end - parts[0].begin
        if length > wrap_at and best:
            return best
        if length >= wrap_at * LEAST_FILLED:
            best = index + 1
    return len(parts)


def in_columns(block: Block, found: Sequence[Sequence[Segment]]) -> dict[str, tuple[float, float]]:
    """Each node's centre across and beginning along, with the columns side by side from (0, 0)."""
    places: dict[str, tuple[float, float]] = {}
    offset = 0.0
    for column in found:
        begin, end = column[0].begin, column[-1].end
        low = min(part.low for part in column)
        for id, (across, along) in block.places.items():
            if begin <= along < end or (along == begin == end):
                places[id] = (across - low + offset, along - begin)
        offset += _breadth(column) + COLUMN_GAP
    return places
