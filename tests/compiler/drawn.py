"""Networks drawn for tests: `chain` for a row of layers, `network` for any graph."""

from itertools import pairwise
from typing import Any

from cnnstudio.graph import Edge, Group, Network, Node, Problem, Project

Layer = tuple[str, str] | tuple[str, str, dict[str, Any]]


def network(layers: list[Layer], wires: str, shares: dict[str, str] | None = None) -> Project:
    """Layers as (kind, name, parameters) and wires as `image>conv1 conv1>add:1`."""
    nodes = tuple(
        Node(
            id=name,
            kind=kind,
            name=name,
            parameters=rest[0] if rest else {},
            shares=(shares or {}).get(name),
        )
        for kind, name, *rest in layers
    )
    edges = []
    for wire in wires.split():
        source, target = wire.split(">")
        name, _, port = target.partition(":")
        edges.append(Edge(source=source, target=name, target_port=int(port or 0)))
    return Project(name="drawn", networks=(Network(nodes=nodes, edges=tuple(edges)),))


def chain(*layers: Layer, shape: tuple[int, ...] = (3, 32, 32)) -> Project:
    """Input `image`, these layers one after another, Output `out`."""
    row: list[Layer] = [("Input", "image", {"shape": list(shape)}), *layers, ("Output", "out")]
    wires = " ".join(f"{a[1]}>{b[1]}" for a, b in pairwise(row))
    return network(row, wires)


def mended(project: Project, problem: Problem) -> Project:
    """The project after a click on the problem's remedy."""
    assert problem.fix is not None
    return Group(text=problem.fix.label, edits=problem.fix.edits).apply(project)[0]
