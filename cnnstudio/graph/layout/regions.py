"""Lays out a network by its structure: one after the other, side by side, and knots.

A node that every way passes (a cut) stands on the axis. What lies between two cuts falls into
branches that no wire connects; they stand side by side, in the order of the ports they lead to,
and each is laid out in the same way. So a sub-structure looks the same wherever it occurs, the
trunk is straight, and a skip runs on its port's side. What can't be taken apart, such as a dense
block, is laid out in layers (`layered.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from cnnstudio.graph.layout.layered import layered
from cnnstudio.graph.layout.measures import (
    LANE_GAP,
    LANE_WIDTH,
    SIBLING_GAP,
    Block,
    Card,
    Lane,
    one_card,
)
from cnnstudio.graph.layout.wiring import Wiring, components

DEEPEST = 100  # nested so deep, the rest is laid out in layers
LAST = 1 << 30


@dataclass
class _Branch:
    """One of the things side by side: a block, or a wire alone if `block` is None."""

    block: Block | None
    rank: tuple[int, int, int]  # its place from left to right
    steps: int = 0  # nodes one behind the other
    enters: bool = True
    leaves: bool = True

    @property
    def passes(self) -> bool:
        return self.block is not None and self.enters and self.leaves


def lay_out(
    ids: Sequence[str], wiring: Wiring, cards: Mapping[str, Card], gap: float, depth: int = 0
) -> Block:
    """Places nodes, given in the wiring's order, around one axis."""
    if len(ids) == 1:
        return one_card(ids[0], cards[ids[0]])
    cuts = _cuts(ids, wiring)
    parts = [] if cuts else components(ids, wiring)
    if depth > DEEPEST or (not cuts and len(parts) == 1):
        return layered(ids, wiring, cards, gap)
    block = Block()
    entry: str | None = None
    begin = 0
    for cut in (*cuts, len(ids)):
        exit = ids[cut] if cut < len(ids) else None
        inner = ids[begin:cut]
        if entry is not None and exit is not None and _are_lone(inner, wiring):
            _put_beside(block, inner, entry, exit, wiring, cards)
        elif inner:
            between = _side_by_side(inner, entry, exit, wiring, cards, gap, depth)
            _append(block, between, gap)
        if exit is not None:
            _append(block, one_card(exit, cards[exit]), gap)
        entry, begin = exit, cut + 1
    return block


def _append(block: Block, next: Block, gap: float) -> None:
    block.put(next, 0.0, block.length + gap if block.places else 0.0)


def _are_lone(ids: Sequence[str], wiring: Wiring) -> bool:
    return bool(ids) and not any(wiring.before[id] for id in ids)


def _put_beside(
    block: Block,
    sources: Sequence[str],
    entry: str,
    exit: str,
    wiring: Wiring,
    cards: Mapping[str, Card],
) -> None:
    """Puts sources that join the trunk at `exit` beside the card before it, on the port's side."""
    along = block.places[entry][1]
    trunk = min(e.target_port for e in wiring.before[exit] if e.source == entry)
    ports = {id: min(e.target_port for e in wiring.after[id]) for id in sources}
    half = cards[entry].breadth / 2
    left, right = -half, half
    for id in sorted(sources, key=lambda id: abs(ports[id] - trunk)):
        card = cards[id]
        if ports[id] < trunk:
            left -= SIBLING_GAP + card.breadth
            across = left + card.breadth / 2
        else:
            right += SIBLING_GAP + card.breadth
            across = right - card.breadth / 2
        late = max(cards[entry].length - card.length, 0.0)
        block.put(one_card(id, card), across, along + late)


