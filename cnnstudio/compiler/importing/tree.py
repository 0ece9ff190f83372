"""From a flat network to one of parts within parts, as the module's submodules have it.

A submodule becomes a block of its own unless that would say nothing: a container that only runs
its members in order, or one with a single part, is opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

from cnnstudio.compiler.importing.draft import Draft, Placed
from cnnstudio.compiler.importing.recording import Frame, Viewed
from cnnstudio.graph.problems import is_valid_name


@dataclass(eq=False)
class Part:
    """One node of a picture: a layer, or a block with its `body`.

    Values are by their number in the draft. `label` is its path below the picture's module, from
    which the name comes. `copies` are the bodies of a block that stands for several, one behind
    the other.
    """

    kind: str
    parameters: dict[str, Any]
    inputs: list[int]
    outputs: list[int]
    label: str
    name: str = ""
    weights: Mapping[str, str | Viewed | Tensor] = field(default_factory=dict)
    placed: Placed | None = None
    owner: Part | None = None
    copies: list[Body] = field(default_factory=list)
    container: str = ""  # of an opened container: its label


@dataclass(eq=False)
class Body:
    """A picture: what stands in a module, and the values that come in and go out."""

    class_name: str
    parts: list[Part]
    inputs: list[int]
    outputs: list[int]
    definition: Any = None  # once it is found which blocks are alike

    @property
    def by_name(self) -> dict[str, Part]:
        return {part.name: part for part in self.parts}


def tree(draft: Draft, name: str) -> Body:
    """The whole network as a picture with blocks in it."""
    readers = _readers(draft)
    shared = _shared_across(draft)
    parts = _parts(draft, draft.nodes, 0, "", readers, shared)
    _connect_owners(parts)
    body = Body(name, parts, [*draft.inputs.values()], [*draft.outputs.values()])
    _name(body, taken=[*draft.inputs, *draft.outputs])
    return body


def _readers(draft: Draft) -> dict[int, list[Placed | None]]:
    """Who reads each value; None is the outside."""
    readers: dict[int, list[Placed | None]] = {}
    for node in draft.nodes:
        for number in node.inputs:
            readers.setdefault(number, []).append(node)
    for number in draft.outputs.values():
        readers.setdefault(number, []).append(None)
    return readers


def _shared_across(draft: Draft) -> list[tuple[Placed, Placed]]:
    """Nodes with the nodes whose weights they use."""
    return [(node, node.owner) for node in draft.nodes if node.owner is not None]


def _parts(
    draft: Draft,
    nodes: Sequence[Placed],
    depth: int,
    path: str,
    readers: Mapping[int, list[Placed | None]],
    shared: Sequence[tuple[Placed, Placed]],
) -> list[Part]:
    """The parts of the picture of the module at `path`, which these nodes stand in."""
    depth += 1  # the first frame is the module itself
    # What is left and entered again is another part, so that the order of computation stays.
    groups: list[tuple[Frame | Placed, list[Placed]]] = []
    for node in nodes:
        key = node.scope[depth] if len(node.scope) > depth else node
        if not groups or groups[-1][0] != key:
            groups.append((key, []))
        groups[-1][1].append(node)
    parts: list[Part] = []
    for key, members in groups:
        if isinstance(key, Placed):
            parts.append(_leaf(key))
            continue
        label = _below(key.path, path)
        inner = _parts(draft, members, depth, key.path, readers, shared)
        cls = draft.classes.get(key.path, nn.Module)
        inputs, outputs = _ends(members, readers)
        opened = (
            _is_container(cls) or len(inner) == 1 or not inputs or not outputs
            or _shares_with_others(members, shared)
        )  # fmt: skip
        if opened:
            for part in inner:
                own = f"{label}.{part.label}"
                part.label = label if len(inner) == 1 else own
                part.container = label if not part.container else f"{label}.{part.container}"
            parts += inner
            continue
        body = Body(cls.__name__, inner, inputs, outputs)
        _shortcuts_last(body)
        _name(body, taken=())
        parts.append(Part("", {}, list(inputs), list(outputs), label, copies=[body]))
    return parts


def _shortcuts_last(body: Body) -> None:
    """Adds the block's input to what its layers give, not the other way round.

    So that a block without the shortcut is one in which the addition is bypassed. The sum is the
    same, bit for bit.
    """
    for part in body.parts:
        if part.kind == "Add" and len(part.inputs) == 2:
            first, second = part.inputs
            if first in body.inputs and second not in body.inputs:
                part.inputs = [second, first]


def _leaf(node: Placed) -> Part:
    return Part(
        node.kind, dict(node.parameters), list(node.inputs), list(node.outputs), node.name,
        weights=node.weights, placed=node,
    )  # fmt: skip


def _below(path: str, parent: str) -> str:
    return path.removeprefix(f"{parent}.") if parent else path


def _is_container(cls: type) -> bool:
    """Whether it is a list of its members and has no meaning of its own."""
    return cls in (nn.Sequential, nn.ModuleList, nn.ModuleDict)


def _ends(
    members: Sequence[Placed], readers: Mapping[int, list[Placed | None]]
) -> tuple[list[int], list[int]]:
    """The values that come in, in the order they are first read, and those that go out."""
    inside = set(members)
    made = [number for node in members for number in node.outputs]
    inputs = dict.fromkeys(n for node in members for n in node.inputs if n not in set(made))
    outputs = [n for n in made if any(reader not in inside for reader in readers.get(n, ()))]
    return list(inputs), outputs


def _shares_with_others(members: Sequence[Placed], shared: Sequence[tuple[Placed, Placed]]) -> bool:
    inside = set(members)
    return any((one in inside) != (other in inside) for one, other in shared)


def _connect_owners(parts: Iterable[Part]) -> None:
    every = list(walk(parts))
    by_placed = {part.placed: part for part in every if part.placed is not None}
    for part in every:
        if part.placed is not None and part.placed.owner is not None:
            part.owner = by_placed[part.placed.owner]


def bodies(body: Body) -> list[list[Body]]:
    """All pictures by depth, this one first."""
    levels = [[body]]
    while levels[-1]:
        levels.append([inner for one in levels[-1] for part in one.parts for inner in part.copies])
    return levels[:-1]


def without_wrappers(body: Body) -> None:
    """Puts what stands alone in a block in the block's place, under the block's name."""
    for place, part in enumerate(body.parts):
        if len(part.copies) == 1 and len(part.copies[0].parts) == 1:
            [inner] = part.copies[0].parts
            inner.label, inner.name, inner.container = part.label, part.name, part.container
            body.parts[place] = inner


def walk(parts: Iterable[Part]) -> Iterable[Part]:
    """All parts, those within others too."""
    for part in parts:
        yield part
        for body in part.copies:
            yield from walk(body.parts)


def _name(body: Body, taken: Iterable[str]) -> None:
    """Names for a picture's parts: identifiers after their labels, each once."""
    used = set(taken) | {"x", "output"}
    counts: dict[str, int] = {}
    for part in body.parts:
        base = identifier(part.label, part.kind)
        name = base
        while name in used or not is_valid_name(name):
            counts[base] = counts.get(base, 0) + 1
            name = f"{base}_{counts[base]}"
        used.add(name)
        part.name = name


def identifier(label: str, kind: str = "") -> str:
    """A name for a label: `features.0.1` becomes `features_0_1`, `0` after its kind `conv2d_0`."""
    name = re.sub(r"\W+", "_", label).strip("_") or "layer"
    if name[0].isdigit():
        name = f"{kind.lower() or 'block'}_{name}"
    return name
