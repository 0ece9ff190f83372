"""All nodes of a network with its blocks unrolled, by dotted path; without shapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from cnnstudio.graph.blocks.making import network_values
from cnnstudio.graph.errors import ProblemError
from cnnstudio.graph.expressions import resolve
from cnnstudio.graph.model import Network, Node, Project

MOST_NODES = 5000


class Placed(NamedTuple):
    """A node, and the path under which the built network has it: `layer1.0.conv1`."""

    path: str
    node: Node


def walk(project: Project) -> list[Placed]:
    """The nodes from input to output: a block's node, then what is in it, copy by copy.

    A block's own Input and Output nodes are left out. Where the number of copies follows from
    shapes, one is told. Ends after `MOST_NODES`.
    """
    return list(islice(_nodes(project, project.network, "", {}, ()), MOST_NODES))


def _nodes(
    project: Project, network: Network, prefix: str, values: Mapping[str, Any],
    stack: tuple[str, ...],
) -> Iterator[Placed]:  # fmt: skip
    for id in network.topological():
        node = network.node(id)
        if stack and node.kind in ("Input", "Output"):
            continue
        path = f"{prefix}{node.name}"
        yield Placed(path, node)
        inner = project.block(node.block) if node.block else None
        if inner is None or inner.name in stack or _is_bypassed(node, values):
            continue
        given = _worked_out(node.parameters, values)
        count = given.get("repeat", 1)
        for index in range(count if isinstance(count, int) else 1):
            known = {**network_values(inner), **given, "index": index, "repeat": count}
            known.pop("in_channels")
            number = f".{index}" if "repeat" in node.parameters else ""
            if number:
                yield Placed(f"{path}{number}", node)
            yield from _nodes(project, inner, f"{path}{number}.", known, (*stack, inner.name))


def _is_bypassed(node: Node, values: Mapping[str, Any]) -> bool:
    """Whether nothing in a block is computed; no where that follows from shapes."""
    found = _worked_out({"bypass": node.bypass}, values)
    return bool(found.get("bypass", False))


def _worked_out(parameters: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for key, value in parameters.items():
        try:
            found[key] = resolve(value, values)
        except ProblemError:
            continue  # it follows from shapes, which are not known here
    return found
