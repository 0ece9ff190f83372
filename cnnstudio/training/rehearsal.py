"""A rehearsal: what a few steps, soon forgotten, tell of the run that is about to begin."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import cycle, islice
from typing import Any

import torch
from torch import Tensor

from cnnstudio.graph import Project
from cnnstudio.training.apart import answer, ask_apart
from cnnstudio.training.construction import make_optimizer
from cnnstudio.training.losses import LEAST_LOSS
from cnnstudio.training.preparation import Preparation, choose_device, prepare
from cnnstudio.training.randomness import private_randomness, seed_step

# A batch is learned by heart when so much of its loss is left, or so many of its answers are right
# (a smoothed truth leaves a loss to the best of networks), within so many steps.
BY_HEART_SHARE = 0.1
BY_HEART_RIGHT = 0.98
BY_HEART_STEPS = 200
# The range test goes from one rate to the other, unless the loss explodes before.
LEAST_RATE, MOST_RATE = 1e-7, 10.0
RANGE_STEPS = 100
MOST_BATCHES = 16  # are held in memory for all that is tried
EXPLODED = 4.0  # times the least loss
SMOOTHING = 0.9
FIRST_STEPS_LEFT_OUT = 10
# A loss at the start further from that of guessing than this share of it is told.
START_SHARE = 0.5


@dataclass(frozen=True)
class Finding:
    """One thing that was tried: whether it is as it should be, a sentence, and what to do."""

    name: str
    fine: bool
    text: str
    hint: str = ""


@dataclass(frozen=True)
class RangeTest:
    """Losses, smoothed, by learning rate, and the rate to begin with; None if none lowers it."""

    rates: list[float]
    losses: list[float]
    suggestion: float | None


@dataclass(frozen=True)
class Rehearsal:
    findings: list[Finding]
    range_test: RangeTest
    learning_rate: float  # of the project

    @property
    def fine(self) -> bool:
        return all(finding.fine for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"fine": self.fine}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Rehearsal:
        findings = [Finding(**finding) for finding in told["findings"]]
        return cls(findings, RangeTest(**told["range_test"]), told["learning_rate"])


@dataclass
class _Stage:
    """The network with its first weights, and the batches that it is tried on."""

    ready: Preparation
    batches: list[tuple[Tensor, Tensor]]
    weights: dict[str, Tensor] = field(init=False)

    def __post_init__(self) -> None:
        self.weights = copy.deepcopy(self.ready.model.state_dict())

    def reset(self, learning_rate: float) -> torch.optim.Optimizer:
        """The first weights again, and a fresh optimizer for them."""
        self.ready.model.load_state_dict(self.weights)
        self.ready.begin_training()
        settings = self.ready.settings
        groups = self.ready.learners.groups(self.ready.model, learning_rate, settings.decay_all)
        fused_on = self.ready.machine.fused_on
        return make_optimizer(settings.optimizer, groups, learning_rate, fused_on)

    def loss(self, step: int, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """The loss of a batch as the run takes it in this step, and the scores (N, classes)."""
        seed_step(self.ready.settings.seed, step, self.ready.device)
        return self.ready.loss(images, labels)


def rehearse(project: Project) -> Rehearsal:
    """Tries the project's training for some steps, and forgets them.

    Looks whether the loss begins where guessing is, whether each layer gets a gradient, whether
    one batch can be learned by heart, and which learning rate lowers the loss fastest (the range
    test of https://arxiv.org/abs/1506.01186). Raises RunError if the network can't be trained,
    DataError if the data can't be had.
    """
    device = choose_device(project.training.device)
    with private_randomness(device):
        ready = prepare(project, device)
        order = torch.arange(ready.samples_per_epoch)
        batches = islice(ready.train_in(0)(order, project.training.batch_size), MOST_BATCHES)
        stage = _Stage(ready, list(batches))
        findings = [_start(stage), _gradients(stage), _by_heart(stage)]
        found = range_test(stage)
        findings.append(_rate(found, project.training.learning_rate))
    return Rehearsal(findings, found, project.training.learning_rate)


def rehearse_apart(
    project: Project, progress: Callable[[float | None, str], object] | None = None
) -> Rehearsal:
    """As `rehearse`, in a process of its own that uses the machine as the trainer does."""
    module, what = "cnnstudio.training.rehearsal", "The rehearsal"
    return Rehearsal.from_json(ask_apart(module, project, what=what, progress=progress))


def _start(stage: _Stage) -> Finding:
    classes = len(stage.ready.splits.classes)
    stage.reset(stage.ready.settings.learning_rate)
    images, labels = stage.batches[0]
    scores = stage.loss(0, images, labels)[1]
    loss = float(stage.ready.criterion(scores, labels).detach())
    settings = stage.ready.settings
    # The logarithms of equal probabilities: losses of logits and of log-probabilities agree on it.
    equal = torch.full_like(scores, -math.log(classes))
    guessing = float(stage.ready.criterion(equal, labels).detach())
    if settings.loss.kind != "CrossEntropyLoss" or settings.added_losses:
        if loss < LEAST_LOSS:
            return _below_zero("start", f"The loss begins at {loss:.3g}")
        fine = math.isfinite(loss)
        equally = f"; equal scores for all classes give {guessing:.3g}"
        told = equally if math.isfinite(guessing) else ""
        return Finding("start", fine, f"The loss begins at {loss:.3g}{told}.")
    text = f"The loss begins at {loss:.3g}; guessing among {classes} classes gives {guessing:.3g}."
    fine = abs(loss - guessing) <= START_SHARE * guessing
    hint = (
        "The first answers are sure of themselves without reason: normalise the images, or put a "
        "normalisation layer before the last."
    )
    return Finding("start", fine, text, "" if fine else hint)


def _gradients(stage: _Stage) -> Finding:
    stage.reset(stage.ready.settings.learning_rate).zero_grad()
    stage.loss(0, *stage.batches[0])[0].backward()
    learning = {n: w for n, w in stage.ready.model.named_parameters() if w.requires_grad}
    without = [
        name for name, weight in learning.items()
        if weight.grad is None or not bool(weight.grad.abs().max() > 0)
    ]  # fmt: skip
    layers = list(dict.fromkeys(name.rpartition(".")[0] for name in without))
    if not layers:
        return Finding("gradients", True, f"All {len(learning)} weights get a gradient.")
    named = ", ".join(layers[:5]) + (f" and {len(layers) - 5} more" if len(layers) > 5 else "")
    return Finding(
        "gradients", False, f"No gradient reaches {named}.",
        "Look for a wire that is missing, a unit that is never active, or a bias in front of a "
        "normalisation, which takes it away again.",
    )  # fmt: skip


def _by_heart(stage: _Stage) -> Finding:
    images, labels = stage.batches[0]
    optimizer = stage.reset(stage.ready.settings.learning_rate)
    first = last = math.nan
    for step in range(BY_HEART_STEPS):
        optimizer.zero_grad()
        loss, scores = stage.loss(step, images, labels)
        loss.backward()
        optimizer.step()
        right = float((scores.argmax(1) == labels).float().mean())
        last = float(loss.detach())
        first = last if step == 0 else first
        if not math.isfinite(last):
            return Finding("by heart", False, f"The loss is no number any more after {step} steps.",
                           "Lower the learning rate.")  # fmt: skip
        if last < LEAST_LOSS:
            return _below_zero("by heart", f"The loss of one batch falls to {last:.3g}")
        if last <= BY_HEART_SHARE * first or right >= BY_HEART_RIGHT:
            text = f"One batch of {len(labels)} is learned by heart in {step + 1} steps."
            return Finding("by heart", True, text)
    return Finding(
        "by heart", False,
        f"One batch of {len(labels)} is not learned by heart in {BY_HEART_STEPS} steps: the loss "
        f"went from {first:.3g} to {last:.3g}.",
        "A network that can't learn one batch learns nothing: try another learning rate, less "
        "dropout or decay, or a larger network.",
    )  # fmt: skip


def _below_zero(name: str, what: str) -> Finding:
    return Finding(
        name, False,
        f"{what}, and no loss can be below 0: it does not suit what the network gives.",
        "End the network in LogSoftmax, or choose CrossEntropyLoss, which takes plain scores.",
    )  # fmt: skip


def range_test(stage: _Stage) -> RangeTest:
    """Steps with a learning rate that rises from tiny to huge, and watches the loss."""
    optimizer = stage.reset(LEAST_RATE)
    factors = [group["lr"] / LEAST_RATE for group in optimizer.param_groups]
    rates: list[float] = []
    losses: list[float] = []
    mean = 0.0
    for step, (images, labels) in enumerate(islice(cycle(stage.batches), RANGE_STEPS)):
        rate = LEAST_RATE * (MOST_RATE / LEAST_RATE) ** (step / (RANGE_STEPS - 1))
        for group, factor in zip(optimizer.param_groups, factors, strict=True):
            group["lr"] = rate * factor
        optimizer.zero_grad()
        loss, _ = stage.loss(step, images, labels)
        loss.backward()
        optimizer.step()
        mean = SMOOTHING * mean + (1 - SMOOTHING) * float(loss.detach())
        smooth = mean / (1 - SMOOTHING ** (step + 1))
        if not math.isfinite(smooth) or (losses and smooth > EXPLODED * min(losses)):
            break
        rates.append(rate)
        losses.append(smooth)
    return RangeTest(rates, losses, steepest(rates, losses))


def steepest(rates: list[float], losses: list[float]) -> float | None:
    """The rate at which the loss falls fastest, by the logarithm of the rate, but at most a tenth
    of the one with the least loss (networks with normalisation bear rates that are much too high
    for a while); None if it never falls.

    What comes after the least loss is left out, since it falls from an explosion, and so are the
    first steps, whose mean is of too few losses."""
    least = losses.index(min(losses)) if losses else 0
    slopes: Iterator[tuple[float, float]] = (
        (losses[at + 1] - losses[at - 1], rates[at])
        for at in range(FIRST_STEPS_LEFT_OUT, min(least + 1, len(rates) - 1))
    )
    slope, rate = min(slopes, default=(0.0, 0.0))
    return min(rate, rates[least] / 10) if slope < 0 else None


def _rate(found: RangeTest, chosen: float) -> Finding:
    if found.suggestion is None:
        return Finding("rate", False, "No learning rate lowers the loss.",
                       "Look at the other findings first.")  # fmt: skip
    text = f"The loss falls fastest at a learning rate of {found.suggestion:.2g}; it is {chosen:g}."
    fine = found.suggestion / 30 <= chosen <= found.suggestion * 30
    return Finding("rate", fine, text, "" if fine else f"Try {found.suggestion:.2g}.")


if __name__ == "__main__":
    answer(lambda project: rehearse(project).to_json())
