"""Illnesses of the step: numbers that run away, a learning rate too high or too low."""

from __future__ import annotations

import math
from itertools import pairwise

from cnnstudio.training.doctor.course import DEAD, Course
from cnnstudio.training.doctor.illness import Evidence, illness
from cnnstudio.training.doctor.words import number, percent, power, step_of
from cnnstudio.training.losses import LEAST_LOSS
from cnnstudio.training.optimizers import optimizers

# A loss that has run away for so many told steps does not come back by itself.
TOLD_STEPS = 5
# A step that moves the weights by more than this share of themselves undoes what they knew.
HUGE_UPDATE = 0.2
FIRST_STEPS = 20
AT_CHANCE = 0.98  # of the loss of guessing
# Healthy steps move them by about a thousandth.
TINY_UPDATE = 1e-4
SLOW_EPOCHS = 3
SLOW_FALL = 0.1  # of the loss, an epoch
RISE = 1.3
STILL_MUCH = 0.3  # of the first loss: far below, a rise is noise


@illness(
    "Training diverged",
    "Training diverged: what was computed is no number any more.",
    "From here on nothing can be learned. Most often the learning rate is too high; where the "
    "images hold such numbers, the data is to be mended.",
    after=("diverged",), severity="error",
    remedies=("lower-rate", "clip-gradients", "warm-up", "normalise-images"),
    hides=("rate_too_high", "exploding_gradients", "underfitting"),
)  # fmt: skip
def divergence(course: Course) -> Evidence | None:
    told = course.diverged
    if told is None:
        return None
    facts = {"No number": f"the {told.get('what') or 'loss'} at step {told['step']:,}"}
    origin = told.get("origin") or {}
    if origin.get("sentence"):
        facts["Where it began"] = str(origin["sentence"])
    facts["Learning rate"] = number(course.settings.learning_rate)
    losses = [*course.last_losses(1), *(told.get("losses") or ())]
    if losses:
        facts["Loss before"] = ", ".join(number(loss) for loss in losses)
    node = origin.get("node")
    return Evidence(facts, (str(node),) if node else ())


@illness(
    "Loss below zero",
    "The loss is below 0, which it can't be: it does not suit what the network gives.",
    "What is made small has no end, and says nothing of the answers. The negative log-likelihood "
    "takes log-probabilities: end the network in LogSoftmax, or choose cross-entropy, which takes "
    "plain scores.",
    after=("step", "epoch"), severity="error",
    remedies=("cross-entropy",),
    hides=(
        "rate_too_high", "exploding_gradients", "underfitting", "shuffled_labels", "overfitting",
    ),
)  # fmt: skip
def loss_below_zero(course: Course) -> Evidence | None:
    told = [*course.last_losses(1), *course.epochs_of("train_loss")[-1:]]
    if not told or not min(told) < LEAST_LOSS:
        return None
    facts = {"Loss": f"{number(course.first_loss)} at first, {number(min(told))} now"}
    return Evidence(facts | {"Loss chosen": course.settings.loss.kind})


@illness(
    "Learning rate too high",
    "The learning rate is too high: steps go too far, and the loss does not come down.",
    "Each step undoes what the one before has learned. A lower rate, or a warm-up at the start, "
    "lets the network settle.",
    after=("step", "epoch", "layers"),
    remedies=("lower-rate", "warm-up", "clip-gradients", "cosine-schedule"),
    hides=("underfitting", "exploding_gradients", "dead_units", "shuffled_labels"),
)  # fmt: skip
def rate_too_high(course: Course) -> Evidence | None:
    first, losses = course.first_loss, course.last_losses(TOLD_STEPS)
    if not math.isfinite(first) or not losses:
        return None
    trained, ratio = course.epochs_of("train_loss"), course.update_ratio()
    ran_away = len(losses) == TOLD_STEPS and min(losses) > course.run_away
    not_better = sum(losses) / len(losses) > 0.9 * first
    too_far = ratio > HUGE_UPDATE and not_better and course.step > FIRST_STEPS
    once = len(trained) >= 2 and course.most_loss > course.run_away
    never_back = once and min(trained[-2:]) > 0.95 * first
    rises = len(trained) >= 4 and trained[-1] > trained[-2] > RISE * min(trained)
    rises_far = rises and trained[-1] > STILL_MUCH * first
    dead = _killed(course)
    if not (ran_away or too_far or never_back or rises_far or dead):
        return None
    facts = {
        "Loss": f"{number(first)} at first, {number(losses[-1])} now",
        "Learning rate": number(course.settings.learning_rate * course.rate_share),
    }
    if math.isfinite(ratio):
        facts["A step changes the weights by"] = f"{power(ratio)} of themselves (usual: 10⁻³)"
    if dead:
        facts["Dead units"] = ", ".join(f"{percent(share)} at {node}" for node, share in dead)
    if never_back:
        facts["Most"] = f"{number(course.most_loss)} on the way"
    if rises:
        facts["Training loss by epoch"] = ", ".join(number(loss) for loss in trained[-4:])
    return Evidence(facts)


def _killed(course: Course) -> list[tuple[str, float]]:
    """The nodes whose units died of long steps, the worst first, with the share that did: nothing
    is learned, and the rate is large for its optimizer, or the first steps went far."""
    losses = course.last_losses(TOLD_STEPS)
    if len(losses) < TOLD_STEPS:
        return []
    chance = course.guessing or course.first_loss
    if not sum(losses) / len(losses) >= AT_CHANCE * chance:
        return []
    settings = course.settings
    optimizer = optimizers.get(settings.optimizer.kind)
    large = optimizer is not None and settings.learning_rate >= optimizer.large_rate
    if not large and not course.early_update_ratio > HUGE_UPDATE:
        return []
    dead = [(node, share) for node, share in course.lasting("dead").items() if share >= DEAD]
    return sorted(dead, key=lambda found: -found[1])[:3]


@illness(
    "Learning rate too low",
    "The learning rate is too low: the loss falls, but at this pace it takes very long.",
    "Each step moves the weights by very little. A higher rate gets further in the same time; the "
    "rehearsal's range test suggests one.",
    after=("epoch",),
    remedies=("raise-rate", "more-epochs"),
    hides=("underfitting",),
)  # fmt: skip
def rate_too_low(course: Course) -> Evidence | None:
    trained, ratio = course.epochs_of("train_loss"), course.update_ratio()
    if len(trained) < SLOW_EPOCHS or not ratio < TINY_UPDATE or not course.rate_share > 0.5:
        return None
    last = trained[-SLOW_EPOCHS:]
    begun = course.first_loss if math.isfinite(course.first_loss) else trained[0]
    falls = [before - after for before, after in pairwise(last)]
    slow = all(fall < SLOW_FALL * last[0] for fall in falls) and sum(falls) > 0
    if not slow or last[-1] < 0.5 * begun:
        return None
    return Evidence(
        {
            "Training loss by epoch": ", ".join(number(loss) for loss in last),
            "A step changes the weights by": f"{power(ratio)} of themselves (usual: 10⁻³)",
            "Learning rate": number(course.settings.learning_rate),
            "Where": step_of(course.step),
        }
    )
