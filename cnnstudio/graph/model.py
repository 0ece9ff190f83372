"""The document: a project, its networks, their nodes and edges. Immutable values.

Every model is frozen; an edit makes a new project that shares all it did not change. Nodes and
edges are kept in one canonical order, so equal documents are equal as values and as files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from cnnstudio.graph.errors import ProblemError
from cnnstudio.graph.settings import DataSettings, TrainingSettings
from cnnstudio.graph.sources import PackageUse, SourceFile
from cnnstudio.graph.values import check_json

FORMAT: Final = "cnnstudio-project"
FORMAT_VERSION: Final = 3
BLOCK_PREFIX: Final = "block:"
FRAME_COLORS: Final = ("grey", "blue", "green", "yellow", "red", "purple")


@lru_cache(maxsize=65536)
def natural_key(text: str) -> tuple[list[tuple[int, int, str]], str]:
    """Sorts `conv` before `conv2` before `conv10`."""
    parts = [
        (0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part)
        for part in re.split(r"([0-9]+)", text)
        if part
    ]
    return parts, text


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Learning(Model):
    """How a node learns: not at all if `frozen`, else with `rate` times the run's learning rate,
    and with a weight decay and an L1 penalty of its own unless `decay` and `l1` are None."""

    frozen: bool = False
    rate: float = Field(default=1.0, gt=0.0, le=1000.0)
    decay: float | None = Field(default=None, ge=0.0, le=10.0)
    l1: float | None = Field(default=None, ge=0.0, le=10.0)

    def within(self, outer: Learning) -> Learning:
        """How a node in a block learns, where the block learns as `outer`."""
        return Learning(
            frozen=self.frozen or outer.frozen,
            rate=min(self.rate * outer.rate, 1000.0),
            decay=outer.decay if self.decay is None else self.decay,
            l1=outer.l1 if self.l1 is None else self.l1,
        )


class Node(Model):
    """One layer on the canvas.

    `id` never changes and is unique in its network; `name` is what the user sees and what the
    built module is called. `parameters` holds only what differs from the declaration's defaults
    or was set by the user; a value such as `"=channels * 4"` is worked out from the parameters of
    the network that the node stands in. `shares` is the id of the node whose module (and weights)
    this one uses again. A node with `bypass` (a flag or an expression) hands its first input on.
    `learning` is None for a node that learns as the run does.

    The kind `block:NAME` stands for the project's network of that name.
    """

    id: str = Field(min_length=1)
    kind: str = Field(min_length=1)
    name: str
    parameters: dict[str, Any] = Field(default_factory=dict)
    position: tuple[float, float] = (0.0, 0.0)
    shares: str | None = None
    bypass: bool | str = False
    learning: Learning | None = None

    @property
    def short_kind(self) -> str:
        """The kind for people, without what says where it is from: `Swirl`, `Conv2d`."""
        return re.split("[.:]", self.kind)[-1]

    @property
    def block(self) -> str | None:
        """The name of the network that this node stands for; None for a layer."""
        return self.kind.removeprefix(BLOCK_PREFIX) if self.kind.startswith(BLOCK_PREFIX) else None

    @field_validator("bypass")
    @classmethod
    def _flag_or_expression(cls, value: bool | str) -> bool | str:
        if isinstance(value, str) and not value.startswith("="):
            raise ValueError("should be true, false or an expression such as '=stride == 1'")
        return value

    @field_validator("parameters")
    @classmethod
    def _plain_json(cls, value: dict[str, Any]) -> dict[str, Any]:
        check_json(value)
        return value


class Edge(Model):
    """A wire from an output port to an input port; ports are counted from 0."""

    source: str
    target: str
    source_port: int = Field(default=0, ge=0)
    target_port: int = Field(default=0, ge=0)

    @property
    def sort_key(self) -> tuple[object, ...]:
        return (
            natural_key(self.target),
            self.target_port,
            natural_key(self.source),
            self.source_port,
        )


class Frame(Model):
    """A titled area behind the nodes, or a note; for people, without meaning for the network.

    Nodes wholly inside it belong to it: they move with it. A frame with a text and no title is a
    note. `color` is one of `FRAME_COLORS`; a name that is none of them is shown as grey.
    """

    id: str = Field(min_length=1)
    title: str = ""
    text: str = ""
    position: tuple[float, float] = (0.0, 0.0)
    size: tuple[float, float] = (320.0, 240.0)
    color: str = "blue"

    @property
    def is_note(self) -> bool:
        return bool(self.text) and not self.title

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        (x, y), (width, height) = self.position, self.size
        return x, y, x + width, y + height

    def holds(self, box: tuple[float, float, float, float]) -> bool:
        """Whether a box (left, top, right, bottom) lies wholly inside."""
        left, top, right, bottom = self.box
        return left <= box[0] and top <= box[1] and box[2] <= right and box[3] <= bottom


class BlockParameter(Model):
    """A parameter of a block: what a node that stands for it can set.

    Its type is that of the default: a flag, a whole number, a number, text or a list of whole
    numbers.
    """

    name: str = Field(min_length=1)
    default: Any
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    help: str = ""

    @field_validator("default")
    @classmethod
    def _plain_json(cls, value: Any) -> Any:
        check_json(value)
        return value


class Network(Model):
    """A directed graph of nodes. May be broken: problems are reported, never raised.

    A project's further networks are its blocks: their Input and Output nodes are the ports of a
    node that stands for them, and their `parameters` its parameters.
    """

    name: str = "main"
    description: str = ""
    parameters: tuple[BlockParameter, ...] = ()
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    frames: tuple[Frame, ...] = ()

    @field_validator("nodes")
    @classmethod
    def _nodes_in_order(cls, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        ids = [node.id for node in nodes]
        repeated = {id for id in ids if ids.count(id) > 1} if len(set(ids)) < len(ids) else None
        if repeated:
            raise ValueError(f"two nodes have the same id '{min(repeated)}'")
        return tuple(sorted(nodes, key=lambda node: natural_key(node.id)))

    @field_validator("edges")
    @classmethod
    def _edges_in_order(cls, edges: tuple[Edge, ...]) -> tuple[Edge, ...]:
        return tuple(sorted(set(edges), key=lambda edge: edge.sort_key))

    @field_validator("frames")
    @classmethod
    def _frames_in_order(cls, frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
        if len({frame.id for frame in frames}) < len(frames):
            raise ValueError("two frames have the same id")
        return tuple(sorted(frames, key=lambda frame: natural_key(frame.id)))

    @cached_property
    def by_id(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def _incoming(self) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = {}
        for edge in self.edges:
            found.setdefault(edge.target, []).append(edge)
        return found

    @cached_property
    def _outgoing(self) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = {}
        for edge in self.edges:
            found.setdefault(edge.source, []).append(edge)
        return found

    def node(self, id: str) -> Node:
        """The node with this id; KeyError if there is none."""
        return self.by_id[id]

    def frame(self, id: str) -> Frame:
        """The frame with this id; KeyError if there is none."""
        for frame in self.frames:
            if frame.id == id:
                return frame
        raise KeyError(id)

    def find(self, name: str) -> Node | None:
        """The first node with this name."""
        return next((node for node in self.nodes if node.name == name), None)

    def incoming(self, id: str) -> list[Edge]:
        """Wires that end at this node, by input port."""
        return list(self._incoming.get(id, ()))

    def outgoing(self, id: str) -> list[Edge]:
        """Wires that start at this node, by target."""
        return list(self._outgoing.get(id, ()))

    def topological(self) -> list[str]:
        """Ids in an order that follows the wires; nodes on or behind a cycle are left out."""
        waiting = {
            node.id: len(
                {e.source for e in self._incoming.get(node.id, ()) if e.source in self.by_id}
            )
            for node in self.nodes
        }
        ready = [id for id, count in reversed(waiting.items()) if count == 0]
        order: list[str] = []
        while ready:
            id = ready.pop()
            order.append(id)
            for target in dict.fromkeys(e.target for e in reversed(self._outgoing.get(id, ()))):
                if target in waiting:
                    waiting[target] -= 1
                    if waiting[target] == 0:
                        ready.append(target)
        return order

    def free_name(self, base: str) -> str:
        """`base` followed by the smallest number that no node's name has: `conv1`, `conv2`, …"""
        return _free(base, {node.name for node in self.nodes})

    def free_id(self, base: str) -> str:
        """An id that no node has."""
        return _free(base, set(self.by_id))

    def free_frame_id(self) -> str:
        """An id that no frame has."""
        return _free("frame", {frame.id for frame in self.frames})

    def replace(
        self,
        nodes: Iterable[Node] | None = None,
        edges: Iterable[Edge] | None = None,
        frames: Iterable[Frame] | None = None,
    ) -> Network:
        """A copy with these nodes, edges or frames, in canonical order."""
        changed: dict[str, Any] = {}
        if nodes is not None:
            changed["nodes"] = tuple(sorted(nodes, key=lambda node: natural_key(node.id)))
        if edges is not None:
            changed["edges"] = tuple(sorted(set(edges), key=lambda edge: edge.sort_key))
        if frames is not None:
            changed["frames"] = tuple(sorted(frames, key=lambda frame: natural_key(frame.id)))
        return self.changed(**changed)

    def changed(self, **changed: Any) -> Network:
        """A copy with other fields, which are taken as they are."""
        # Not model_copy, which would take the cached look-ups of the old nodes along.
        kept = {name: getattr(self, name) for name in type(self).model_fields}
        return Network.model_construct(**(kept | changed))


