"""A port of a node as something the pointer can take hold of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF

from cnnstudio.graph import Edge, Network


@dataclass(frozen=True)
class Port:
    node: str
    index: int
    is_output: bool
    place: QPointF


def wire_between(one: Port, other: Port) -> Edge | None:
    """The wire from the output to the input of two ports, if they are one of each."""
    if one.is_output == other.is_output:
        return None
    source, target = (one, other) if one.is_output else (other, one)
    return Edge(
        source=source.node,
        source_port=source.index,
        target=target.node,
        target_port=target.index,
    )


def upstream(network: Network, id: str) -> set[str]:
    """The node and all from which wires lead to it."""
    return _reached(id, lambda node: [edge.source for edge in network.incoming(node)])


def downstream(network: Network, id: str) -> set[str]:
    """The node and all to which wires lead from it."""
    return _reached(id, lambda node: [edge.target for edge in network.outgoing(node)])


def _reached(id: str, neighbours: Callable[[str], list[str]]) -> set[str]:
    found, waiting = {id}, [id]
    while waiting:
        for other in neighbours(waiting.pop()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found
