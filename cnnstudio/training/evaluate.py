"""How good a model is on samples that it did not learn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from cnnstudio.training.answers import answers
from cnnstudio.training.batches import Batches

Criterion = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Evaluation:
    """Predictions for N samples, in the samples' order."""

    loss: float
    probabilities: np.ndarray  # (N, classes) float32
    labels: np.ndarray  # (N,) int64

    @property
    def predicted(self) -> np.ndarray:
        """The most probable class of each sample, (N,) int64."""
        return self.probabilities.argmax(axis=1)

    @property
    def accuracy(self) -> float:
        return float((self.predicted == self.labels).mean())

    @property
    def confusion(self) -> np.ndarray:
        """Counts (classes, classes): row = true class, column = predicted class."""
        classes = self.probabilities.shape[1]
        flat = np.bincount(self.labels * classes + self.predicted, minlength=classes * classes)
        return flat.reshape(classes, classes)

    def per_class(self, names: list[str]) -> list[dict[str, Any]]:
        """Precision, recall and F1 of each class; None where nothing was predicted or there."""
        confusion = self.confusion
        rows: list[dict[str, Any]] = []
        for index, name in enumerate(names):
            right = int(confusion[index, index])
            there, told = int(confusion[index].sum()), int(confusion[:, index].sum())
            rows.append(
                {
                    "class": name,
                    "samples": there,
                    "precision": right / told if told else None,
                    "recall": right / there if there else None,
                    "f1": 2 * right / (there + told) if there + told else None,
                }
            )
        return rows


def evaluate(
    model: torch.nn.Module, batches: Batches, criterion: Criterion, batch_size: int
) -> Evaluation | None:
    """Runs the model over all samples in evaluation mode; None if there are no samples.

    Of several outputs the first counts.
    """
    if not len(batches):
        return None
    was_training = model.training
    model.eval()
    losses, logits, labels = [], [], []
    with torch.inference_mode():
        for images, truth in batches.in_order(batch_size):
            answer = answers(model(images))[0]
            losses.append(criterion(answer, truth))
            logits.append(answer)
            labels.append(truth)
        probabilities = torch.cat(logits).float().softmax(dim=1)
        each = zip(torch.stack(losses).tolist(), labels, strict=True)
        loss = sum(value * len(truth) for value, truth in each) / len(batches)
    model.train(was_training)
    return Evaluation(loss, probabilities.cpu().numpy(), torch.cat(labels).cpu().numpy())
