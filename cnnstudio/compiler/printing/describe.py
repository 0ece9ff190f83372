"""Docstrings: what a class is, and the shapes that go in and out."""

from __future__ import annotations

from cnnstudio.compiler.printing.definition import Definition
from cnnstudio.compiler.printing.demand import Demand
from cnnstudio.compiler.printing.layout import docstring
from cnnstudio.compiler.trace import Ref, Trace
from cnnstudio.graph import Project

MOST_SHAPES = 4


def file_doc(project: Project) -> list[str]:
    """The file's docstring: the project's description."""
    paragraphs = [_ended(line) for line in project.description.split("\n") if line.strip()]
    return docstring(paragraphs or [f"{project.name}."], 0)


def class_doc(found: Trace, definition: Definition) -> list[str]:
    """What the block is, the shapes of its uses, and what its arguments mean."""
    network = definition.variant.network
    paragraphs = [_ended(line) for line in network.description.split("\n") if line.strip()]
    shapes = list(dict.fromkeys(_signature(found, use) for use in definition.variant.uses))
    lines = docstring([*paragraphs, shapes[0]] if len(shapes) == 1 else paragraphs, 4)
    if len(shapes) == 1:
        return _with(lines, _helps(definition))
    shown = shapes[:MOST_SHAPES]
    more = [f"and {len(shapes) - len(shown)} more"] if len(shapes) > len(shown) else []
    first = lines if paragraphs else docstring([_title(definition)], 4)
    return _with(first, ["", "Shapes:", *(f"    {text}" for text in [*shown, *more]),
                         *_helps(definition)])  # fmt: skip


def _ended(line: str) -> str:
    """The line with a full stop, as docstrings have."""
    return line if line.rstrip().endswith((".", "!", "?", ":")) else f"{line.rstrip()}."


def _title(definition: Definition) -> str:
    return f"The block {definition.variant.network.name}."


def _helps(definition: Definition) -> list[str]:
    told = [(a.name, a.help) for a in definition.arguments if a.help]
    return ["", "Args:", *(f"    {name}: {help}" for name, help in told)] if told else []


def _with(lines: list[str], more: list[str]) -> list[str]:
    """A docstring with lines added at its end."""
    if not more:
        return lines
    text = [line.rstrip() for line in lines]
    text = [text[0].removesuffix('"""')] if len(text) == 1 else text[:-1]
    safe = (line.replace("\\", "/").replace('"""', "'''") for line in more)
    return [*text, *(f"    {line}" if line else "" for line in safe), '    """']


def _signature(found: Trace, demand: Demand) -> str:
    """`image (N, 1, 28, 28) → (N, 10)`"""
    network = demand.use.network
    starts = [node for node in network.nodes if node.kind == "Input"]
    ends = [node for node in network.nodes if node.kind == "Output"]

    def shown(ref: Ref) -> str:
        return f"({', '.join(map(str, ('N', *found.shape(ref))))})"

    given = [(starts[port].name, demand.use.values[starts[port].id][0]) for port in demand.inputs]
    gives = [(ends[port].name, demand.use.values[ends[port].id][0]) for port in demand.outputs]
    left = ", ".join(f"{name} {shown(ref)}" for name, ref in given)
    if len(gives) == 1:
        return f"{left} → {shown(gives[0][1])}"
    return f"{left} → " + ", ".join(f"{name} {shown(ref)}" for name, ref in gives)
