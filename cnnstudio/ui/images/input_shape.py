"""The size of the images that a project's network takes."""

from __future__ import annotations

from cnnstudio.graph import Project
from cnnstudio.layers import catalogue


def input_shape(project: Project) -> tuple[int, ...]:
    """The shape of the first Input; the declaration's default where it has none."""
    default = next(p.default for p in catalogue["Input"].parameters if p.name == "shape")
    inputs = [node for node in project.network.nodes if node.kind == "Input"]
    return tuple(inputs[0].parameters.get("shape", default)) if inputs else tuple(default)
