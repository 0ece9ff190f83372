"""Edits: changes to a project as data. Each applies to a project and gives its exact inverse.

`edit.apply(project)` returns the changed project and the edit that takes it back; undo, macro
recording, tests and one-click fixes are lists of edits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, field_validator

from cnnstudio.graph.block_edits import AddNetwork, ChangeNetwork, RemoveNetwork, RenameNetwork
from cnnstudio.graph.edit import BaseEdit, NetworkEdit
from cnnstudio.graph.errors import ProblemError
from cnnstudio.graph.frames import AddFrame, ChangeFrame, RemoveFrame
from cnnstudio.graph.model import Edge, Frame, Learning, Network, Node, Project
from cnnstudio.graph.set_kind import SetKind
from cnnstudio.graph.setting_edit import SetSetting
from cnnstudio.graph.source_edits import AddSource, ChangeSource, NotePackage, RemoveSource
from cnnstudio.graph.values import check_json


def _existing(network: Network, id: str) -> Node:
    node = network.by_id.get(id)
    if node is None:
        raise ProblemError(f"The network has no node with the id '{id}'.")
    return node


def _with_node(network: Network, node: Node) -> Network:
    return network.replace(nodes=(node if old.id == node.id else old for old in network.nodes))


class AddNode(NetworkEdit):
    type: Literal["add_node"] = "add_node"
    node: Node

    @property
    def label(self) -> str:
        return f"Add {self.node.short_kind} {self.node.name}"

    def change(self, network: Network) -> tuple[Network, Edit]:
        if self.node.id in network.by_id:
            raise ProblemError(f"The network already has a node with the id '{self.node.id}'.")
        # Not RemoveNode: a dangling wire that named this id before stays.
        inverse = _Unpaste(network=self.network, nodes=(self.node.id,), edges=())
        return network.replace(nodes=(*network.nodes, self.node)), inverse


class RemoveNode(NetworkEdit):
    """Removes a node and the wires at it."""

    type: Literal["remove_node"] = "remove_node"
    node_id: str

    @property
    def label(self) -> str:
        return f"Delete {self.node_id}"

    def change(self, network: Network) -> tuple[Network, Edit]:
        node = _existing(network, self.node_id)
        at_node = [e for e in network.edges if self.node_id in (e.source, e.target)]
        changed = network.replace(
            nodes=(n for n in network.nodes if n.id != node.id),
            edges=(e for e in network.edges if self.node_id not in (e.source, e.target)),
        )
        # A wire may name a node that does not exist, so wires come back as they were: unchecked.
        return changed, Paste(network=self.network, nodes=(node,), edges=tuple(at_node))


class Connect(NetworkEdit):
    """Draws a wire; one that already ends in that input port is replaced."""

    type: Literal["connect"] = "connect"
    edge: Edge

    @property
    def label(self) -> str:
        return f"Connect {self.edge.source} to {self.edge.target}"

    def change(self, network: Network) -> tuple[Network, Edit]:
        _existing(network, self.edge.source)
        _existing(network, self.edge.target)
        replaced = [
            edge
            for edge in network.incoming(self.edge.target)
            if edge.target_port == self.edge.target_port and edge != self.edge
        ]
        if self.edge in network.edges and not replaced:
            return network, Group(text=self.label, edits=())
        kept = (edge for edge in network.edges if edge not in replaced)
        back: list[Edit] = (
            [] if self.edge in network.edges else [Disconnect(network=self.network, edge=self.edge)]
        )
        if replaced:
            back.append(Paste(network=self.network, nodes=(), edges=tuple(replaced)))
        inverse = back[0] if len(back) == 1 else Group(text=self.label, edits=tuple(back))
        return network.replace(edges=(*kept, self.edge)), inverse


class Disconnect(NetworkEdit):
    type: Literal["disconnect"] = "disconnect"
    edge: Edge

    @property
    def label(self) -> str:
        return f"Disconnect {self.edge.source} from {self.edge.target}"

    def change(self, network: Network) -> tuple[Network, Edit]:
        if self.edge not in network.edges:
            raise ProblemError("That wire does not exist.")
        changed = network.replace(edges=(edge for edge in network.edges if edge != self.edge))
        return changed, Paste(network=self.network, nodes=(), edges=(self.edge,))


class SetParameter(NetworkEdit):
    """Sets a layer's parameter, or with `unset` takes it back to its default."""

    type: Literal["set_parameter"] = "set_parameter"
    node_id: str
    name: str
    value: Any = None
    unset: bool = False

    @field_validator("value")
    @classmethod
    def _plain_json(cls, value: Any) -> Any:
        check_json(value)
        return value

    @property
    def label(self) -> str:
        return f"Change {self.name.replace('_', ' ')} of {self.node_id}"

    def change(self, network: Network) -> tuple[Network, Edit]:
        node = _existing(network, self.node_id)
        parameters = dict(node.parameters)
        had, old = self.name in parameters, parameters.pop(self.name, None)
        if not self.unset:
            parameters[self.name] = self.value
        inverse = SetParameter(
            network=self.network, node_id=node.id, name=self.name, value=old, unset=not had
        )
        return _with_node(network, node.model_copy(update={"parameters": parameters})), inverse


