"""From a flat network to one drawn with blocks: few nodes, each with a meaning."""

from __future__ import annotations

from dataclasses import dataclass

from cnnstudio.compiler.importing.definitions import Definition, Definitions
from cnnstudio.compiler.importing.draft import Draft
from cnnstudio.compiler.importing.fold import fold
from cnnstudio.compiler.importing.parametrise import CantFold, CantMerge, parametrise
from cnnstudio.compiler.importing.tree import Body, Part, bodies, tree, without_wrappers


@dataclass
class Structure:
    """The picture of the whole network, and the definitions of the blocks in it."""

    body: Body
    definitions: list[Definition]


def structured(draft: Draft, name: str) -> Structure:
    """Finds the blocks: submodules, alike ones with one definition, repeated ones folded."""
    apart: set[str] = set()
    distinct: set[str] = set()
    while True:  # each refusal adds a name, of which there are only so many
        try:
            return _structured(draft, name, apart, distinct)
        except CantFold as refusal:
            apart.add(refusal.name)
        except CantMerge as refusal:
            distinct.add(refusal.class_name)


def _structured(draft: Draft, name: str, apart: set[str], distinct: set[str]) -> Structure:
    """Blocks named in `apart` are not folded, those of a class in `distinct` not unified."""
    body = tree(draft, name)
    definitions = Definitions(distinct)
    levels = bodies(body)
    for depth in range(len(levels) - 1, -1, -1):
        for one in levels[depth]:
            without_wrappers(one)
            fold(one, draft.shapes, apart)
        for one in levels[depth]:
            if depth > 0 and len(one.parts) > 1:
                definitions.assign(one)
    every = [one for level in bodies(body) for one in level]
    uses: dict[Definition, list[Part]] = {}
    for one in every:
        for part in one.parts:
            if part.copies:
                uses.setdefault(part.copies[0].definition, []).append(part)
    channels = {
        one: draft.shapes[one.inputs[0]][0]
        for one in every
        if one.inputs and draft.shapes[one.inputs[0]]
    }
    ordered = _inner_first(definitions.found)
    for definition in ordered:
        parametrise(definition, uses[definition], channels)
    return Structure(body, ordered[::-1])


def _inner_first(definitions: list[Definition]) -> list[Definition]:
    """Definitions behind those that they contain."""
    ordered: list[Definition] = []

    def visit(definition: Definition) -> None:
        if definition in ordered:
            return
        for instance in definition.instances:
            for part in instance.parts:
                if part.copies:
                    visit(part.copies[0].definition)
        ordered.append(definition)

    for definition in definitions:
        visit(definition)
    return ordered
