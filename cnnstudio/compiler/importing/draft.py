"""From a recording to a flat network: each call becomes a layer kind, or is kept as operators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from cnnstudio.compiler.importing.functions import COPY, from_function
from cnnstudio.compiler.importing.modules import from_module_call
from cnnstudio.compiler.importing.program import program
from cnnstudio.compiler.importing.recording import Event, Frame, Recording, Viewed
from cnnstudio.graph import ProblemError

OPAQUE = "TorchProgram"


@dataclass(eq=False)
class Placed:
    """One node of the flat network. Values are by their number in the recording.

    `weights` is from the names in the node's module to names in the original's state dict, or to
    tensors that are in none. A node with an `owner` uses that one's weights.
    """

    kind: str
    parameters: dict[str, Any]
    inputs: list[int]
    outputs: list[int]
    scope: tuple[Frame, ...]
    name: str
    weights: Mapping[str, str | Viewed | Tensor] = field(default_factory=dict)
    owner: Placed | None = None
    path: str = ""
    operators: tuple[str, ...] = ()


@dataclass
class Draft:
    """A flat network in the order of computation; ends are by name, shapes without the batch."""

    nodes: list[Placed]
    inputs: dict[str, int]
    outputs: dict[str, int]
    shapes: dict[int, tuple[int, ...]]
    classes: Mapping[str, type]
    weights: Mapping[str, Tensor]


def draft(recording: Recording) -> Draft:
    """Finds a layer kind for each call. Raises ProblemError if the network can't be drawn."""
    for name, value in recording.outputs.items():
        if not recording.values[value].batched:
            raise ProblemError(
                f"The output '{name}' has the shape {recording.values[value].shape}, in which the "
                "batch is not the first dimension.",
                hint="Import the part of the module that gives one result an image.",
            )
    placed: dict[Event, Placed] = {}
    owners: dict[str, Placed] = {}
    free = _free(recording)
    for event in recording.events:
        found = None if event in free else _placed(recording, event, free)
        if found is not None:
            placed[event] = found
            if event.module is not None and found.weights:
                found.owner = owners.setdefault(event.path, found)
                found.owner = None if found.owner is found else found.owner
    for cluster in _clusters(recording, placed, free):
        whole = _program(recording, cluster, free)
        for event in cluster:
            placed.pop(event, None)
        placed[cluster[-1]] = whole
    nodes, outputs = _without_copies(
        [placed[event] for event in recording.events if event in placed], recording.outputs
    )
    return Draft(
        nodes=_leading_on(nodes, outputs.values()),
        inputs=recording.inputs,
        outputs=outputs,
        shapes={
            number: value.inner for number, value in enumerate(recording.values) if value.batched
        },
        classes=recording.classes,
        weights=recording.weights,
    )


def _placed(recording: Recording, event: Event, free: set[Event]) -> Placed | None:
    """The node for a call; None if no kind stands for it."""
    values = [recording.values[number] for number in event.outputs]
    if not all(value.batched for value in values):
        return None
    if event.module is not None and event.layer is None:
        return None  # kept whole, as operators
    read = from_module_call if event.module is not None else from_function
    found = read(recording, event)
    if found is None or not _can_be_wired(recording, found.inputs, free):
        return None
    return Placed(
        kind=found.kind,
        parameters=found.parameters,
        inputs=found.inputs,
        outputs=found.outputs,
        scope=event.scope,
        name=_own_name(event),
        weights=found.weights,
        path=event.path,
    )


def _can_be_wired(recording: Recording, values: Iterable[int], free: set[Event]) -> bool:
    """Whether these values stand at wires: with the batch first, and of the network itself."""
    return all(
        recording.values[number].batched and recording.producers.get(number) not in free
        for number in values
    )


def _without_copies(
    nodes: list[Placed], outputs: Mapping[str, int]
) -> tuple[list[Placed], dict[str, int]]:
    """The network in which what a mere copy gives is what it was given."""
    same: dict[int, int] = {}
    kept = []
    for node in nodes:
        node.inputs = [same.get(number, number) for number in node.inputs]
        if node.kind == COPY:
            same[node.outputs[0]] = node.inputs[0]
        else:
            kept.append(node)
    return kept, {name: same.get(number, number) for name, number in outputs.items()}


def _own_name(event: Event) -> str:
    """What to call a node: the attribute's name under its parent, or the function's."""
    if not event.path:
        return event.name.strip("_")
    parent = event.scope[-1].path if event.scope else ""
    return event.path.removeprefix(parent).lstrip(".") if parent else event.path


