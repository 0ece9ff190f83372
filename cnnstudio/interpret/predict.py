"""What a network says of an image."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from cnnstudio.interpret.explanations.scores import class_scores
from cnnstudio.interpret.images import evaluating
from cnnstudio.training.answers import are_probabilities, as_probabilities


def probabilities(model: nn.Module, images: Tensor, output: str | None = None) -> Tensor:
    """(N, classes), summing to 1 for each image.

    Scores go through softmax, unless the network did that itself.
    """
    with evaluating(model), torch.no_grad():
        return probabilities_of(model(images), output)


def probabilities_of(result: Any, output: str | None = None) -> Tensor:
    """The same of what a network gave; of its first output if None."""
    if isinstance(result, dict) and output is None:
        output = next(iter(result))
    return as_probabilities(class_scores(result, output).float()).detach()


def log_odds(scores: Tensor, classes: Tensor) -> Tensor:
    """(N,): log p / (1 − p) of each image's class, from scores (N, classes).

    It rises and falls with the probability, and with minus the cross-entropy, but never levels
    off: where a network is sure, its gradient is not lost in rounding. Of a single class, the
    score itself.
    """
    if scores.shape[1] == 1:
        return scores[:, 0]
    if are_probabilities(scores):
        scores = scores.clamp(min=torch.finfo(scores.dtype).tiny).log()
    own = scores.gather(1, classes[:, None])
    others = scores.scatter(1, classes[:, None], -torch.inf).logsumexp(dim=1)
    return own[:, 0] - others
