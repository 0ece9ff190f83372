"""Rows of equal parts in a network: what can be folded.

A network is cut where one single tensor leads on. The pieces between the cuts are compared, and a
run is a row of equal pieces, or of equal groups of pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnnstudio.graph.blocks.alike import alike
from cnnstudio.graph.expressions import names_within
from cnnstudio.graph.model import Network, Project


@dataclass(frozen=True)
class Run:
    """Equal parts of a network one behind the other: the ids of each part's nodes, in order."""

    parts: tuple[tuple[str, ...], ...]

    @property
    def saved(self) -> int:
        """How many nodes fewer there are once it is folded."""
        return sum(map(len, self.parts)) - 1


def runs_in(project: Project, network: Network, ids: set[str]) -> list[Run]:
    """The best run among these nodes, with the others of the same structure; [] for none."""
    found: list[Run] = []
    for chain in _chains(network, ids):
        found += _runs_of(project, network, chain)
    if not found:
        return []
    best = max(found, key=lambda run: (run.saved, -len(run.parts[0])))
    same = [best]
    for run in sorted(found, key=lambda run: -run.saved):
        taken = {id for other in same for part in other.parts for id in part}
        if taken.isdisjoint(id for part in run.parts for id in part) and alike(
            network, best.parts[0], run.parts[0], values=False
        ):
            same.append(run)
    return same


def _chains(network: Network, ids: set[str]) -> list[list[tuple[str, ...]]]:
    """Rows of pieces: each takes one tensor from the piece before it and gives one to the next.

    Inside of a piece that is wider, its branches are rows too.
    """
    order = [id for id in network.topological() if id in ids]
    if len(order) < 2:
        return []
    place = {id: number for number, id in enumerate(order)}
    pieces: list[tuple[str, ...]] = []
    current: list[str] = []
    live: dict[tuple[str, int], int] = {}  # tensors that are still needed: by whom last
    for number, id in enumerate(order):
        current.append(id)
        for edge in network.outgoing(id):
            last = place.get(edge.target, len(order))
            key = (id, edge.source_port)
            live[key] = max(live.get(key, -1), last)
        live = {key: last for key, last in live.items() if last > number}
        if set(live) <= {(id, 0)}:
            pieces.append(tuple(current))
            current = []
    if current:
        pieces.append(tuple(current))
    chains = [pieces]
    for piece in pieces:
        for branch in _branches(network, piece):
            if len(branch) < len(order):
                chains += _chains(network, branch)
    return chains


def _branches(network: Network, piece: Sequence[str]) -> list[set[str]]:
    """What a piece falls into once the node where its branches join again is taken out."""
    inner = set(piece[:-1])
    found = []
    while inner:
        waiting, branch = [inner.pop()], set()
        while waiting:
            id = waiting.pop()
            branch.add(id)
            near = {e.target for e in network.outgoing(id)} | {
                e.source for e in network.incoming(id)
            }
            waiting += near & inner
            inner -= near
        found.append(branch)
    return found


def _runs_of(project: Project, network: Network, pieces: list[tuple[str, ...]]) -> list[Run]:
    """The runs of equal groups in a row of pieces that don't overlap, the best ones first."""
    count, tokens = len(pieces), _tokens(project, network, pieces)
    candidates: list[tuple[int, int, int, int]] = []  # saved, period, start, how often
    for period in range(1, count // 2 + 1):
        start = 0
        while start + 2 * period <= count:
            length = 0
            while start + period + length < count and (
                tokens[start + length] == tokens[start + period + length]
            ):
                length += 1
            often = length // period + 1
            if often >= 2:
                for shift in range(length % period + 1):
                    begin = start + shift
                    nodes = sum(len(p) for p in pieces[begin : begin + often * period])
                    candidates.append((nodes - 1, period, begin, often))
            start += max(length, 1) if often >= 2 else 1
    # Of equal ones the last: an activation belongs behind what it follows.
    candidates.sort(key=lambda c: (-c[0], c[1], -c[2]))
    taken: set[int] = set()
    runs = []
    for saved, period, begin, often in candidates:
        covered = range(begin, begin + often * period)
        if saved < 2 and often < 3 and not _is_block(network, pieces[begin]):
            continue
        if not taken.isdisjoint(covered):
            continue
        parts = tuple(
            tuple(id for piece in pieces[at : at + period] for id in piece)
            for at in range(begin, begin + often * period, period)
        )
        if len(parts[0]) == 1 and not _is_block(network, pieces[begin]) and often < 3:
            continue
        if not _is_row(network, parts):
            continue
        taken.update(covered)
        runs.append(Run(parts))
    return runs


def _is_block(network: Network, piece: Sequence[str]) -> bool:
    return len(piece) == 1 and network.node(piece[0]).block is not None


def _is_row(network: Network, parts: Sequence[Sequence[str]]) -> bool:
    """Whether each part takes one tensor, the one before it its last node's, and gives no other."""
    everything = {id for part in parts for id in part}
    for number, part in enumerate(parts):
        inside = set(part)
        entering = {
            (e.source, e.source_port)
            for id in part
            for e in network.incoming(id)
            if e.source not in inside
        }
        leaving = {
            (e.source, e.source_port, e.target in everything)
            for id in part
            for e in network.outgoing(id)
            if e.target not in inside
        }
        is_last = number == len(parts) - 1
        if len(entering) != 1 or not leaving <= {(part[-1], 0, not is_last)}:
            return False
        if number and entering != {(parts[number - 1][-1], 0)}:
            return False
    return True


def _tokens(project: Project, network: Network, pieces: list[tuple[str, ...]]) -> list[int]:
    """A number for each piece, the same for equal ones; one that can't repeat has its own."""
    tokens: list[int] = []
    known: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for number, piece in enumerate(pieces):
        token = number
        if _may_repeat(project, network, piece):
            nodes = [network.node(id) for id in piece]
            first = known.setdefault(str(sorted(node.kind for node in nodes)), [])
            token = next((t for t, other in first if alike(network, other, piece)), number)
            if token == number:
                first.append((number, piece))
        tokens.append(token)
    return tokens


def _may_repeat(project: Project, network: Network, piece: Sequence[str]) -> bool:
    """Whether copies of these nodes can be one node's: no ends, no shared weights."""
    owners = {node.shares for node in network.nodes if node.shares}
    for id in piece:
        node = network.node(id)
        if node.kind in ("Input", "Output") or node.shares or node.id in owners:
            return False
        block = project.block(node.block) if node.block else None
        if block is not None and _differs_by_copy(block):
            return False
        if node.block is not None and not isinstance(node.parameters.get("repeat", 1), int):
            return False
    return True


def _differs_by_copy(block: Network) -> bool:
    values: list[Any] = [
        value for node in block.nodes for value in (*node.parameters.values(), node.bypass)
    ]
    values += [parameter.default for parameter in block.parameters]
    return any({"index", "repeat"} & names_within(value) for value in values)
