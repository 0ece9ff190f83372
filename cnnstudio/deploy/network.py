"""The network that is taken out: a project, its model with weights, and where these came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor, fx

from cnnstudio.compiler.build import build
from cnnstudio.compiler.check import check
from cnnstudio.compiler.trace import trace
from cnnstudio.compiler.varying import free_inputs
from cnnstudio.compiler.weights import fill, read_weights
from cnnstudio.graph import ExportError, Project
from cnnstudio.training.checkpoint import load_weights
from cnnstudio.training.initial import initial_model
from cnnstudio.training.run import Run
from cnnstudio.training.rundir import RunDirectory

Weights = Mapping[str, Tensor] | str | Path | Run | RunDirectory
Subject = Project | Run | RunDirectory | str | Path

SEED = 0  # of the inputs that the proof uses


@dataclass(frozen=True)
class Network:
    """A model in evaluation mode on the CPU. `origin` says in words where its weights are from."""

    project: Project
    model: fx.GraphModule
    origin: str

    @cached_property
    def input_shapes(self) -> dict[str, tuple[int, ...]]:
        """By name, in the order that the model takes them; without the batch dimension."""
        shapes = check(self.project).shapes
        return {name: tuple(shapes[name]) for name in self._names("placeholder")}

    @cached_property
    def outputs(self) -> list[str]:
        """Names of the Output nodes, in the order in which the model gives them."""
        [end] = [node for node in self.model.graph.nodes if node.op == "output"]
        given = end.args[0]
        if isinstance(given, dict):
            return [str(name) for name in given]
        ends = [node.name for node in self.project.network.nodes if node.kind == "Output"]
        return ends[:1] or ["output"]

    @cached_property
    def free(self) -> dict[str, tuple[int, ...]]:
        """Which entries of an input's shape may have any size, for the inputs that have such."""
        return free_inputs(trace(self.project))

    def larger_shapes(self) -> dict[str, tuple[int, ...]]:
        """The inputs' shapes with what is free twice as large."""
        return {
            name: tuple(
                2 * size if place in self.free.get(name, ()) else size
                for place, size in enumerate(shape)
            )
            for name, shape in self.input_shapes.items()
        }

    def inputs(self, batch: int, larger: bool = False) -> dict[str, Tensor]:
        """Seeded inputs (batch, …): normal numbers, or 0 and 1 where a layer takes indices."""
        generator = torch.Generator().manual_seed(SEED + batch)
        made = {}
        for name, shape in (self.larger_shapes() if larger else self.input_shapes).items():
            values = torch.randn(batch, *shape, generator=generator)
            made[name] = (values > 0).float() if name in self._indices else values
        return made

    @cached_property
    def _indices(self) -> set[str]:
        """Names of the inputs whose values pick something, such as a row of an embedding."""
        nodes = [node for node in self.model.graph.nodes if node.target == "long"]
        return {given.name for node in nodes for given in node.all_input_nodes}

    def _names(self, op: str) -> list[str]:
        return [node.name for node in self.model.graph.nodes if node.op == op]


def opened(subject: Subject, weights: Weights | None, checkpoint: str) -> Network:
    """A project or a run (its folder) with weights.

    `weights` are a state dict, a `.safetensors` file, or a run whose `checkpoint` is taken. Left
    out, they are those of the run, or those that a training of the project would begin with.
    """
    run = None if isinstance(subject, Project) else _run(subject)
    project = subject if isinstance(subject, Project) else _run(subject).project()
    if isinstance(weights, Mapping):
        model = build(project)
        fill(model, weights, "the state dict")
        return Network(project, model.eval(), "the given state dict")
    if isinstance(weights, str | Path) and not Path(weights).is_dir():
        model = build(project)
        fill(model, read_weights(weights), weights)
        return Network(project, model.eval(), f"the file {Path(weights).name}")
    if weights is not None:
        run = _run(weights)
    if run is None:
        return Network(project, initial_model(project).eval(), _beginning(project))
    model = build(project)
    load_weights(run.checkpoint(checkpoint), model)
    return Network(project, model.eval(), f"the run {run.name}, checkpoint {checkpoint}")


def _beginning(project: Project) -> str:
    file = project.training.initial_weights
    if file:
        return f"the file {Path(file).name} that the project begins with"
    return f"fresh with seed {project.training.seed} (untrained)"


def _run(subject: Run | RunDirectory | str | Path) -> RunDirectory:
    if isinstance(subject, Run):
        return subject.directory
    run = subject if isinstance(subject, RunDirectory) else RunDirectory(subject)
    if not run.exists():
        raise ExportError(
            f"There is no run in {run.path}.", "Name a project file or a run's folder."
        )
    return run
