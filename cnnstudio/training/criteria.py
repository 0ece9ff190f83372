"""Losses of torch's for (scores (N, classes), labels (N,)) where torch's own ask for another truth.

Each gives the mean over the samples, as torch.nn.CrossEntropyLoss does.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class WeightedSum(nn.Module):
    """Several losses of the same scores as one: the sum of each times its weight."""

    def __init__(self, losses: Iterable[tuple[float, nn.Module]]) -> None:
        super().__init__()
        weighted = list(losses)
        self.weights = [weight for weight, _ in weighted]
        self.losses = nn.ModuleList(loss for _, loss in weighted)

    def forward(self, scores: Tensor, labels: Tensor) -> Tensor:
        pairs = zip(self.weights, self.losses, strict=True)
        return torch.stack([weight * loss(scores, labels) for weight, loss in pairs]).sum()


class FocalLoss(nn.Module):
    """−(1 − p)^γ·log p of the true class (https://arxiv.org/abs/1708.02002). `weight` has a number
    for each class; the mean is weighted by them, as cross-entropy's is."""

    def __init__(self, gamma: float = 2.0, weight: Tensor | None = None) -> None:
        super().__init__()
        self.gamma = gamma
        self.weight: Tensor | None
        self.register_buffer("weight", weight)

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        log_p = F.log_softmax(logits, dim=1).gather(1, labels[:, None])[:, 0]
        losses = -((1 - log_p.exp()) ** self.gamma) * log_p
        if self.weight is None:
            return losses.mean()
        weights = self.weight[labels]
        return (losses * weights).sum() / weights.sum()


class OneAgainstAllLoss(nn.Module):
    """torch.nn.BCEWithLogitsLoss against one-hot labels, the mean over samples and classes."""

    def __init__(self, weight: Tensor | None = None) -> None:
        super().__init__()
        self.weight: Tensor | None
        self.register_buffer("weight", weight)

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        truth = F.one_hot(labels, logits.shape[1]).to(logits.dtype)
        return F.binary_cross_entropy_with_logits(logits, truth, self.weight)


class _ErrorLoss(nn.Module):
    """An error of the classes' probabilities against one-hot labels."""

    def __init__(self, error: nn.Module, softmax: bool = True) -> None:
        super().__init__()
        self.error = error
        self.softmax = softmax

    def forward(self, scores: Tensor, labels: Tensor) -> Tensor:
        found = scores.softmax(dim=1) if self.softmax else scores
        loss: Tensor = self.error(found, F.one_hot(labels, scores.shape[1]).to(found.dtype))
        return loss


class SquaredErrorLoss(_ErrorLoss):
    def __init__(self, softmax: bool = True) -> None:
        super().__init__(nn.MSELoss(), softmax)


class AbsoluteErrorLoss(_ErrorLoss):
    def __init__(self, softmax: bool = True) -> None:
        super().__init__(nn.L1Loss(), softmax)


class SmoothErrorLoss(_ErrorLoss):
    def __init__(self, beta: float = 1.0, softmax: bool = True) -> None:
        super().__init__(nn.SmoothL1Loss(beta=beta), softmax)


class HuberErrorLoss(_ErrorLoss):
    def __init__(self, delta: float = 1.0, softmax: bool = True) -> None:
        super().__init__(nn.HuberLoss(delta=delta), softmax)


class DiceLoss(nn.Module):
    """1 − the Sørensen-Dice coefficient of probabilities and one-hot labels, the mean over the
    classes that are there (https://arxiv.org/abs/1606.04797, without the squares)."""

    def __init__(self, smooth: float = 1.0) -> None:
        super().__init__()
        self.smooth = smooth

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        found = logits.softmax(dim=1)
        truth = F.one_hot(labels, logits.shape[1]).to(found.dtype)
        overlap, total = (found * truth).sum(0), (found + truth).sum(0)
        there = truth.sum(0) > 0
        return 1 - ((2 * overlap + self.smooth) / (total + self.smooth))[there].mean()


class DivergenceLoss(nn.Module):
    """torch.nn.KLDivLoss (batchmean) of the probabilities from smoothed one-hot labels."""

    def __init__(self, label_smoothing: float = 0.0) -> None:
        super().__init__()
        self.label_smoothing = label_smoothing

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        classes = logits.shape[1]
        truth = F.one_hot(labels, classes).to(logits.dtype) * (1 - self.label_smoothing)
        truth = truth + self.label_smoothing / classes
        return F.kl_div(F.log_softmax(logits, dim=1), truth, reduction="batchmean")


def balanced_weights(labels: Tensor, classes: int) -> Tensor:
    """A weight for each class: samples / (classes there · samples of the class), 0 for a class
    that is not there; as scikit-learn's `compute_class_weight("balanced")`."""
    counts = torch.bincount(labels, minlength=classes).to(torch.float32)
    there = counts > 0
    weights = counts.sum() / (there.sum() * counts.clamp(min=1))
    return torch.where(there, weights, torch.zeros(()))
