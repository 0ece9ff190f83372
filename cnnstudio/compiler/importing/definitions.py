"""Which blocks are alike: they get one definition, in which what some lack is bypassed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cnnstudio.compiler.importing.fold import setting
from cnnstudio.compiler.importing.tree import Body, Part
from cnnstudio.graph.model import BlockParameter
from cnnstudio.layers import catalogue

Source = tuple[str, int]  # a part's name and port; for the picture's inputs "" and the number
MOST_LACKING = 0.5  # share of the parts that an instance may lack


@dataclass(eq=False)
class Definition:
    """Blocks of one class that are alike. `body` is the fullest of them."""

    name: str
    body: Body
    instances: list[Body] = field(default_factory=list)
    parameters: list[BlockParameter] = field(default_factory=list)
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)  # by part: its parameters
    bypasses: dict[str, str] = field(default_factory=dict)  # by part: an expression


@dataclass
class Definitions:
    """All definitions found so far. Blocks of the classes in `distinct` have to be equal."""

    distinct: set[str]
    found: list[Definition] = field(default_factory=list)

    def assign(self, body: Body) -> None:
        """Gives a picture its definition: one that it is alike to, or a new one."""
        for known in self.found:
            if known.body.class_name != body.class_name:
                continue
            lost = lacking(known.body, body)
            if lost is None:
                lost = lacking(body, known.body)
                if lost is None or (lost and body.class_name in self.distinct):
                    continue
                known.body = body
            elif lost and body.class_name in self.distinct:
                continue
            break
        else:
            known = Definition(self._free_name(body.class_name), body)
            self.found.append(known)
        known.instances.append(body)
        body.definition = known

    def _free_name(self, class_name: str) -> str:
        taken = {known.name for known in self.found} | {"main"}
        name, number = class_name, 1
        while name in taken:
            number += 1
            name = f"{class_name}{number}"
        return name


def lacking(full: Body, other: Body) -> set[str] | None:
    """The parts that `other` lacks of `full`, if it is else the same; None if it is not.

    What is lacking has to be such that `full` with it bypassed is `other`.
    """
    ours, theirs = full.by_name, other.by_name
    lost = set(ours) - set(theirs)
    if set(theirs) - set(ours) or len(lost) > MOST_LACKING * len(ours):
        return None
    if len(full.inputs) != len(other.inputs):
        return None
    if any(len(ours[name].outputs) != 1 or not ours[name].inputs for name in lost):
        return None
    own, others = _sources(full), _sources(other)

    def passed(number: int) -> Source:
        name, port = own[number]
        return passed(ours[name].inputs[0]) if name in lost else (name, port)

    for name, part in theirs.items():
        if _key(ours[name]) != _key(part):
            return None
        if [passed(n) for n in ours[name].inputs] != [others[n] for n in part.inputs]:
            return None
    if [passed(n) for n in full.outputs] != [others[n] for n in other.outputs]:
        return None
    return lost


def _sources(body: Body) -> dict[int, Source]:
    """Where each value of a picture comes from."""
    found: dict[int, Source] = {number: ("", place) for place, number in enumerate(body.inputs)}
    for part in body.parts:
        found.update({number: (part.name, port) for port, number in enumerate(part.outputs)})
    return found


def _key(part: Part) -> tuple[Any, ...]:
    """What has to be the same of parts that stand for one another."""
    definition = part.copies[0].definition if part.copies else None
    owner = part.owner.name if part.owner else None
    fixed = tuple((k, v) for k, v in sorted(part.parameters.items()) if _long(v))
    if not part.copies:  # "none" is no value that a block's parameter can have
        declared = catalogue[part.kind].parameters
        fixed += tuple((p.name, None) for p in declared if setting(part, p.name) is None)
    return part.kind, definition, owner, fixed, len(part.outputs)


def _long(value: Any) -> bool:
    return isinstance(value, str) and len(value) > 40
