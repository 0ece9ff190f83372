"""One filter through a run: its picture at each moment that is on disk, and how far it went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import nn

from cnnstudio.compiler.build import build
from cnnstudio.graph import RunError
from cnnstudio.interpret.weights.filters import Filters, View, filters
from cnnstudio.interpret.weights.finding import found_at
from cnnstudio.training.checkpoint import WEIGHTS
from cnnstudio.training.initial import initial_model
from cnnstudio.training.moments import moments
from cnnstudio.training.rundir import RunDirectory

MOST_MOMENTS = 24


@dataclass(frozen=True, eq=False)
class FilterHistory:
    """`pictures` (moments, h, w[, 3]) as those of `Filters.pictures`; `weights` (moments, …) are
    the whole unit's. `change` (moments,) is the 2-norm of what has changed since the first moment
    as a share of the weights then, `cosine` that between the weights now and then: 1 where only
    their size has changed. NaN where the weights were all 0."""

    layer: str
    unit: int
    steps: np.ndarray
    pictures: np.ndarray
    weights: np.ndarray
    change: np.ndarray
    cosine: np.ndarray


def filter_history(
    run: Path | str,
    layer: str,
    unit: int = 0,
    view: View | None = None,
    *,
    parameter: str | None = None,
    depth: int = 0,
    most: int = MOST_MOMENTS,
    initial: Callable[[], nn.Module] | None = None,
) -> FilterHistory:
    """A filter from the weights that a run began with to its newest.

    At most so many moments, evenly chosen; of a matrix or vector the whole one, whatever the
    `unit`. `initial` gives the first weights, made anew from the run's seed if None.

    Raises RunError if there is no run, ExplanationError as `filters` does.
    """
    directory = RunDirectory(run)
    if not directory.exists():
        raise RunError(f"There is no run in {run}.")
    files: dict[int, Path | None] = {one.step: one.path / WEIGHTS for one in moments(directory)}
    files.setdefault(0, None)  # runs of before snapshots have none of the beginning
    steps = sorted(files)
    if len(steps) > most:
        steps = [steps[i] for i in np.linspace(0, len(steps) - 1, most).round().astype(int)]
    project = directory.project()
    model = build(project)
    first = (initial or (lambda: initial_model(project)))() if files[steps[0]] is None else None
    told: list[tuple[int, np.ndarray, np.ndarray]] = []
    for step in steps:
        file = files[step]
        if file is None:
            assert first is not None, "it was made for this"
            now = filters(first, layer, parameter)
        else:
            if not _filled(model, layer, file):
                continue  # thinned out while we looked
            now = filters(model, layer, parameter)
        told.append((step, *_of_unit(now, unit, view, depth)))
    pictures = np.stack([picture for _, picture, _ in told])
    weights = np.stack([values for _, _, values in told])
    return FilterHistory(
        layer, unit, np.array([step for step, _, _ in told]), pictures, weights, *_moved(weights)
    )


def _filled(model: nn.Module, layer: str, file: Path) -> bool:
    """Puts a layer's weights from a file in their place, reading only those; False if the file is
    gone. RunError if it is damaged."""
    found = found_at(model, layer)
    state = {f"{found.path}.{name}": value for name, value in found.module.state_dict().items()}
    try:
        with safe_open(file, "pt") as weights, torch.no_grad():
            for name, value in state.items():
                value.copy_(weights.get_tensor(name))
    except FileNotFoundError:
        return False
    except (OSError, SafetensorError, RuntimeError) as error:
        raise RunError(f"{file} can't be read: {error}.") from None
    return True


def _of_unit(
    now: Filters, unit: int, view: View | None, depth: int
) -> tuple[np.ndarray, np.ndarray]:
    if now.form != "maps":
        return now.pictures()[0], now.weights.ravel().copy()
    return now.pictures(view, depth, [unit])[0], now.weights[unit].ravel().copy()


def _moved(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows = weights.astype(np.float64)
    norms = np.linalg.norm(rows, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.linalg.norm(rows - rows[0], axis=1) / norms[0]
        cosine = rows @ rows[0] / (norms * norms[0])
    return change, np.clip(cosine, -1, 1)
