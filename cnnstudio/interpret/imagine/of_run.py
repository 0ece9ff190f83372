"""Pictures of what a run's network responds to, as one file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.figures.figure import Figure, Panel
from cnnstudio.interpret.imagine.visualize import visualize
from cnnstudio.interpret.predict import probabilities
from cnnstudio.interpret.subject import open_run

MOST_COLUMNS = 6  # of single pictures


def visualize_run(
    run: Path,
    checkpoint: str,
    layer: str | None,
    units: Sequence[int],
    classes: Sequence[str],
    position: tuple[int, int] | None,
    parameters: dict[str, Any],
    out: Path,
) -> list[dict[str, Any]]:
    """A row of pictures for each unit of a layer or for each class, written to `out`; returns what
    each is of, and how much it excites."""
    subject = open_run(run, checkpoint)
    if bool(layer) == bool(classes):
        raise ExplanationError(
            "It is not said what to make pictures of.",
            "Name a layer and a unit (--layer conv3b --unit 5), or a class (--class star).",
        )
    if layer is None:
        empty = torch.zeros(1, *subject.input_shape)
        count = probabilities(subject.model, empty).shape[1]
        units = [subject.class_number(text, count) for text in classes]
        names = subject.class_names(count)
    node = None if layer is None else subject.node(layer)
    found = visualize(
        subject.model, subject.input_shape, node, list(units), position=position,
        normalization=subject.normalization, **parameters,
    )  # fmt: skip
    starts = len(found.units) // len(units)
    if layer is None:
        of = [names[unit] for unit in found.units]
    else:
        of = [f"unit {unit}" for unit in found.units]
    chances = found.probabilities
    if chances is not None:
        of = [f"{name} {chance:.0%}" for name, chance in zip(of, chances, strict=True)]
    panels = tuple(
        Panel(picture, title, smooth=True) for picture, title in zip(found.images, of, strict=True)
    )
    what = "What the network would like to see" if layer is None else f"What excites {layer} most"
    caption = f"{what}: run {Path(run).absolute().name} ({checkpoint})."
    columns = starts if starts > 1 else min(len(panels), MOST_COLUMNS)
    Figure(panels, caption, columns=columns, name="seen").save(out)
    return [
        {
            "layer": layer,
            "unit": unit,
            "class": names[unit] if layer is None else None,
            "before": float(found.before[number]),
            "value": float(found.values[number]),
            "probability": _number(found.probabilities, number),
            "note": found.note,
        }
        for number, unit in enumerate(found.units)
    ]


def _number(values: np.ndarray | None, number: int) -> float | None:
    return None if values is None else float(values[number])
