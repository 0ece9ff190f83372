"""Metrics that follow from ranking the samples by their score for a class, one class against all
others. By torchmetrics, which takes seconds to load: import this only where it is used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torchmetrics.functional.classification import (
    binary_auroc,
    binary_average_precision,
    binary_roc,
)

POINTS = 101  # of a curve that is kept: as many as are told apart when it is drawn


@dataclass(frozen=True)
class Ranking:
    """NaN, or no curve, for a class that all samples or none are of."""

    roc_auc: np.ndarray  # float64 (classes,)
    average_precision: np.ndarray
    curves: list[tuple[np.ndarray, np.ndarray]]  # false and true positive rates of each class


def rank(probabilities: np.ndarray, labels: np.ndarray) -> Ranking:
    """Ranks samples, probabilities (N, classes) and labels (N,)."""
    classes = probabilities.shape[1]
    areas, averages = np.full(classes, np.nan), np.full(classes, np.nan)
    curves = [(np.zeros(0), np.zeros(0))] * classes
    scores = torch.from_numpy(probabilities).double()
    for number in range(classes):
        own = torch.from_numpy(labels == number)
        if not own.any() or own.all():
            continue
        areas[number] = float(binary_auroc(scores[:, number], own.long()))
        averages[number] = float(binary_average_precision(scores[:, number], own.long()))
        false, true, _ = binary_roc(scores[:, number], own.long())
        curves[number] = _thinned(false.numpy(), true.numpy())
    return Ranking(areas, averages, curves)


def _thinned(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The curve with about so many points of its own, evenly along its length."""
    if len(x) <= POINTS:
        return x, y
    length = np.concatenate([[0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    rows = np.searchsorted(length, np.linspace(0, length[-1], POINTS))
    rows = np.unique(np.minimum(rows, len(x) - 1))
    return x[rows], y[rows]