def _free(base: str, taken: set[str]) -> str:
    number = 1
    while f"{base}{number}" in taken:
        number += 1
    return f"{base}{number}"


class Project(Model):
    """Everything a `.cnns` file holds: networks (the first is the main one) and settings."""

    format: Literal["cnnstudio-project"] = FORMAT
    version: Literal[3] = FORMAT_VERSION
    name: str = "untitled"
    description: str = ""
    networks: tuple[Network, ...] = Field(default_factory=lambda: (Network(),), min_length=1)
    data: DataSettings = Field(default_factory=DataSettings)
    training: TrainingSettings = Field(default_factory=TrainingSettings)
    sources: tuple[SourceFile, ...] = ()
    packages: tuple[PackageUse, ...] = ()

    @field_validator("sources", "packages")
    @classmethod
    def _by_name(cls, values: tuple[Any, ...]) -> tuple[Any, ...]:
        names = [value.name for value in values]
        if len(set(names)) < len(names):
            raise ValueError("two of them have the same name")
        return tuple(sorted(values, key=lambda value: natural_key(value.name)))

    @model_validator(mode="after")
    def _network_names_differ(self) -> Project:
        names = [network.name for network in self.networks]
        if len(set(names)) < len(names):
            raise ValueError("two networks have the same name")
        return self

    @property
    def network(self) -> Network:
        """The main network."""
        return self.networks[0]

    def network_named(self, name: str) -> Network:
        for network in self.networks:
            if network.name == name:
                return network
        raise ProblemError(f"The project has no network named '{name}'.")

    def block(self, name: str) -> Network | None:
        """The block of this name; the main network is none."""
        return next((network for network in self.networks[1:] if network.name == name), None)

    def with_network(self, network: Network) -> Project:
        """A copy in which `network` replaces the one of the same name."""
        self.network_named(network.name)
        return self.model_copy(
            update={
                "networks": tuple(
                    network if old.name == network.name else old for old in self.networks
                )
            }
        )

    def source(self, name: str) -> SourceFile | None:
        """The Python file of this module name."""
        return next((source for source in self.sources if source.name == name), None)

    def with_sources(self, sources: Iterable[SourceFile]) -> Project:
        """A copy with these Python files, in canonical order."""
        ordered = tuple(sorted(sources, key=lambda source: natural_key(source.name)))
        return self.model_copy(update={"sources": ordered})

    def with_packages(self, packages: Iterable[PackageUse]) -> Project:
        """A copy with these notes on installed packages, in canonical order."""
        ordered = tuple(sorted(packages, key=lambda use: natural_key(use.name)))
        return self.model_copy(update={"packages": ordered})
