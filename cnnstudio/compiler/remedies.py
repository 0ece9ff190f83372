"""Edits that mend a node: put a layer before it, replace its kind, set or drop a parameter."""

from __future__ import annotations

import re
from typing import Any

from cnnstudio.graph import (
    AddNode,
    Connect,
    Disconnect,
    Edge,
    Edit,
    Fix,
    Group,
    Move,
    Network,
    Node,
    RemoveNode,
    SetParameter,
    remove_and_heal,
)
from cnnstudio.graph.edits import Paste

ROW_HEIGHT = 120.0  # a card and the gap below it, in canvas pixels


def insert_before(
    network: Network, edge: Edge, kind: str, parameters: dict[str, Any] | None = None
) -> Fix:
    """Puts a new layer into the wire; the nodes below make room for its card."""
    target = network.node(edge.target)
    name = network.free_name(re.sub(r"\W|[123]d$", "", kind).lower())
    node = Node(
        id=name if name not in network.by_id else network.free_id(f"{name}_"),
        kind=kind,
        name=name,
        parameters=parameters or {},
        position=target.position,
    )
    column = {
        id: (x, y + ROW_HEIGHT)
        for id, (x, y) in ((other.id, other.position) for other in network.nodes)
        if y >= target.position[1] and abs(x - target.position[0]) < 200.0
    }
    after = Edge(source=node.id, target=edge.target, target_port=edge.target_port)
    into = Edge(source=edge.source, source_port=edge.source_port, target=node.id)
    edits: tuple[Edit, ...] = (
        Move(network=network.name, positions=column),
        AddNode(network=network.name, node=node),
        Disconnect(network=network.name, edge=edge),
        Connect(network=network.name, edge=into),
        Connect(network=network.name, edge=after),
    )
    return Fix(label=f"Insert {kind}", edits=edits)


def replace_kind(network: Network, node: Node, kind: str, parameters: dict[str, Any]) -> Fix:
    """Makes the node one of another kind; its name, place and wires stay."""
    wires = tuple(edge for edge in network.edges if node.id in (edge.source, edge.target))
    changed = node.model_copy(update={"kind": kind, "parameters": parameters})
    swap = Group(
        text=f"Replace with {kind}",
        edits=(
            RemoveNode(network=network.name, node_id=node.id),
            Paste(network=network.name, nodes=(changed,), edges=wires),
        ),
    )
    return Fix(label=f"Replace with {kind}", edits=(swap,))


def set_parameter(network: Network, node: Node, name: str, value: Any, label: str) -> Fix:
    edit = SetParameter(network=network.name, node_id=node.id, name=name, value=value)
    return Fix(label=label, edits=(edit,))


def reset_parameters(network: Network, node: Node, names: list[str], label: str) -> Fix:
    """Takes parameters back to their defaults."""
    edits = tuple(
        SetParameter(network=network.name, node_id=node.id, name=name, unset=True) for name in names
    )
    return Fix(label=label, edits=edits)


def remove(network: Network, node: Node) -> Fix:
    return Fix(label=f"Remove {node.name}", edits=(remove_and_heal(network, [node.id]),))
