"""A run's test as its files tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnnstudio.graph import DataSettings, RunError
from cnnstudio.training.rundir import RunDirectory, read_json
from cnnstudio.training.verdicts import Verdicts, read_verdicts


@dataclass(frozen=True)
class Results:
    """`summary` is predictions.json, `curves` curves.json; `data` and `input_shape` tell where the
    images come from."""

    summary: dict[str, Any]
    curves: dict[str, Any]
    verdicts: Verdicts
    data: DataSettings
    input_shape: tuple[int, ...]

    @property
    def split(self) -> str:
        return str(self.summary["split"])


def read_results(run: RunDirectory) -> Results:
    """Raises RunError where there are none, or not all, in words for the user."""
    summary, curves = (read_json(run.path / f"{name}.json") for name in ("predictions", "curves"))
    if summary is None:
        raise RunError(
            "The run has not been tested yet.",
            "That comes when training is finished: metrics, and the images behind each mistake.",
        )
    facts = run.data()
    if curves is None or facts is None or "notes" not in summary:
        raise RunError(
            "The run was tested by an older version.",
            f"'cnnstudio evaluate {run.path}' in a terminal tests it again.",
        )
    verdicts = read_verdicts(run.path)
    return Results(summary, curves, verdicts, run.project().data, tuple(facts["input_shape"]))
