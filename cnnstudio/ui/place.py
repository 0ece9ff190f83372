"""Which network the window shows: the main one, or a block, by way of the nodes that lead there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cnnstudio.graph import ChangeNetwork, Edit, Group, Network, Node, Project
from cnnstudio.graph.edit import NetworkEdit

if TYPE_CHECKING:
    from cnnstudio.compiler.report import Report


@dataclass(frozen=True)
class Step:
    """Into a block node, and which of its copies (from 0)."""

    node_id: str
    copy: int = 0


@dataclass(frozen=True)
class Place:
    """A way from the main network inwards; `alone` is a block that is looked at by itself."""

    steps: tuple[Step, ...] = ()
    alone: str | None = None

    @property
    def is_main(self) -> bool:
        return not self.steps and self.alone is None

    def up(self) -> Place:
        """The place one level further out."""
        return Place(self.steps[:-1], self.alone if self.steps else None)

    def into(self, node_id: str, copy: int = 0) -> Place:
        return Place((*self.steps, Step(node_id, copy)), self.alone)

    def with_copy(self, copy: int) -> Place:
        """The same block, another of its copies."""
        last = Step(self.steps[-1].node_id, copy)
        return Place((*self.steps[:-1], last), self.alone)

    def nodes(self, project: Project) -> list[Node]:
        """The block nodes that lead here; fewer where the way is broken."""
        network = self._start(project)
        found: list[Node] = []
        for step in self.steps:
            node = network.by_id.get(step.node_id) if network else None
            inner = project.block(node.block) if node is not None and node.block else None
            if node is None or inner is None:
                break
            found.append(node)
            network = inner
        return found

    def network(self, project: Project) -> Network:
        """The network here; the last one that is there where the way is broken."""
        network = self._start(project) or project.network
        for node in self.nodes(project):
            network = project.block(node.block or "") or network
        return network

    def path(self, project: Project) -> str:
        """The dotted path of this place in the built network; empty for the main network."""
        return ".".join(self._parts(project))

    def mended(self, project: Project) -> Place:
        """This place, as far inwards as it is still there, with copies that there are."""
        if self.alone is not None and project.block(self.alone) is None:
            return Place()
        steps = []
        for step, node in zip(self.steps, self.nodes(project), strict=False):
            count = copies(node)
            steps.append(step if count is None or step.copy < max(count, 1) else Step(node.id, 0))
        return Place(tuple(steps), self.alone)

    def _start(self, project: Project) -> Network | None:
        return project.network if self.alone is None else project.block(self.alone)

    def _parts(self, project: Project) -> Iterator[str]:
        for step, node in zip(self.steps, self.nodes(project), strict=False):
            yield node.name
            if "repeat" in node.parameters:
                yield str(step.copy)


def copies(node: Node) -> int | None:
    """How many copies a block node stands for; None where an expression says it."""
    count = node.parameters.get("repeat", 1)
    return count if isinstance(count, int) and not isinstance(count, bool) else None


def place_at(project: Project, path: str) -> Place:
    """The place of a dotted path, as a report names it; the main network for none."""
    network, steps = project.network, []
    parts = path.split(".") if path else []
    while parts:
        node = network.find(parts.pop(0))
        inner = project.block(node.block) if node is not None and node.block else None
        if node is None or inner is None:
            break
        copy = int(parts.pop(0)) if parts and parts[0].isdigit() else 0
        steps.append(Step(node.id, copy))
        network = inner
    return Place(tuple(steps))


def node_at(project: Project, path: str) -> tuple[Place, str] | None:
    """The place where the node of a dotted path is, and its id; None if there is none."""
    way, _, name = path.rpartition(".")
    if name.isdigit():  # a copy as a whole: its node
        way, _, name = way.rpartition(".")
    place = place_at(project, way)
    node = place.network(project).find(name)
    return (place, node.id) if node is not None and place.path(project) == way else None


def place_within(project: Project, ids: Iterable[str], name: str) -> Place:
    """The place that these block nodes lead to, where the network of this name is."""
    place = Place(tuple(Step(id) for id in ids)).mended(project)
    return place if place.network(project).name == name else place_of(project, name)


def place_of(project: Project, name: str) -> Place:
    """A place where the network of this name is: by the first nodes that lead to it, or alone."""
    if name == project.network.name:
        return Place()
    waiting: list[tuple[Network, Place]] = [(project.network, Place())]
    seen = {project.network.name}
    while waiting:
        network, place = waiting.pop(0)
        for node in network.nodes:
            inner = project.block(node.block) if node.block else None
            if inner is None or inner.name in seen:
                continue
            seen.add(inner.name)
            if inner.name == name:
                return place.into(node.id)
            waiting.append((inner, place.into(node.id)))
    return Place(alone=name)


def networks_in(edit: Edit) -> Iterator[str]:
    """Names of the networks whose drawing an edit changes."""
    if isinstance(edit, Group):
        for one in edit.edits:
            yield from networks_in(one)
    elif isinstance(edit, NetworkEdit):
        yield edit.network
    elif isinstance(edit, ChangeNetwork):
        yield edit.name


def siblings(report: Report, project: Project, place: Place) -> list[dict[str, Any]]:
    """What names come to in each copy of the block node that leads to a place."""
    if not place.steps:
        return []
    node = place.nodes(project)[-1]
    if "repeat" not in node.parameters:
        return []
    above = place.path(project).rpartition(".")[0]
    found = []
    while (use := report.uses.get(f"{above}.{len(found)}")) is not None:
        found.append(dict(use.values))
    return found


def channels_into(
    report: Report, project: Project, network: Network, node: Node
) -> list[int | str | None]:
    """For each copy of a block node the channels of its first input: a number where all uses of
    the network agree, `=in_channels` where it is that network's own, else None."""
    known: dict[int, set[Any]] = {}
    for path, use in report.uses.items():
        if use.network != network.name:
            continue
        inner = f"{path}.{node.name}" if path else node.name
        for copy in range(copies(node) or 0):
            found = report.uses.get(f"{inner}.{copy}" if "repeat" in node.parameters else inner)
            if found is not None:
                known.setdefault(copy, set()).add(found.values.get("in_channels"))
    channels: list[int | str | None] = [
        next(iter(known[copy])) if len(known[copy]) == 1 else None for copy in sorted(known)
    ]
    inputs = [one.id for one in network.nodes if one.kind == "Input"]
    wire = next((edge for edge in network.incoming(node.id) if edge.target_port == 0), None)
    if wire is not None and inputs[:1] == [wire.source] and network.name != project.network.name:
        channels[:1] = ["=in_channels"]
    return channels