class SetBypass(NetworkEdit):
    """Switches a node off, so that it hands its first input on: true, false or an expression."""

    type: Literal["set_bypass"] = "set_bypass"
    node_id: str
    bypass: bool | str

    @property
    def label(self) -> str:
        return f"{'Bypass' if self.bypass else 'Use'} {self.node_id}"

    def change(self, network: Network) -> tuple[Network, Edit]:
        node = _existing(network, self.node_id)
        inverse = SetBypass(network=self.network, node_id=node.id, bypass=node.bypass)
        changed = Node.model_validate({**node.model_dump(), "bypass": self.bypass})
        return _with_node(network, changed), inverse


class SetLearning(NetworkEdit):
    """Sets how a node learns."""

    type: Literal["set_learning"] = "set_learning"
    node_id: str
    learning: Learning | None

    @property
    def label(self) -> str:
        return f"Change how {self.node_id} learns"

    def change(self, network: Network) -> tuple[Network, Edit]:
        node = _existing(network, self.node_id)
        inverse = SetLearning(network=self.network, node_id=node.id, learning=node.learning)
        wanted = None if self.learning == Learning() else self.learning
        return _with_node(network, node.model_copy(update={"learning": wanted})), inverse


class Rename(NetworkEdit):
    """Gives a node another name; what the training settings say of an output follows."""

    type: Literal["rename"] = "rename"
    node_id: str
    name: str

    @property
    def label(self) -> str:
        return f"Rename to {self.name}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        old = _existing(project.network_named(self.network), self.node_id)
        changed, inverse = super().apply(project)
        losses = project.training.output_losses
        of_output = old.kind == "Output" and self.network == "main" and old.name in losses
        if of_output and self.name not in losses:
            named = {self.name if name == old.name else name: losses[name] for name in losses}
            training = project.training.model_copy(update={"output_losses": named})
            changed = changed.model_copy(update={"training": training})
        return changed, inverse

    def change(self, network: Network) -> tuple[Network, Edit]:
        node = _existing(network, self.node_id)
        inverse = Rename(network=self.network, node_id=node.id, name=node.name)
        return _with_node(network, node.model_copy(update={"name": self.name})), inverse


class Move(NetworkEdit):
    """Puts nodes at new places."""

    type: Literal["move"] = "move"
    positions: dict[str, tuple[float, float]]

    @property
    def label(self) -> str:
        count = len(self.positions)
        return f"Move {next(iter(self.positions))}" if count == 1 else f"Move {count} nodes"

    def change(self, network: Network) -> tuple[Network, Edit]:
        old = {id: _existing(network, id).position for id in self.positions}
        changed = network.replace(
            nodes=(
                node.model_copy(update={"position": self.positions[node.id]})
                if node.id in self.positions
                else node
                for node in network.nodes
            )
        )
        return changed, Move(network=self.network, positions=old)


class Paste(NetworkEdit):
    """Adds nodes, wires and frames as they are; ids must be free."""

    type: Literal["paste"] = "paste"
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()
    frames: tuple[Frame, ...] = ()

    @property
    def label(self) -> str:
        if self.frames and not self.nodes:
            return "Paste 1 frame" if len(self.frames) == 1 else f"Paste {len(self.frames)} frames"
        return "Paste 1 node" if len(self.nodes) == 1 else f"Paste {len(self.nodes)} nodes"

    def change(self, network: Network) -> tuple[Network, Edit]:
        ids = [node.id for node in self.nodes]
        frame_ids = [frame.id for frame in self.frames]
        if set(frame_ids) & {f.id for f in network.frames} or len(set(frame_ids)) < len(frame_ids):
            raise ProblemError(f"Ids of frames to paste are taken: {', '.join(frame_ids)}.")
        doubled = set(ids) & set(network.by_id)
        if doubled or len(set(ids)) < len(ids):
            raise ProblemError(f"Ids to paste are taken: {', '.join(sorted(doubled) or ids)}.")
        present = set(network.edges)
        added = tuple(dict.fromkeys(edge for edge in self.edges if edge not in present))
        changed = network.replace(
            nodes=(*network.nodes, *self.nodes) if self.nodes else None,
            edges=(*network.edges, *added) if added else None,
            frames=(*network.frames, *self.frames) if self.frames else None,
        )
        return changed, _Unpaste(
            network=self.network, nodes=tuple(ids), edges=added, frames=tuple(frame_ids)
        )


