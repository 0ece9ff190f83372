"""A network's wires for the layout: without loops, looked up by node."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cnnstudio.graph.model import Edge, Network


@dataclass(frozen=True)
class Wiring:
    """Wires in both directions. `order` is canonical and follows the wires.

    In `order` a branch stands in one piece, just before what takes it up.
    """

    order: tuple[str, ...]
    before: dict[str, list[Edge]]  # wires that end at a node, by input port
    after: dict[str, list[Edge]]  # wires that start at a node


def wiring_of(network: Network) -> Wiring:
    """The wires between existing nodes; of a loop, the wire that leads back is left out."""
    known = network.by_id
    incoming = {id: [edge for edge in network.incoming(id) if edge.source in known] for id in known}
    # A lone source, such as a learnable tensor, comes last, beside what takes it up.
    visited = {id: sorted(edges, key=lambda e: not incoming[e.source])
               for id, edges in incoming.items()}  # fmt: skip
    order: list[str] = []
    state: dict[str, bool] = {}  # False while a node's predecessors are visited
    leading_back: set[Edge] = set()
    ends = [id for id in known if not network.outgoing(id)]
    for root in (*ends, *known):
        _visit(root, visited, state, order, leading_back)
    before = {id: [e for e in edges if e not in leading_back] for id, edges in incoming.items()}
    after: dict[str, list[Edge]] = {id: [] for id in known}
    for id in order:
        for edge in before[id]:
            after[edge.source].append(edge)
    return Wiring(tuple(order), before, after)


def _visit(
    root: str,
    incoming: dict[str, list[Edge]],
    state: dict[str, bool],
    order: list[str],
    leading_back: set[Edge],
) -> None:
    """Depth first against the wires, so that a node follows all that leads to it."""
    if root in state:
        return
    state[root] = False
    waiting = [(root, iter(incoming[root]))]
    while waiting:
        id, edges = waiting[-1]
        for edge in edges:
            if edge.source not in state:
                state[edge.source] = False
                waiting.append((edge.source, iter(incoming[edge.source])))
                break
            if not state[edge.source]:
                leading_back.add(edge)
        else:
            state[id] = True
            order.append(id)
            waiting.pop()


def components(ids: Iterable[str], wiring: Wiring) -> list[list[str]]:
    """The parts of these nodes that no wire between them connects, each in the given order."""
    ids = list(ids)
    inside, found = set(ids), {}
    count = 0
    for first in ids:
        if first in found:
            continue
        found[first], waiting = count, [first]
        while waiting:
            id = waiting.pop()
            near = [e.source for e in wiring.before[id]] + [e.target for e in wiring.after[id]]
            for other in near:
                if other in inside and other not in found:
                    found[other] = count
                    waiting.append(other)
        count += 1
    parts: list[list[str]] = [[] for _ in range(count)]
    for id in ids:
        parts[found[id]].append(id)
    return parts
