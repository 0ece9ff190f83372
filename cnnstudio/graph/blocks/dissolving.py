"""A node that stands for a block gives way to what is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnnstudio.graph.block_edits import RemoveNetwork
from cnnstudio.graph.blocks.making import unused
from cnnstudio.graph.blocks.places import GAP, Box, box_of, make_room, snapped
from cnnstudio.graph.blocks.uses import existing_block, uses_of
from cnnstudio.graph.edits import Edit, Group, Move, Paste, RemoveNode
from cnnstudio.graph.errors import ProblemError
from cnnstudio.graph.expressions import is_expression, names_within, substitute
from cnnstudio.graph.layout import Flow
from cnnstudio.graph.model import Edge, Frame, Learning, Network, Node, Project

MOST_NODES = 5000
Port = tuple[str, int]


def dissolve(
    project: Project,
    network_name: str,
    node_id: str,
    in_channels: Sequence[int | str | None] = (),
    remove_definition: bool = False,
    flow: Flow = "down",
) -> Group:
    """Puts what is in a block in the place of the node that stands for it.

    Copies come one behind the other. Expressions are worked out; for those that name
    `in_channels`, that of each copy is needed: a number, or an expression of the network that the
    node is in (None where it isn't known). What is bypassed by an expression that holds is left
    out. With `remove_definition` the block is deleted too if nothing else stands for it.

    Raises ProblemError where that can't be: for a bypassed node, shared weights, a number of
    copies that isn't known, or an expression that can't be worked out here.
    """
    network, node, block, copies = block_node(project, network_name, node_id)
    if node.bypass:
        raise ProblemError(
            f"'{node.name}' is bypassed.", node=node.name, hint="Use it again before."
        )
    if copies * len(block.nodes) > MOST_NODES:
        raise ProblemError(
            f"'{node.name}' would become {copies * len(block.nodes)} nodes.",
            node=node.name,
            hint="Unfold it, and dissolve the copies that are to change.",
        )
    inner = _Copies(network, node, block, copies, in_channels)
    inner.go(flow)
    old, new = box_of([node]), inner.box
    edits: list[Edit] = [RemoveNode(network=network.name, node_id=node.id)]
    places = make_room(network, {node.id}, old, new, flow)
    if places:
        edits.append(Move(network=network.name, positions=places))
    edits.append(
        Paste(
            network=network.name,
            nodes=tuple(inner.nodes),
            edges=tuple(dict.fromkeys(inner.edges)),
            frames=tuple(inner.frames),
        )
    )
    if remove_definition and len(uses_of(project, block.name)) == 1:
        edits.append(RemoveNetwork(name=block.name))
    return Group(text=f"Dissolve {node.name}", edits=tuple(edits))


def taken_outside(network: Network, node: Node) -> tuple[set[str], set[str]]:
    """Ids and names that the network's other nodes have."""
    others = [other for other in network.nodes if other.id != node.id]
    return {other.id for other in others}, {other.name for other in others}


def reads_in_channels(project: Project, network_name: str, node_id: str) -> bool:
    """Whether dissolving the node needs to know the channels of its input."""
    _, _, block, _ = block_node(project, network_name, node_id)
    return "in_channels" in names_read(block)


def names_read(block: Network) -> set[str]:
    values = [value for node in block.nodes for value in (*node.parameters.values(), node.bypass)]
    values += [parameter.default for parameter in block.parameters]
    return {name for value in values for name in names_within(value)}


def block_node(
    project: Project, network_name: str, node_id: str
) -> tuple[Network, Node, Network, int]:
    """The network, the node in it, its block, and how many copies of it there are."""
    network = project.network_named(network_name)
    node = network.by_id.get(node_id)
    if node is None or node.block is None:
        raise ProblemError("Choose a node that stands for a block.")
    block = existing_block(project, node.block)
    if node.shares or any(other.shares == node.id for other in network.nodes):
        raise ProblemError(
            f"'{node.name}' shares its weights, so it has to stay one node.",
            node=node.name,
            hint="Delete the node that it shares them with before.",
        )
    copies = node.parameters.get("repeat", 1)
    if is_expression(copies):
        raise ProblemError(
            f"How many copies '{node.name}' has follows from '{copies}'.",
            node=node.name,
            hint="Set its repeat to a number before.",
        )
    if isinstance(copies, bool) or not isinstance(copies, int) or copies < 0:
        raise ProblemError(f"'{node.name}' can't be repeated {copies!r} times.", node=node.name)
    return network, node, block, copies


class _Copies:
    """The copies of a block, being laid out in the network that its node stands in."""

    def __init__(
        self, network: Network, node: Node, block: Network, copies: int,
        in_channels: Sequence[int | str | None],
    ) -> None:  # fmt: skip
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self.frames: list[Frame] = []
        self.box: Box = box_of([node])
        self._network, self._node, self._block = network, node, block
        self._copies, self._in_channels = copies, in_channels
        self._taken_ids, self._taken_names = taken_outside(network, node)
        wires = network.incoming(node.id)
        self._given: dict[int, Port] = {e.target_port: (e.source, e.source_port) for e in wires}

    def go(self, flow: Flow) -> None:
        results: dict[int, Port] = {0: self._given[0]} if 0 in self._given else {}
        for index in range(self._copies):
            results = self._add_copy(index, flow)
            if 0 in results:
                self._given[0] = results[0]
            else:
                self._given.pop(0, None)
        for edge in self._network.outgoing(self._node.id):
            if edge.source_port in results:
                source, port = results[edge.source_port]
                self.edges.append(edge.model_copy(update={"source": source, "source_port": port}))

    def _add_copy(self, index: int, flow: Flow) -> dict[int, Port]:
        """Adds what is in the block once; what arrives at its outputs."""
        block, names = self._block, self._names(index)
        inputs = [node.id for node in block.nodes if node.kind == "Input"]
        outputs = [node.id for node in block.nodes if node.kind == "Output"]
        bypassed = {
            node.id: _worked_out(node, node.bypass, names)
            for node in block.nodes
            if node.id not in inputs and node.id not in outputs
        }
        owners = {node.shares for node in block.nodes}
        left_out = {
            node.id
            for node in block.nodes
            if is_expression(node.bypass)
            and not isinstance(bypassed.get(node.id), str)
            and bypassed.get(node.id)
            and node.id not in owners
        }
        kept = [n for n in block.nodes if n.id in bypassed and n.id not in left_out]
        ids = {node.id: unused(node.id, self._taken_ids) for node in kept}
        names_outside = {node.id: self._name(node, index) for node in kept}
        offset = self._offset(kept, index, flow)

        def source_of(id: str, port: int) -> Port | None:
            for _ in range(len(block.nodes) + 1):
                if id in inputs:
                    return self._given.get(inputs.index(id))
                if id not in left_out:
                    return (ids[id], port) if id in ids else None
                wire = next((e for e in block.incoming(id) if e.target_port == 0), None)
                if wire is None:
                    return None
                id, port = wire.source, wire.source_port
            return None

        for node in kept:
            bypass = bypassed[node.id]
            self.nodes.append(
                node.model_copy(
                    update={
                        "id": ids[node.id],
                        "name": names_outside[node.id],
                        "parameters": {
                            key: _worked_out(node, value, names)
                            for key, value in node.parameters.items()
                        },
                        "bypass": bypass if isinstance(bypass, str) else bool(bypass),
                        "shares": ids.get(node.shares or ""),
                        "learning": _learning(node, self._node),
                        "position": _moved(node.position, offset),
                    }
                )
            )
            for edge in block.incoming(node.id):
                port = source_of(edge.source, edge.source_port)
                if port is not None:
                    self.edges.append(
                        Edge(
                            source=port[0], source_port=port[1], target=ids[node.id],
                            target_port=edge.target_port,
                        )
                    )  # fmt: skip
        self._add_frames(offset)
        found: dict[int, Port] = {}
        for number, id in enumerate(outputs):
            wire = next(iter(block.incoming(id)), None)
            port = source_of(wire.source, wire.source_port) if wire else None
            if port is not None:
                found[number] = port
        return found

    def _name(self, node: Node, index: int) -> str:
        """The name that a node gets outside: its own if that is free and there is one copy."""
        plain = self._copies == 1 and node.name not in self._taken_names
        number = f"_{index}" if "repeat" in self._node.parameters else ""
        base = node.name if plain else f"{self._node.name}{number}_{node.name}"
        return unused(base, self._taken_names)

    def _names(self, index: int) -> dict[str, Any]:
        """What expressions in this copy stand for, seen from outside of it."""
        names: dict[str, Any] = {"index": index, "repeat": self._copies}
        known = self._in_channels[index] if index < len(self._in_channels) else None
        if known is not None:
            names["in_channels"] = known
        for parameter in self._block.parameters:
            if parameter.name in self._node.parameters:
                names[parameter.name] = self._node.parameters[parameter.name]
            else:
                names[parameter.name] = _worked_out(self._node, parameter.default, names)
        return names

    def _offset(self, kept: Sequence[Node], index: int, flow: Flow) -> tuple[float, float]:
        """How far a copy's nodes move: the first where the node was, others behind it."""
        left, top, right, bottom = box_of(kept)
        x, y = self._node.position
        if flow == "down":
            x += 100.0 - (right - left) / 2
            y = y if index == 0 else self.box[3] + GAP
        else:
            y += 64.0 - (bottom - top) / 2
            x = x if index == 0 else self.box[2] + 96.0
        moved = (snapped(x - left), snapped(y - top))
        if kept:
            box = (left + moved[0], top + moved[1], right + moved[0], bottom + moved[1])
            old = box if index == 0 else self.box
            self.box = (
                min(old[0], box[0]), min(old[1], box[1]), max(old[2], box[2]), max(old[3], box[3]),
            )  # fmt: skip
        return moved

    def _add_frames(self, offset: tuple[float, float]) -> None:
        taken = {frame.id for frame in (*self._network.frames, *self.frames)}
        for frame in self._block.frames:
            number = 1
            while f"frame{number}" in taken:
                number += 1
            taken.add(f"frame{number}")
            self.frames.append(
                frame.model_copy(
                    update={"id": f"frame{number}", "position": _moved(frame.position, offset)}
                )
            )


def _worked_out(node: Node, value: Any, names: Mapping[str, Any]) -> Any:
    """A value in words of the network outside; ProblemError if it needs what isn't known."""
    if "in_channels" in names_within(value) and "in_channels" not in names:
        raise ProblemError(
            f"'{node.name}' follows from the channels of the block's input ('{value}'), which are "
            "not known, or not the same in all places.",
            node=node.name,
            hint="Wire it first, or make this use independent.",
        )
    return substitute(value, names)


def _learning(node: Node, block: Node) -> Learning | None:
    """How a node learns that stood in a block."""
    if block.learning is None:
        return node.learning
    return (node.learning or Learning()).within(block.learning)


def _moved(position: tuple[float, float], by: tuple[float, float]) -> tuple[float, float]:
    return position[0] + by[0], position[1] + by[1]
