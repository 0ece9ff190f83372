"""Metrics that follow from counting: from a confusion, or from how sure the network was.

They cost microseconds, so that each epoch can tell them. What can't be told is NaN: the recall of a
class without images, the precision of a class that nothing was taken for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BINS = 15


def confusion(labels: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Counts (classes, classes): row = true class, column = predicted class."""
    flat = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return flat.reshape(classes, classes)


def by_class(counts: np.ndarray) -> dict[str, np.ndarray]:
    """Precision, recall and F1 of each class, float64 (classes,), of a confusion."""
    right, there, told = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
    with np.errstate(invalid="ignore"):  # 0 / 0 is what can't be told
        return {
            "precision": right / told,
            "recall": right / there,
            "f1": 2 * right / (there + told),
        }


def mean_over_classes(values: np.ndarray, counts: np.ndarray) -> float:
    """The mean of precision, recall or F1 as scikit-learn and torchmetrics take it: a class that is
    there or was predicted counts, as 0 where its value can't be told."""
    concerned = counts.sum(axis=1) + counts.sum(axis=0) > 0
    return float(np.nan_to_num(values[concerned]).mean()) if concerned.any() else float("nan")


def top_k(probabilities: np.ndarray, labels: np.ndarray, k: int) -> float:
    """The share of samples whose class is among the k most probable; NaN if all classes are.

    Of equal probabilities the first class leads, as in argmax: the top 1 is the accuracy.
    """
    classes = probabilities.shape[1]
    if k >= classes:
        return float("nan")
    own = np.take_along_axis(probabilities, labels[:, None], axis=1)
    earlier = np.arange(classes) < labels[:, None]
    ahead = (probabilities > own) | ((probabilities == own) & earlier)
    return float((ahead.sum(axis=1) < k).mean())


@dataclass(frozen=True)
class Reliability:
    """How often the network is right, by how sure it is: samples in bins of equal width."""

    samples: np.ndarray  # int64 (bins,)
    confidence: np.ndarray  # the mean in each bin, float64; NaN in an empty one
    accuracy: np.ndarray

    @property
    def error(self) -> float:
        """The expected calibration error."""
        there = self.samples > 0
        gaps = np.abs(self.accuracy - self.confidence)[there]
        return float((gaps * self.samples[there]).sum() / self.samples.sum())


def bins_of(confidence: np.ndarray, bins: int = BINS) -> np.ndarray:
    """The bin of each confidence: [0, 1/15), …, [14/15, 1], the last one with its end."""
    edges = np.linspace(0, 1, bins + 1, dtype=np.float32)
    return np.minimum(np.searchsorted(edges, confidence, side="right") - 1, bins - 1)


def reliability(probabilities: np.ndarray, labels: np.ndarray, bins: int = BINS) -> Reliability:
    """Of the most probable class of each sample."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    chosen = bins_of(confidence, bins)
    samples = np.bincount(chosen, minlength=bins)
    with np.errstate(invalid="ignore"):  # an empty bin has no mean
        return Reliability(
            samples,
            np.bincount(chosen, confidence, bins) / samples,
            np.bincount(chosen, right, bins) / samples,
        )
