"""What a test found, as the plain JSON that goes into `predictions.json` and `curves.json`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnstudio.training.counts import BINS
from cnnstudio.training.evaluate import Evaluation
from cnnstudio.training.metrics import metrics

if TYPE_CHECKING:
    from cnnstudio.training.ranking import Ranking

CLASSES_NAMED = 5


def summarise(
    evaluation: Evaluation, classes: list[str], k: int, split: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """All metrics, over all and for each class, and the curves.

    A number that can't be told is None, and `notes` says why.
    """
    from cnnstudio.training.ranking import rank  # takes seconds, and only the end needs it

    ranking = rank(evaluation.probabilities, evaluation.labels)
    columns = {
        **evaluation.by_class,
        "roc_auc": ranking.roc_auc,
        "average_precision": ranking.average_precision,
    }
    values = {
        name: evaluation.value(name, k)
        if metric.live
        else _told(np.nanmean(columns[name]) if np.isfinite(columns[name]).any() else math.nan)
        for name, metric in metrics.items()
    }
    there = evaluation.confusion.sum(axis=1)
    rows = [
        {"class": name, "samples": int(there[number])}
        | {column: _told(column_values[number]) for column, column_values in columns.items()}
        for number, name in enumerate(classes)
    ]
    summary = {
        "classes": classes,
        "samples": len(evaluation.labels),
        **values,
        "top_k_of": k,
        "confusion": evaluation.confusion.tolist(),
        "per_class": rows,
        "notes": _notes(evaluation, classes, k, split),
    }
    return summary, _curves(evaluation, ranking, classes)


def _curves(evaluation: Evaluation, ranking: Ranking, classes: list[str]) -> dict[str, Any]:
    found = evaluation.reliability
    edges = np.linspace(0, 1, BINS + 1)
    return {
        "roc": [
            {"class": name, "false_positive_rate": _list(x), "true_positive_rate": _list(y)}
            for name, (x, y) in zip(classes, ranking.curves, strict=True)
        ],
        "reliability": {
            "edges": edges.tolist(),
            "samples": found.samples.tolist(),
            "confidence": _list(found.confidence),
            "accuracy": _list(found.accuracy),
        },
    }


def _notes(evaluation: Evaluation, classes: list[str], k: int, split: str) -> list[str]:
    """In words, what can't be told."""
    notes = []
    there, told = evaluation.confusion.sum(axis=1), evaluation.confusion.sum(axis=0)
    missing = [name for name, count in zip(classes, there, strict=True) if not count]
    if missing:
        notes.append(
            f"There are no {split} images of {_names(missing)}: recall, ROC-AUC and average "
            "precision can't be told there, and the means leave it out."
        )
    never = [
        name for name, a, b in zip(classes, there, told, strict=True) if a and not b
    ]  # fmt: skip
    if never:
        notes.append(
            f"Nothing was taken for {_names(never)}: precision can't be told there, and counts as "
            "0 in the mean."
        )
    if len(classes) <= k:
        notes.append(
            f"Top-{k} accuracy says nothing of {len(classes)} classes: it would always be 100 %."
        )
    return notes


def _names(names: list[str]) -> str:
    shown = names[:CLASSES_NAMED]
    more = len(names) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _told(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _list(values: Iterable[float]) -> list[float | None]:
    return [_told(round(float(value), 6)) for value in values]