def _cuts(ids: Sequence[str], wiring: Wiring) -> list[int]:
    """Positions of the nodes over which no wire jumps.

    A wire from outside counts as one from before the first node, one that leaves as one to behind
    the last. A lone source, such as a learnable tensor, belongs to what it leads to.
    """
    place = {id: index for index, id in enumerate(ids)}
    count = len(ids)
    jumps = [0] * (count + 2)
    for id, at in place.items():
        inside = [place[e.source] for e in wiring.before[id] if e.source in place]
        from_outside = len(inside) < len(wiring.before[id])
        if from_outside or (not inside and not _is_lone_source(id, place, wiring)):
            inside.append(-1)
        ends = [e for e in wiring.after[id] if e.target in place]
        for start in inside:  # covers the positions between start and at
            jumps[start + 1] += 1
            jumps[at] -= 1
        if len(ends) < len(wiring.after[id]) or not ends:
            jumps[at + 1] += 1
            jumps[count] -= 1
    return [at for at, over in enumerate(list(accumulate(jumps))[:count]) if over == 0]


def _is_lone_source(id: str, place: Mapping[str, int], wiring: Wiring) -> bool:
    targets = [e.target for e in wiring.after[id]]
    return bool(targets) and all(
        target in place and any(e.source != id for e in wiring.before[target])
        for target in targets
    ) and place[id] > 0  # fmt: skip


def _side_by_side(
    ids: Sequence[str],
    entry: str | None,
    exit: str | None,
    wiring: Wiring,
    cards: Mapping[str, Card],
    gap: float,
    depth: int,
) -> Block:
    """What lies between two cuts: branches, and wires that lead past them."""
    branches = [
        _branch(part, entry, exit, wiring, lay_out(part, wiring, cards, gap, depth + 1))
        for part in components(ids, wiring)
    ]
    if entry is not None and exit is not None:
        direct = {e.source_port: e for e in wiring.after[entry] if e.target == exit}
        branches += [_Branch(None, (e.target_port, 0, 0)) for e in direct.values()]
    branches.sort(key=lambda branch: branch.rank)
    length = max(branch.block.length for branch in branches if branch.block)
    block = Block(length=length)
    for branch, across in zip(branches, _axes(branches), strict=True):
        if branch.block is None:
            block.lanes.append(Lane(across, 0.0, length))
            block.low = min(block.low, across - LANE_WIDTH / 2)
            block.high = max(block.high, across + LANE_WIDTH / 2)
        else:
            # A branch that nothing leads to stands right above what it leads to.
            late = length - branch.block.length if branch.leaves and not branch.enters else 0.0
            block.put(branch.block, across, late)
    return block


def _branch(
    ids: Sequence[str], entry: str | None, exit: str | None, wiring: Wiring, block: Block
) -> _Branch:
    inside = set(ids)
    outgoing = [e for id in ids for e in wiring.after[id] if e.target not in inside]
    incoming = [e for id in ids for e in wiring.before[id] if e.source not in inside]
    steps: dict[str, int] = {}
    for id in ids:
        steps[id] = 1 + max((steps.get(e.source, 0) for e in wiring.before[id]), default=0)
    longest = max(steps.values())
    to_exit = [e.target_port for e in outgoing if e.target == exit]
    from_entry = [e.source_port for e in incoming if e.source == entry]
    rank = (
        min(to_exit, default=LAST),
        min(from_entry, default=LAST),
        -longest,
    )
    return _Branch(block, rank, longest, bool(incoming), bool(outgoing))


def _axes(branches: Sequence[_Branch]) -> list[float]:
    """Where each branch's axis is, from the axis of the whole: the trunk's, or the middle."""
    axes: list[float] = []
    for index, branch in enumerate(branches):
        if index == 0:
            axes.append(0.0)
            continue
        last = branches[index - 1]
        near = last.block.high if last.block else LANE_WIDTH / 2
        far = -branch.block.low if branch.block else LANE_WIDTH / 2
        gap = SIBLING_GAP if last.block and branch.block else LANE_GAP
        if not last.block and not branch.block:
            gap = 0.0
        axes.append(axes[-1] + near + gap + far)
    main = [i for i, branch in enumerate(branches) if branch.passes]
    main = main or [i for i, branch in enumerate(branches) if branch.block]
    longest = max(main, key=lambda i: branches[i].steps)
    equals = [i for i in main if branches[i].steps == branches[longest].steps]
    if len(main) > 2 or len(equals) > 1:
        axis = (axes[main[0]] + axes[main[-1]]) / 2
    else:
        axis = axes[longest]
    return [across - axis for across in axes]