class _Unpaste(NetworkEdit):
    """The inverse of Paste: takes exactly these nodes, wires and frames out, and no others."""

    type: Literal["unpaste"] = "unpaste"
    nodes: tuple[str, ...]
    edges: tuple[Edge, ...]
    frames: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return "Undo paste"

    def change(self, network: Network) -> tuple[Network, Edit]:
        nodes = tuple(_existing(network, id) for id in self.nodes)
        if missing := set(self.edges) - set(network.edges):
            raise ProblemError(f"{len(missing)} wires to take out do not exist.")
        gone, gone_edges, gone_frames = set(self.nodes), set(self.edges), set(self.frames)
        frames = tuple(frame for frame in network.frames if frame.id in gone_frames)
        if len(frames) < len(gone_frames):
            raise ProblemError(f"{len(gone_frames) - len(frames)} frames to take out don't exist.")
        changed = network.replace(
            nodes=(node for node in network.nodes if node.id not in gone),
            edges=(edge for edge in network.edges if edge not in gone_edges),
            frames=(frame for frame in network.frames if frame.id not in gone_frames),
        )
        return changed, Paste(network=self.network, nodes=nodes, edges=self.edges, frames=frames)


class Group(BaseEdit):
    """Several edits as one step; if one is impossible, none is made."""

    type: Literal["group"] = "group"
    text: str
    edits: tuple[Edit, ...]

    @property
    def label(self) -> str:
        return self.text

    def apply(self, project: Project) -> tuple[Project, Edit]:
        inverses: list[Edit] = []
        for edit in self.edits:
            project, inverse = edit.apply(project)
            inverses.append(inverse)
        return project, Group(text=self.text, edits=tuple(reversed(inverses)))


Edit = Annotated[
    AddNode
    | RemoveNode
    | Connect
    | Disconnect
    | SetParameter
    | SetBypass
    | SetLearning
    | SetKind
    | Rename
    | Move
    | Paste
    | _Unpaste
    | AddFrame
    | RemoveFrame
    | ChangeFrame
    | SetSetting
    | AddSource
    | RemoveSource
    | ChangeSource
    | NotePackage
    | AddNetwork
    | RemoveNetwork
    | ChangeNetwork
    | RenameNetwork
    | Group,
    Field(discriminator="type"),
]
Group.model_rebuild()
edit_adapter: TypeAdapter[Edit] = TypeAdapter(Edit)


def take_out(network: Network, ids: Iterable[str]) -> Edit:
    """Removes these nodes with all wires at them, in one edit however many they are."""
    gone = set(ids)
    edges = tuple(e for e in network.edges if e.source in gone or e.target in gone)
    nodes = tuple(node.id for node in network.nodes if node.id in gone)
    return _Unpaste(network=network.name, nodes=nodes, edges=edges)


def remove_and_heal(network: Network, ids: Iterable[str]) -> Group:
    """Deletes nodes; where a chain of them had one wire in, their successors are wired to it."""
    gone = {id for id in ids if id in network.by_id}
    edits: list[Edit] = [RemoveNode(network=network.name, node_id=id) for id in sorted(gone)]
    for edge in network.edges:
        if edge.source not in gone or edge.target in gone:
            continue
        source: Edge | None = edge
        seen: set[str] = set()
        while source is not None and source.source in gone and source.source not in seen:
            seen.add(source.source)
            incoming = network.incoming(source.source)
            source = incoming[0] if len(incoming) == 1 else None
        if source is not None and source.source not in gone and source.source in network.by_id:
            healed = edge.model_copy(
                update={"source": source.source, "source_port": source.source_port}
            )
            edits.append(Connect(network=network.name, edge=healed))
    names = [network.by_id[id].name for id in sorted(gone)]
    text = f"Delete {names[0]}" if len(names) == 1 else f"Delete {len(names)} nodes"
    return Group(text=text, edits=tuple(edits))


def insert_on_edge(network: Network, node: Node, edge: Edge) -> Group:
    """Puts a node (new, or already there without wires) into a wire."""
    edits: list[Edit] = []
    if node.id not in network.by_id:
        edits.append(AddNode(network=network.name, node=node))
    edits += [
        Disconnect(network=network.name, edge=edge),
        Connect(
            network=network.name,
            edge=Edge(source=edge.source, source_port=edge.source_port, target=node.id),
        ),
        Connect(
            network=network.name,
            edge=Edge(source=node.id, target=edge.target, target_port=edge.target_port),
        ),
    ]
    return Group(text=f"Insert {node.short_kind} {node.name}", edits=tuple(edits))
