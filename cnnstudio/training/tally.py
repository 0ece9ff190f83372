"""Loss and accuracy over many steps, without waiting for the device at each of them."""

from __future__ import annotations

import math

import torch
from torch import Tensor


class Tally:
    """Sums of an epoch. `add` only remembers; `flush` does the arithmetic for all at once.

    Sums are taken step by step in double precision, so they do not depend on when `flush` is
    called: the same run gives the same numbers.
    """

    def __init__(self, loss_sum: float = 0.0, correct: int = 0, count: int = 0) -> None:
        self.loss_sum = loss_sum
        self.correct = correct
        self.count = count
        self._losses: list[Tensor] = []
        self._logits: list[Tensor] = []
        self._labels: list[Tensor] = []

    def add(self, loss: Tensor, logits: Tensor, labels: Tensor) -> None:
        """One step's mean loss (scalar), logits (N, classes) and labels (N)."""
        self._losses.append(loss.detach())
        self._logits.append(logits.detach())
        self._labels.append(labels)

    def flush(self) -> tuple[list[float], float]:
        """Takes in what was added; returns its losses, one a step, and its accuracy."""
        if not self._losses:
            return [], 0.0
        losses = torch.stack(self._losses).tolist()
        right = torch.cat(self._logits).argmax(dim=1) == torch.cat(self._labels)
        correct, count = int(right.sum()), right.numel()
        for loss, labels in zip(losses, self._labels, strict=True):
            self.loss_sum += loss * len(labels)
        self.correct += correct
        self.count += count
        self._losses, self._logits, self._labels = [], [], []
        return losses, correct / count

    @property
    def waiting(self) -> int:
        """Steps that were added and not taken in yet."""
        return len(self._losses)

    @property
    def loss(self) -> float:
        return self.loss_sum / self.count if self.count else math.nan

    @property
    def accuracy(self) -> float:
        return self.correct / self.count if self.count else math.nan

    def to_json(self) -> dict[str, float]:
        return {"loss_sum": self.loss_sum, "correct": self.correct, "count": self.count}
