"""What a training makes small: the losses of the network's outputs, each times its weight."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from cnnstudio.graph import Component, RunError, TrainingSettings
from cnnstudio.training.construction import make_loss
from cnnstudio.training.criteria import WeightedSum
from cnnstudio.training.mixed_labels import MixedLabels, Truth


class Objective:
    """The losses of a run. Each takes (scores (N, classes), labels (N,)).

    `answer` is that of the first output; `further` has weight and loss of the others, in order.
    """

    def __init__(
        self,
        training: TrainingSettings,
        outputs: Sequence[str],
        labels: Tensor,
        classes: int,
        device: torch.device,
    ) -> None:
        """`outputs` are the network's by name, in its order; `labels` (N,) those of the training
        samples. RunError if the settings are wrong or name an output that isn't there."""
        _check_names(training, outputs)

        def made(chosen: Component) -> nn.Module:
            return make_loss(chosen, labels, classes).to(device)

        self.answer = made(training.loss)
        if training.added_losses:
            added = [(loss.weight, made(loss)) for loss in training.added_losses]
            self.answer = WeightedSum([(1.0, self.answer), *added])
        own = [training.output_losses.get(name) for name in outputs[1:]]
        self.further = [
            (training.auxiliary_weight, self.answer) if loss is None else (loss.weight, made(loss))
            for loss in own
        ]

    def __call__(self, scores: Sequence[Tensor], truth: Truth) -> Tensor:
        """The loss of a batch, from the scores (N, classes) of each output."""
        loss = _loss(self.answer, scores[0], truth)
        for (weight, criterion), others in zip(self.further, scores[1:], strict=True):
            loss = loss + weight * _loss(criterion, others, truth)
        return loss


def _loss(criterion: nn.Module, scores: Tensor, truth: Truth) -> Tensor:
    if isinstance(truth, MixedLabels):
        return truth.loss(criterion, scores)
    loss: Tensor = criterion(scores, truth)
    return loss


def _check_names(training: TrainingSettings, outputs: Sequence[str]) -> None:
    for name in training.output_losses:
        if name == outputs[0]:
            raise RunError(
                f"'{name}' is the network's first output: its loss is that of the run.",
                f"Set training.loss, and take '{name}' out of training.output_losses.",
            )
        if name not in outputs:
            there = ", ".join(outputs[1:]) or "none"
            raise RunError(
                f"The training settings give a loss to the output '{name}', which the network "
                "doesn't have.",
                f"Take it out of training.output_losses. Further outputs: {there}.",
            )
