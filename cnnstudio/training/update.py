"""From losses to steps of the optimizer: schedule, accumulation, penalties, clipping, averages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from cnnstudio.training.plateau import Plateau
from cnnstudio.training.preparation import Preparation
from cnnstudio.training.schedules import PLATEAU, rate_factors, schedules
from cnnstudio.training.shares import whole


class Update:
    """Takes the gradient of each batch, and steps when `accumulate` batches are together.

    `model` is the one to look at and to keep: the running average of the weights where one is
    asked for, else the one that is trained.
    """

    def __init__(self, ready: Preparation) -> None:
        settings = ready.settings
        self._ready = ready
        self._settings = settings
        self._rates = [group["lr"] for group in ready.optimizer.param_groups]
        self._weights = [w for group in ready.optimizer.param_groups for w in group["params"]]
        self._batches = ready.steps_per_epoch
        self._scheduled = rate_factors(settings, ready.steps_per_epoch, ready.steps)
        self._penalties = list(ready.learners.penalties(ready.model, settings.l1))
        self._norm: Tensor | None = None
        self._factor = 1.0
        self.scaler = ready.machine.scaler()
        self.plateau = (
            Plateau(schedules[PLATEAU].validate(settings.schedule.parameters))
            if settings.schedule.kind == PLATEAU
            else None
        )
        self.average: AveragedModel | None = None
        if settings.ema_decay > 0:
            self.average = ready.processes.average(
                ready.model, get_ema_multi_avg_fn(settings.ema_decay)
            )

    @property
    def model(self) -> torch.nn.Module:
        return self._ready.model if self.average is None else self.average.module

    @property
    def learning_rate(self) -> float:
        """That of the last step, for layers without a rate of their own."""
        return self._settings.learning_rate * self._factor

    @property
    def gradient_norm(self) -> float:
        """The 2-norm of the whole gradient of the last step, before it was clipped."""
        if self._norm is not None:
            return float(self._norm)
        gradients = [weight.grad for weight in self._weights if weight.grad is not None]
        return float(torch.nn.utils.get_total_norm(gradients)) if gradients else 0.0

    def is_open(self, batch: int) -> bool:
        """Whether gradients of earlier batches wait for this batch of the epoch."""
        return batch % self._settings.accumulate != 0

    def closes(self, batch: int) -> bool:
        """Whether this batch of the epoch is the last of a step."""
        last = batch + 1 == self._batches
        return last or (batch + 1) % self._settings.accumulate == 0

    def take(self, loss: Tensor, step: int, batch: int, size: int) -> None:
        """Takes in a batch's mean loss over `size` samples; it is the `batch`-th of its epoch and
        the `step`-th of the run, from 0."""
        optimizer, accumulate = self._ready.optimizer, self._settings.accumulate
        if not self.is_open(batch):
            optimizer.zero_grad()
        # Each process has the gradient of its own images, and their mean is taken.
        share = float(self._ready.processes.count)
        if accumulate > 1:
            # Shares by samples, so that the sum is the mean over all of them, also where the
            # last batch of the epoch is smaller.
            share *= size / self._samples_together(batch)
        loss = loss if share == 1.0 else loss * share
        (loss if self.scaler is None else self.scaler.scale(loss)).backward()
        if self.closes(batch):
            self._step(step)

    def look(self, metrics: Mapping[str, Any]) -> bool:
        """Shows the schedule an epoch's metrics; whether the learning rate falls."""
        return self.plateau is not None and self.plateau.look(metrics)

    def factor_at(self, step: int) -> float:
        """What the learning rate is multiplied by in a step of the run, from 0."""
        return self._scheduled(step) * (self.plateau.factor if self.plateau else 1.0)

    def _samples_together(self, batch: int) -> int:
        """How many samples the step has that this batch belongs to."""
        size, accumulate = self._settings.batch_size, self._settings.accumulate
        first = batch // accumulate * accumulate * size
        return min(accumulate * size, self._ready.samples_per_epoch - first)

    def _step(self, step: int) -> None:
        settings, scaler = self._settings, self.scaler
        if scaler is not None:
            scaler.unscale_(self._ready.optimizer)
        for weight, penalty in self._penalties:
            if weight.grad is not None:
                weight.grad.add_(weight.detach().sign(), alpha=penalty)
        if settings.clip_norm > 0:
            self._norm = whole(torch.nn.utils.clip_grad_norm_(self._weights, settings.clip_norm))
        elif self._ready.processes.divides:  # not to be asked by one process alone, later
            gradients = [weight.grad for weight in self._weights if weight.grad is not None]
            self._norm = whole(torch.nn.utils.get_total_norm(gradients))
        if settings.clip_value > 0:
            torch.nn.utils.clip_grad_value_(self._weights, settings.clip_value)
        self._factor = self.factor_at(step)
        for group, rate in zip(self._ready.optimizer.param_groups, self._rates, strict=True):
            group["lr"] = rate * self._factor
        if scaler is None:
            self._ready.optimizer.step()
        else:  # leaves out the step if a gradient overflowed
            scaler.step(self._ready.optimizer)
            scaler.update()
        if self.average is not None:
            self.average.update_parameters(self._ready.model)
