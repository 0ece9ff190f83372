"""A case for each rank that a kind claims, or for each of its examples."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from cnnstudio.graph import Edge, Network, Node, Project
from cnnstudio.layers import LayerKind, catalogue
from cnnstudio.layers.declaration import Shape

SHAPES = {2: (12,), 3: (12, 16), 4: (12, 16, 16), 5: (12, 8, 8, 8)}


@dataclass(frozen=True)
class Case:
    """A kind with the shapes at its inputs, without the batch."""

    kind: str
    shapes: tuple[Shape, ...]

    def __str__(self) -> str:
        return "-".join([self.kind, *("x".join(map(str, shape)) for shape in self.shapes[:1])])

    def project(self, **parameters: object) -> Project:
        """The kind between an Input for each of its ports and an Output for each of its outputs.

        The inputs are flat and reshaped: so the last dimension is features, if one wants that.
        """
        kind = catalogue[self.kind]
        nodes = [Node(id="subject", kind=self.kind, name="subject", parameters=parameters)]
        edges = []
        for port, shape in enumerate(self.shapes):
            nodes += [
                Node(
                    id=f"in{port}", kind="Input", name=f"in{port}",
                    parameters={"shape": [math.prod(shape)]},
                ),
                Node(
                    id=f"shaped{port}", kind="Reshape", name=f"shaped{port}",
                    parameters={"shape": list(shape)},
                ),
            ]  # fmt: skip
            edges += [
                Edge(source=f"in{port}", target=f"shaped{port}"),
                Edge(source=f"shaped{port}", target="subject", target_port=port),
            ]
        for port in range(len(kind.output_names(parameters))):
            nodes.append(Node(id=f"out{port}", kind="Output", name=f"out{port}"))
            edges.append(Edge(source="subject", source_port=port, target=f"out{port}"))
        return Project(name="walk", networks=(Network(nodes=tuple(nodes), edges=tuple(edges)),))

    def flat(self, batch: int) -> list[Tensor]:
        """Values between 0 and 1 for each Input of the project."""
        torch.manual_seed(0)
        return [torch.rand(batch, math.prod(shape)) for shape in self.shapes]


def cases_of(kind: LayerKind) -> list[Case]:
    if kind.call in ("input", "output"):
        return []
    if kind.examples:
        return [Case(kind.kind, shapes) for shapes in kind.examples]
    count = 2 if kind.variadic else len(kind.inputs)
    return [Case(kind.kind, (SHAPES[rank],) * count) for rank in kind.ranks or (2, 4)]


CASES = [case for kind in catalogue.values() for case in cases_of(kind)]
