"""What Inspect looks at: a network with its weights, and an image."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnstudio.graph import Node, Project
from cnnstudio.graph.blocks import walk
from cnnstudio.layers import catalogue
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui.images.input_shape import input_shape

# A sample as [split, index], or the path of a file.
Image = list[Any] | str


@dataclass(frozen=True)
class Subject:
    """A run at a checkpoint, or without a run the untrained network of a project.

    `folder` is where the checkpoint lies: what is best today is not the best tomorrow.
    """

    project: Project
    run: RunDirectory | None = None
    checkpoint: str = "best"
    folder: Path | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """The network as the kernel's questions take it."""
        if self.run is None:
            return {"project": self.project}
        return {"run": str(self.run.path), "checkpoint": self.checkpoint}

    @property
    def network(self) -> RunDirectory | Project:
        """What stays the same over the moments of a run."""
        return self.run or self.project

    @property
    def input_shape(self) -> tuple[int, ...]:
        return input_shape(self.project)

    def layers(self) -> list[Node]:
        """The nodes from input to output; those in blocks too, their names being paths."""
        return [
            placed.node.model_copy(update={"name": placed.path}) for placed in walk(self.project)
        ]


def first_layer(layers: list[Node]) -> str:
    """The name of the node worth a first look: the last convolution's, else the first after the
    input; empty for an empty network."""
    convolutions = [
        node.name
        for node in layers
        if node.kind in catalogue and catalogue[node.kind].category == "Convolution"
    ]
    others = [node.name for node in layers if node.kind != "Input"]
    return (convolutions[len(convolutions) // 2 :] or others or [""])[0]
