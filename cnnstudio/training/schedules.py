"""Learning-rate schedules, each declared once, as pure functions of where the run is.

A schedule gives the factor by which the learning rate is multiplied. Since it follows from the
step alone, it can be drawn before the run, without torch, and a run that goes on needs no state of
it; only ReduceLROnPlateau, which waits for results, has one (see `plateau`).
Each is equal to torch.optim.lr_scheduler's scheduler of its name.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any

from cnnstudio.graph import TrainingSettings
from cnnstudio.layers.declaration import Choice, Ints, parameter
from cnnstudio.training.declared import Declared, declare
from cnnstudio.training.metrics import watchable

schedules: dict[str, Declared] = {}

SCHEDULER = "https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler."
PLATEAU = "ReduceLROnPlateau"

# From the step, the steps of an epoch and of the run, and the parameters to a factor.
Factor = Callable[[int, int, int, Mapping[str, Any]], float]
_factors: dict[str, Factor] = {}


def factor(
    kind: str, parameters: Mapping[str, Any], step: int, epoch_steps: int, steps: int
) -> float:
    """What the learning rate is multiplied by in a step of the run, counted from 0.

    `epoch_steps` and `steps` are the steps of an epoch and of the whole run. Raises ProblemError if
    a parameter is not valid, KeyError for a kind that is not declared.
    """
    values = schedules[kind].validate(parameters)
    return _factors[kind](step, epoch_steps, steps, values) if kind in _factors else 1.0


def rate_factors(
    training: TrainingSettings, epoch_steps: int, steps: int
) -> Callable[[int], float]:
    """From a step of the run to what its learning rate is multiplied by: schedule and warm-up.

    Raises ProblemError and KeyError as `factor` does, and looks at the settings only once.
    """
    kind, warmup = training.schedule.kind, training.warmup * epoch_steps
    values, found = schedules[kind].validate(training.schedule.parameters), _factors.get(kind)

    def at(step: int) -> float:
        scheduled = found(step, epoch_steps, steps, values) if found else 1.0
        return scheduled * warmed_up(step + 1, warmup)

    return at


def warmed_up(step: int, warmup_steps: float, start: float = 0.0) -> float:
    """The factor of a linear warm-up: from `start` in step 0 to 1 after `warmup_steps`."""
    if step >= warmup_steps:
        return 1.0
    return start + (1.0 - start) * step / warmup_steps


def _as(kind: str) -> Callable[[Factor], Factor]:
    def register(function: Factor) -> Factor:
        _factors[kind] = function
        return function

    return register


@declare(
    schedules, "Constant", category="Schedule", formula="η", reference=SCHEDULER + "ConstantLR.html"
)
class Constant:
    """The learning rate stays as it is."""


@declare(
    schedules, "Cosine", category="Schedule", formula="η_min + ½·(η − η_min)·(1 + cos(π·t / T))",
    reference="https://arxiv.org/abs/1608.03983",
)  # fmt: skip
class CosineAnnealing:
    """Falls along half a cosine to the end of the run: little to choose, and hard to beat. With
    several cycles it starts again from the top (SGDR)."""

    cycles: int = parameter(
        1, minimum=1, maximum=1000, help="how many times it falls, starting again from the top"
    )
    end: float = parameter(
        0.0, minimum=0.0, maximum=1.0, title="End share",
        help="what is left of the learning rate at the end, as a share",
    )  # fmt: skip


@_as("CosineAnnealing")
def _cosine(step: int, epoch_steps: int, steps: int, values: Mapping[str, Any]) -> float:
    length = max(steps / values["cycles"], 1)
    done = (step % length) / length
    return float(values["end"] + (1 - values["end"]) * (1 + math.cos(math.pi * done)) / 2)


@declare(
    schedules, "One cycle", category="Schedule", formula="rises to η, then falls to almost 0",
    reference="https://arxiv.org/abs/1708.07120",
)  # fmt: skip
class OneCycle:
    """Rises to the learning rate, then falls far below where it began: allows a higher learning
    rate and few epochs."""

    pct_start: float = parameter(
        0.3, minimum=0.0, maximum=1.0, title="Rising share", help="part of the run that it rises"
    )
    div_factor: float = parameter(
        25.0, minimum=1.0, maximum=1e6, title="Start divisor",
        help="it begins at the learning rate divided by this",
    )  # fmt: skip
    final_div_factor: float = parameter(
        1e4, minimum=1.0, maximum=1e12, title="End divisor",
        help="it ends at where it began, divided by this",
    )  # fmt: skip


@_as("OneCycle")
def _one_cycle(step: int, epoch_steps: int, steps: int, values: Mapping[str, Any]) -> float:
    start = 1 / values["div_factor"]
    end = start / values["final_div_factor"]
    top = values["pct_start"] * steps - 1
    if step <= top and top > 0:
        return _between(start, 1.0, step / top)
    return _between(1.0, end, (step - max(top, 0)) / max(steps - 1 - max(top, 0), 1))


def _between(start: float, end: float, done: float) -> float:
    """Half a cosine from one number to another."""
    return end + (start - end) / 2 * (1 + math.cos(math.pi * min(done, 1.0)))


@declare(
    schedules, "Step", category="Schedule", formula="η·γ^⌊epoch / n⌋",
    reference=SCHEDULER + "StepLR.html",
)  # fmt: skip
class StepLR:
    """Multiplies the learning rate by a factor every few epochs."""

    step_size: int = parameter(
        10,
        minimum=1,
        maximum=100_000,
        title="Every … epochs",
        help="from one fall to the next",
    )
    gamma: float = parameter(
        0.1, minimum=0.0, maximum=1.0, title="Factor", help="what is left after each fall"
    )


@_as("StepLR")
def _step(step: int, epoch_steps: int, steps: int, values: Mapping[str, Any]) -> float:
    return float(values["gamma"] ** (step // epoch_steps // values["step_size"]))


@declare(
    schedules, "Steps at epochs", category="Schedule", formula="η·γ^(milestones passed)",
    reference=SCHEDULER + "MultiStepLR.html",
)  # fmt: skip
class MultiStepLR:
    """Multiplies the learning rate by a factor at chosen epochs, as the papers on residual networks
    do."""

    milestones: Ints = parameter((30, 60, 90), minimum=1, maximum=100_000, title="At epochs",
                                 help="after these many epochs it falls")  # fmt: skip
    gamma: float = parameter(
        0.1, minimum=0.0, maximum=1.0, title="Factor", help="what is left after each fall"
    )


@_as("MultiStepLR")
def _multi_step(step: int, epoch_steps: int, steps: int, values: Mapping[str, Any]) -> float:
    passed = bisect_right(sorted(values["milestones"]), step // epoch_steps)
    return float(values["gamma"] ** passed)


@declare(
    schedules, "Exponential", category="Schedule", formula="η·γ^epoch",
    reference=SCHEDULER + "ExponentialLR.html",
)  # fmt: skip
class ExponentialLR:
    """Multiplies the learning rate by a factor after each epoch."""

    gamma: float = parameter(
        0.95, minimum=0.0, maximum=1.0, title="Factor", help="what is left after each epoch"
    )


@_as("ExponentialLR")
def _exponential(step: int, epoch_steps: int, steps: int, values: Mapping[str, Any]) -> float:
    return float(values["gamma"] ** (step // epoch_steps))


@declare(
    schedules, "Polynomial", category="Schedule", formula="η·(1 − t / T)^p",
    reference=SCHEDULER + "PolynomialLR.html",
)  # fmt: skip
class PolynomialLR:
    """Falls to nothing at the end of the run; with power 1 in a straight line."""

    power: float = parameter(
        1.0, minimum=0.01, maximum=100.0, help="1 is a straight line; above, it falls early"
    )


@_as("PolynomialLR")
def _polynomial(step: int, epoch_steps: int, steps: int, values: Mapping[str, Any]) -> float:
    return float((1 - min(step, steps) / max(steps, 1)) ** values["power"])


@declare(
    schedules, "On a plateau", category="Schedule", formula="η·γ whenever nothing gets better",
    reference=SCHEDULER + "ReduceLROnPlateau.html",
)  # fmt: skip
class ReduceLROnPlateau:
    """Multiplies the learning rate by a factor when a metric has not become better for some
    epochs. Its fall is not known before the run."""

    metric: Choice = parameter(
        "val_loss", choices=(*watchable(), "train_loss"), help="what is watched"
    )
    factor: float = parameter(0.1, minimum=0.0, maximum=0.9999, help="what is left after each fall")
    patience: int = parameter(
        5, minimum=0, maximum=100_000, help="epochs without progress that are let pass"
    )
    threshold: float = parameter(
        1e-4, minimum=0.0, maximum=1.0, advanced=True,
        help="progress smaller than this share does not count",
    )  # fmt: skip
    cooldown: int = parameter(
        0, minimum=0, maximum=100_000, advanced=True, help="epochs after a fall that do not count"
    )
