"""What a network answers, as a list: one tensor of class scores for each of its outputs."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor


def answers(result: Tensor | Mapping[str, Tensor]) -> list[Tensor]:
    """The outputs in the network's order: the first is the answer, further ones help in training.

    Each is (N, classes).
    """
    return list(result.values()) if isinstance(result, Mapping) else [result]


def as_probabilities(scores: Tensor) -> Tensor:
    """Scores (N, classes) through softmax, unless each image's are at least 0 and sum to 1."""
    return scores if are_probabilities(scores) else scores.softmax(dim=1)


def are_probabilities(scores: Tensor) -> bool:
    sums = scores.sum(dim=1)
    return bool((scores >= 0).all()) and torch.allclose(sums, torch.ones_like(sums), atol=1e-4)
