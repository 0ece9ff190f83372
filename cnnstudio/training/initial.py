"""The model that a training begins with."""

from __future__ import annotations

import torch
from torch import fx

from cnnstudio.compiler.build import build
from cnnstudio.compiler.weights import fill, read_weights
from cnnstudio.graph import Project


def initial_model(project: Project) -> fx.GraphModule:
    """The project's network with the weights that it names, else with those of its seed.

    In training mode, on the CPU. The caller's random generator stays as it was. Raises
    ProblemError if the network has errors, WeightsError if the weights don't fit it.
    """
    file = project.training.initial_weights
    weights = read_weights(file) if file else None
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(project.training.seed)
        model = build(project)
    if weights is not None:
        fill(model, weights, file)
    return model
