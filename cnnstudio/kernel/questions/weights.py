"""Questions about the weights of a layer. They take the network as those of `inspect` do."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import nn

from cnnstudio.interpret.subject import Subject
from cnnstudio.interpret.weights.filters import Filters
from cnnstudio.interpret.weights.filters import filters as filters_of
from cnnstudio.interpret.weights.history import filter_history as history_of
from cnnstudio.interpret.weights.statistics import filter_statistics
from cnnstudio.kernel.memory import Memory
from cnnstudio.kernel.questions.inspect import subject_of
from cnnstudio.training.initial import initial_model
from cnnstudio.training.rundir import RunDirectory

# Beside the network whose weights they are.
_found: Memory[tuple[Subject, Filters, dict[str, Any]]] = Memory(limit=8)
_initial: Memory[nn.Module] = Memory(limit=2)


def filters(
    layer: str,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
    parameter: str | None = None,
    view: str | int | None = None,
    depth: int = 0,
    limit: int = 512,
) -> dict[str, Any]:
    """{"layer", "node", "form", "pictures": float32 (units, h, w[, 3]) or "values": (units,),
    "views", "view", "depths", "depth", "parameter", "parameters", "kind", "note", "units",
    "inputs", "reads", "statistics"}.

    At most `limit` units; a view that the layer hasn't gives its first. Each filter's statistics
    are by name as in `FilterStatistics`, and "explained".
    """
    subject = subject_of(run, checkpoint, project)
    node = subject.node(layer)

    def make() -> tuple[Subject, Filters, dict[str, Any]]:
        found = filters_of(subject.model, node, parameter)
        told = {k: v for k, v in vars(filter_statistics(found.weights)).items() if v is not None}
        return subject, found, {name: np.asarray(v, np.float32) for name, v in told.items()}

    _, found, statistics = _found.get((id(subject), node, parameter), make)
    shown = view if view in found.views else next(iter(found.views), None)
    depth = min(depth, found.depth - 1)
    answer: dict[str, Any] = {
        "layer": layer,
        "node": node,
        "form": found.form,
        "kind": found.kind,
        "views": list(found.views),
        "view": shown,
        "depths": found.depth,
        "depth": depth,
        "parameter": found.parameter,
        "parameters": list(found.parameters),
        "note": found.note,
        "units": found.units,
        "inputs": found.inputs,
        "statistics": statistics,
    }
    if found.form == "vector":
        return answer | {"values": found.weights}
    units = range(min(found.units, limit)) if found.form == "maps" else None
    answer["pictures"] = found.pictures(shown, depth, units)
    if isinstance(shown, int) and found.reads is not None:
        answer["reads"] = found.reads[:, shown]
    return answer


def filter_history(
    layer: str,
    run: str,
    unit: int = 0,
    parameter: str | None = None,
    view: str | int | None = None,
    depth: int = 0,
) -> dict[str, Any]:
    """{"layer", "unit", "steps", "pictures": float32 (moments, h, w[, 3]), "change", "cosine"}."""
    project = RunDirectory(run).project()
    found = history_of(
        run, layer, unit, view, parameter=parameter, depth=depth,
        initial=lambda: _initial.get(run, lambda: initial_model(project)),
    )  # fmt: skip
    return {name: value for name, value in vars(found).items() if name != "weights"}