def _clusters(
    recording: Recording, placed: Mapping[Event, Placed], free: set[Event]
) -> list[list[Event]]:
    """Calls that have to be kept as operators, those together that belong together.

    A value that doesn't have the batch first can't be a wire, so whoever makes it and whoever
    reads it are kept together, and with them all that lies between. A value that doesn't depend on
    the input is worked out where it is read.
    """
    order = {event: number for number, event in enumerate(recording.events)}
    producers = recording.producers
    readers: dict[int, list[Event]] = {}
    for event in recording.events:
        for number in set(event.inputs):
            readers.setdefault(number, []).append(event)
    groups = _Groups(event for event in recording.events if event not in placed)
    for event in recording.events:
        if event in free:
            continue
        for number in event.outputs:
            if not recording.values[number].batched:
                for reader in readers.get(number, []):
                    groups.join(event, reader)
    groups.close(order, producers)
    clusters = []
    for members in groups.members():
        if all(event in free for event in members):
            continue
        whole = set(members)
        waiting = list(members)
        while waiting:
            for number in waiting.pop().inputs:
                maker = producers.get(number)
                if maker in free and maker not in whole:
                    whole.add(maker)
                    waiting.append(maker)
        clusters.append(sorted(whole, key=order.__getitem__))
    return clusters


def _free(recording: Recording) -> set[Event]:
    """The calls that have nothing to do with the input's values."""
    known = set(recording.inputs.values())
    free = set()
    for event in recording.events:
        if known.intersection(event.inputs):
            known.update(event.outputs)
        else:
            free.add(event)
    return free


class _Groups:
    """Disjoint sets of calls."""

    def __init__(self, alone: Iterable[Event]) -> None:
        self._parent: dict[Event, Event] = {event: event for event in alone}

    def find(self, event: Event) -> Event:
        self._parent.setdefault(event, event)
        while self._parent[event] is not event:
            self._parent[event] = self._parent[self._parent[event]]
            event = self._parent[event]
        return event

    def join(self, one: Event, other: Event) -> bool:
        first, second = self.find(one), self.find(other)
        self._parent[second] = first
        return first is not second

    def members(self) -> list[list[Event]]:
        found: dict[Event, list[Event]] = {}
        for event in list(self._parent):
            found.setdefault(self.find(event), []).append(event)
        return list(found.values())

    def close(self, order: Mapping[Event, int], producers: Mapping[int, Event]) -> None:
        """Takes in what lies on a path that leaves a group and comes back to it."""
        changed = True
        while changed:
            changed = False
            for members in self.members():
                if len(members) > 1:
                    for event in _between(members, order, producers):
                        changed |= self.join(members[0], event)


def _between(
    members: list[Event], order: Mapping[Event, int], producers: Mapping[int, Event]
) -> list[Event]:
    inside = set(members)
    first, last = min(map(order.__getitem__, members)), max(map(order.__getitem__, members))
    span = [event for event, number in order.items() if first < number < last]
    behind: set[Event] = set(inside)
    for event in span:
        if any(producers.get(number) in behind for number in event.inputs):
            behind.add(event)
    before: set[Event] = set()
    wanted = {number for event in members for number in event.inputs}
    for event in reversed(span):
        if event not in inside and any(number in wanted for number in event.outputs):
            before.add(event)
            wanted.update(event.inputs)
    return [event for event in span if event in behind and event in before]


def _program(recording: Recording, cluster: list[Event], free: set[Event]) -> Placed:
    """The node that keeps these calls as operators."""
    inside = set(cluster)
    wanted = {n for event in recording.events if event not in inside for n in event.inputs}
    wanted |= set(recording.outputs.values())
    outputs = [
        number
        for event in cluster
        for number in event.outputs
        if number in wanted and recording.values[number].batched
    ]
    found = program(recording, cluster, outputs)
    named = list(dict.fromkeys(_own_name(e) for e in cluster if e not in free))
    scope = cluster[-1].scope
    for event in cluster:
        while scope and scope != event.scope[: len(scope)] and event not in free:
            scope = scope[:-1]
    return Placed(
        kind=OPAQUE,
        parameters={"program": found.text, "inputs": len(found.inputs), "outputs": len(outputs)},
        inputs=found.inputs,
        outputs=outputs,
        scope=scope,
        name=named[-1],
        weights=found.weights,
        operators=tuple(found.names),
    )


def _leading_on(nodes: list[Placed], outputs: Iterable[int]) -> list[Placed]:
    """The nodes that something depends on."""
    wanted = set(outputs)
    kept = []
    for node in reversed(nodes):
        if wanted.intersection(node.outputs):
            wanted.update(node.inputs)
            kept.append(node)
    return kept[::-1]


Reader = Callable[[Recording, Event], Any]
