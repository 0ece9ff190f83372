"""How good a model is on samples that it did not learn from."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from cnnstudio.training import counts
from cnnstudio.training.answers import answers
from cnnstudio.training.batches import Batches
from cnnstudio.training.processes import ALONE, Processes

Criterion = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Evaluation:
    """Predictions for N samples, in the samples' order."""

    loss: float
    probabilities: np.ndarray  # (N, classes) float32
    labels: np.ndarray  # (N,) int64

    @cached_property
    def predicted(self) -> np.ndarray:
        """The most probable class of each sample, (N,) int64."""
        return self.probabilities.argmax(axis=1)

    @property
    def accuracy(self) -> float:
        return float((self.predicted == self.labels).mean())

    @cached_property
    def confusion(self) -> np.ndarray:
        """Counts (classes, classes): row = true class, column = predicted class."""
        return counts.confusion(self.labels, self.predicted, self.probabilities.shape[1])

    @cached_property
    def by_class(self) -> dict[str, np.ndarray]:
        """Precision, recall and F1 of each class, (classes,); NaN where they can't be told."""
        return counts.by_class(self.confusion)

    @cached_property
    def reliability(self) -> counts.Reliability:
        return counts.reliability(self.probabilities, self.labels)

    def value(self, metric: str, k: int) -> float | None:
        """A live metric's value; None if it can't be told."""
        match metric:
            case "loss":
                found = self.loss
            case "accuracy":
                found = self.accuracy
            case "top_k":
                found = counts.top_k(self.probabilities, self.labels, k)
            case "calibration_error":
                found = self.reliability.error
            case _:
                found = counts.mean_over_classes(self.by_class[metric], self.confusion)
        return found if math.isfinite(found) else None


def evaluate(
    model: torch.nn.Module,
    batches: Batches,
    criterion: Criterion,
    batch_size: int,
    autocast: Callable[[], AbstractContextManager[Any]] = nullcontext,
    processes: Processes = ALONE,
) -> Evaluation | None:
    """Runs the model over all samples in evaluation mode; None if there are no samples.

    Of several outputs the first counts. The model runs inside of `autocast()`. Several processes
    share the samples.
    """
    if not len(batches):
        return None
    was_training = model.training
    model.eval()
    losses, logits, labels = [], [], []
    with torch.inference_mode():
        for images, truth in processes.in_order(batches, batch_size):
            with autocast():
                answer = answers(model(images))[0].float()
            answer = processes.whole(answer, len(truth))
            losses.append(criterion(answer, truth))
            logits.append(answer)
            labels.append(truth)
        probabilities = torch.cat(logits).softmax(dim=1)
        each = zip(torch.stack(losses).tolist(), labels, strict=True)
        loss = sum(value * len(truth) for value, truth in each) / len(batches)
    model.train(was_training)
    return Evaluation(loss, probabilities.cpu().numpy(), torch.cat(labels).cpu().numpy())
