"""Which layer decides how many numbers a network answers with: its head."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cnnstudio.graph import Network, Project
from cnnstudio.graph.expressions import is_expression
from cnnstudio.layers.lookup import kind_of

WIDTHS = ("out_features", "out_channels")


@dataclass(frozen=True)
class Head:
    """The parameter that sets the width of an output: of a node, or (`node` None) of a network."""

    network: str
    node: str | None  # id
    parameter: str

    def set(self, project: Project, width: int) -> Project:
        """The project with another width of this head."""
        network = project.network_named(self.network)
        if self.node is None:
            parameters = tuple(
                p.model_copy(update={"default": width}) if p.name == self.parameter else p
                for p in network.parameters
            )
            return project.with_network(network.changed(parameters=parameters))
        node = network.node(self.node)
        given = {**node.parameters, self.parameter: width}
        changed = node.model_copy(update={"parameters": given})
        return project.with_network(
            network.replace(nodes=(changed if n.id == node.id else n for n in network.nodes))
        )


def heads(project: Project) -> list[Head]:
    """The head of each Output of the main network that has one, in the outputs' order."""
    network = project.network
    found = [
        _outside(network, _before(project, network, node.id, (network.name,)))
        for node in network.nodes
        if node.kind == "Output"
    ]
    return list(dict.fromkeys(head for head in found if head is not None))


def _before(project: Project, network: Network, id: str, within: tuple[str, ...]) -> Head | None:
    """The last layer before this node that decides how many values come out."""
    seen: set[str] = set()
    wires = network.incoming(id)
    while wires and wires[0].source in network.by_id and wires[0].source not in seen:
        wire = wires[0]
        seen.add(wire.source)
        node = network.node(wire.source)
        owner = network.by_id.get(node.shares or "", node)
        kind = None if node.bypass is True else kind_of(project, node.kind)
        head = None
        if kind is not None and kind.call == "block":
            head = _inside(project, owner.id, node.block or "", wire.source_port, network, within)
        elif kind is not None:
            names = {parameter.name for parameter in kind.parameters}
            head = next((Head(network.name, owner.id, n) for n in WIDTHS if n in names), None)
        if head is not None:
            return head
        wires = network.incoming(node.id)
    return None


def _inside(
    project: Project, node: str, block: str, port: int, network: Network, within: tuple[str, ...]
) -> Head | None:
    """The head of a block's output; the parameter of the node that stands for it, if it has one."""
    inner = project.block(block)
    if inner is None or inner.name in within:
        return None
    ends = [other for other in inner.nodes if other.kind == "Output"]
    if port >= len(ends):
        return None
    head = _outside(inner, _before(project, inner, ends[port].id, (*within, inner.name)))
    if head is not None and head.node is None and head.network == inner.name:
        return Head(network.name, node, head.parameter)
    return head


def _outside(network: Network, head: Head | None) -> Head | None:
    """The network's own parameter, if that is what the head's value is."""
    if head is None or head.node is None or head.network != network.name:
        return head
    value = network.node(head.node).parameters.get(head.parameter)
    if not is_expression(value):
        return head
    name = str(value).removeprefix("=").strip()
    if name in {parameter.name for parameter in network.parameters}:
        return replace(head, node=None, parameter=name)
    return head
