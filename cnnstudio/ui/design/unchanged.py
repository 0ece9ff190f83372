"""Which nodes still compute what they computed in an earlier state of a network."""

from __future__ import annotations

from typing import Any

from cnnstudio.graph import Network


def unchanged(before: Network, after: Network) -> set[str]:
    """Ids of the nodes of `after` that are the same in `before`, with all that leads to them.

    Names and positions don't count. What lies on or behind a cycle is left out.
    """
    same: set[str] = set()
    for id in after.topological():
        sources = {edge.source for edge in after.incoming(id)}
        if id in before.by_id and sources <= same and _computes(before, id) == _computes(after, id):
            same.add(id)
    return same


def _computes(network: Network, id: str) -> tuple[Any, ...]:
    """What a node does with its inputs, and which ones it takes."""
    node = network.node(id)
    wires = [(edge.source, edge.source_port, edge.target_port) for edge in network.incoming(id)]
    owner = network.by_id.get(node.shares) if node.shares else None
    shared = (owner.id, owner.kind, owner.parameters) if owner is not None else node.shares
    return node.kind, node.parameters, shared, wires
