"""Which nodes still compute what they computed in an earlier state of a network."""

from __future__ import annotations

from typing import Any

from cnnstudio.graph import Network, Project
from cnnstudio.graph.blocks import needed_for


def unchanged_in(before: Project, after: Project) -> set[str]:
    """As `unchanged` for the main networks; a block counts with all that is in it."""
    changed = {
        block.name
        for block in after.networks[1:]
        if (old := before.block(block.name)) is None or not _same(old, block)
    }
    return unchanged(before.network, after.network) - _behind(after, changed)


def _same(before: Network, after: Network) -> bool:
    """Whether a block computes the same, and has its nodes under the same names."""
    names = [{node.id: node.name for node in network.nodes} for network in (before, after)]
    return (
        names[0] == names[1]
        and before.parameters == after.parameters
        and unchanged(before, after) == set(after.by_id)
        and len(before.nodes) == len(after.nodes)
    )


def _behind(project: Project, changed: set[str]) -> set[str]:
    """Ids of the main network's nodes that stand for these blocks, or come after one that does."""
    network, found = project.network, set()
    for id in network.topological():
        node = network.node(id)
        inner = {block.name for block in needed_for(project, [node])} if node.block else set()
        if inner & changed or any(edge.source in found for edge in network.incoming(id)):
            found.add(id)
    return found


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
    return node.kind, node.parameters, node.bypass, shared, wires
