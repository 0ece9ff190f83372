"""The weights of a run's layer as picture and JSON, for the command line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.subject import open_run
from cnnstudio.interpret.weights.figures import filters_figure
from cnnstudio.interpret.weights.filters import Filters
from cnnstudio.interpret.weights.filters import filters as filters_of
from cnnstudio.interpret.weights.history import filter_history
from cnnstudio.interpret.weights.statistics import filter_statistics

NUMBERS = ("norm", "mean", "std", "low", "high", "near_zero")


def filters(
    run: Path,
    checkpoint: str,
    layer: str,
    view: str | None,
    units: Sequence[int] | None,
    parameter: str | None,
    depth: int,
    common: bool,
    out: Path | None,
) -> dict[str, Any]:
    """{"layer", "kind", "parameter", "form", "shape", "views", "note", "filters": [{"unit",
    "norm", …}]}."""
    subject = open_run(run, checkpoint)
    found = filters_of(subject.model, subject.node(layer), parameter)
    chosen = list(range(found.units)) if not units else list(units)
    pictures = found.pictures(view, depth, chosen if found.form == "maps" else None)
    if out is not None:
        titles = [str(unit) for unit in chosen] if found.form == "maps" else [""]
        seen = f", {view or found.views[0]}" if found.views else ""
        caption = f"{found.parameter.capitalize()} of {layer}{seen}: run {run.name} ({checkpoint})."
        figure = filters_figure(pictures, titles=titles, common=common, caption=caption)
        figure.save(out)
    return {
        "layer": layer,
        "kind": found.kind,
        "parameter": found.parameter,
        "form": found.form,
        "shape": [size for axis, size in enumerate(found.weights.shape) if axis != 2 or size > 1],
        "views": list(found.views),
        "note": found.note,
        "filters": _rows(found, chosen),
    }


def history(
    run: Path,
    layer: str,
    unit: int,
    view: str | None,
    parameter: str | None,
    depth: int,
    common: bool,
    out: Path | None,
) -> dict[str, Any]:
    """{"layer", "unit", "moments": [{"step", "change", "cosine"}]}."""
    found = filter_history(run, layer, unit, view, parameter=parameter, depth=depth)
    if out is not None:
        titles = [f"step {step:,}" for step in found.steps]
        filters_figure(
            found.pictures, titles=titles, common=common, columns=min(len(titles), 8),
            caption=f"Filter {unit} of {layer} through run {run.name}.",
        ).save(out)  # fmt: skip
    return {
        "layer": layer,
        "unit": unit,
        "moments": [
            {"step": int(step), "change": _known(change), "cosine": _known(cosine)}
            for step, change, cosine in zip(found.steps, found.change, found.cosine, strict=True)
        ],
    }


def _rows(found: Filters, units: Sequence[int]) -> list[dict[str, Any]]:
    numbers = filter_statistics(found.weights)
    if any(not 0 <= unit < found.units for unit in units):
        raise ExplanationError(
            f"'{found.layer}' has no such filter.", f"It has 0 to {found.units - 1}."
        )
    explained = found.explained()
    return [
        {
            "unit": unit,
            **{name: float(getattr(numbers, name)[unit]) for name in NUMBERS},
            "explained": float(explained[unit]),
            "nearest": None if numbers.nearest is None else int(numbers.nearest[unit]),
            "cosine": None if numbers.cosine is None else float(numbers.cosine[unit]),
        }
        for unit in units
    ]


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