def local(report: Report, project: Project, place: Place) -> Report:
    """What a report says of one place: names without the path that leads there."""
    if place.is_main:
        return report
    path = place.path(project)
    prefix = f"{path}." if path else ""
    network = place.network(project)

    def mine(found: dict[str, Any]) -> dict[str, Any]:
        return {
            key.removeprefix(prefix): value
            for key, value in found.items()
            if key.startswith(prefix)
        }

    problems = []
    for problem in report.problems:
        if problem.network == network.name:
            name = network.by_id[problem.node_id].name if problem.node_id in network.by_id else None
            problems.append(problem.model_copy(update={"node": name, "within": ()}))
            continue
        below = _within(project, place, problem.within, network)
        if below:
            problems.append(problem.model_copy(update={"within": below}))
    cost = report.nodes.get(path)
    return report.model_copy(
        update={
            "shapes": mine(report.shapes),
            "port_shapes": mine(report.port_shapes),
            "nodes": mine(report.nodes),
            "problems": problems,
            "parameters": cost.parameters if cost else 0,
            "macs": cost.macs if cost else 0,
            "activation_bytes": cost.activation_bytes if cost else 0,
        }
        if path
        else {"problems": problems}
    )


def _within(
    project: Project, place: Place, ids: Iterable[str], network: Network
) -> tuple[str, ...]:
    """The part of a way inwards that begins in this network; empty if it doesn't pass it.

    A problem in a block is told once for all uses, so any way through the network will do.
    """
    ids = tuple(ids)
    current = place._start(project)
    for number, id in enumerate(ids):
        if current is None:
            return ()
        if current.name == network.name:
            return ids[number:]
        node = current.by_id.get(id)
        current = project.block(node.block) if node is not None and node.block else None
    return ()
