"""What a network says of an image."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cnnstudio.interpret.images import evaluating
from cnnstudio.interpret.scores import class_scores


def probabilities(model: nn.Module, images: Tensor, output: str | None = None) -> Tensor:
    """(N, classes), summing to 1 for each image.

    Scores go through softmax, unless the network did that itself.
    """
    with evaluating(model), torch.no_grad():
        result = model(images)
        if isinstance(result, dict) and output is None:
            output = next(iter(result))
        return as_probabilities(class_scores(result, output).float())


def as_probabilities(scores: Tensor) -> Tensor:
    """Scores (N, classes) through softmax, unless each image's are at least 0 and sum to 1."""
    sums = scores.sum(dim=1)
    already = bool((scores >= 0).all()) and torch.allclose(sums, torch.ones_like(sums), atol=1e-4)
    return scores if already else scores.softmax(dim=1)
