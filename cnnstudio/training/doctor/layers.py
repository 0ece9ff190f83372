"""Illnesses of layers: units that are dead or saturated, gradients that vanish or explode."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import median

from cnnstudio.training.doctor.course import DEAD, Course
from cnnstudio.training.doctor.illness import Evidence, illness
from cnnstudio.training.doctor.words import number, percent, power, some

Layers = Mapping[str, Mapping[str, float | None]]

ALL_DEAD = 0.95
SATURATED = 0.8  # of a layer's outputs
# The gradient as a share of the weights, of the first layers against the last ones.
FEWEST_LAYERS = 4
VANISHING = 1e-4
EXPLODING = 1e4
HUGE_NORM = 1000.0
EARLY = 3  # told steps
SPIKE = 100.0  # times the usual norm
SPIKES = 3
RECENT = 20


@illness(
    "Dead units",
    "Most units of '{node}' are dead: they give 0 for every image, and get no gradient.",
    "A dead unit learns no more. Leaky ReLU always lets some gradient through; a lower learning "
    "rate, or normalisation before the activation, keeps units alive.",
    after=("layers",), remedies=("leaky-relu", "lower-rate", "add-norm"),
    hides=("vanishing_gradients",),
)  # fmt: skip
def dead_units(course: Course) -> Evidence | None:
    return _at_ends(course, "dead", DEAD, "give 0")


@illness(
    "Saturated activations",
    "The outputs of '{node}' are saturated: nearly all lie at an end of their range.",
    "There the function is flat, and almost no gradient passes. ReLU has no upper end; "
    "normalisation before the activation keeps its input small.",
    after=("layers",), remedies=("relu", "add-norm", "lower-rate"),
    hides=("vanishing_gradients",),
)  # fmt: skip
def saturated_activations(course: Course) -> Evidence | None:
    return _at_ends(course, "saturated", SATURATED, "lie at an end")


@illness(
    "Vanishing gradients",
    "The gradient vanishes on its way to '{node}': the first layers hardly learn.",
    "Each layer on the way back makes the gradient smaller. Normalisation, ReLU instead of sigmoid "
    "or tanh, and shortcuts around layers (Add) keep it alive.",
    after=("layers",), remedies=("add-norm", "relu"),
)  # fmt: skip
def vanishing_gradients(course: Course) -> Evidence | None:
    told = course.last_layers(2)
    if not told or any(_most(layers, "dead") >= ALL_DEAD for layers in told):
        return None
    shares = [_first_to_last(layers) for layers in told]
    if not all(0 <= share < VANISHING for share in shares):
        return None
    learning = _relative(told[-1])
    first, last = next(iter(learning)), next(reversed(learning))
    return Evidence(
        {
            f"Gradient at {first}": f"{power(learning[first])} of its weights",
            f"Gradient at {last}": f"{power(learning[last])} of its weights",
            "First layers against the last": power(shares[-1]),
        },
        (first,),
    )


@illness(
    "Exploding gradients",
    "The gradients explode: their norm is far beyond the usual.",
    "One such step throws away what was learned. Clipping bounds a step's length; normalisation "
    "between layers, or a lower learning rate, mends the cause.",
    after=("step", "layers"), remedies=("clip-gradients", "add-norm", "lower-rate"),
)  # fmt: skip
def exploding_gradients(course: Course) -> Evidence | None:
    if course.settings.clip_norm > 0:
        return None  # it is bounded already
    early = [_norm(event) for event in course.first_steps[:EARLY]]
    if len(early) == EARLY and min(early) > HUGE_NORM:
        return _explosion(course, {"Norm of the gradient at the start": power(median(early))})
    told = course.last_layers(2)
    if told and all(_first_to_last(layers) > EXPLODING for layers in told):
        share = power(_first_to_last(told[-1]))
        return _explosion(course, {"First layers against the last": share})
    if len(course.first_steps) < RECENT:
        return None
    if _norm(course.steps[-1]) < SPIKE * min(early):
        return None
    usual = median(_norm(event) for event in course.first_steps)
    losses = course.last_losses(1)
    recent = [_norm(event) for event in course.last_steps(RECENT)]
    spikes = [norm for norm in recent if norm > SPIKE * usual]
    if len(spikes) >= SPIKES and losses[-1] < 3 * course.first_loss:
        facts = {"Usual norm": number(usual), f"In {len(spikes)} of {RECENT}": power(max(spikes))}
        return _explosion(course, facts)
    return None


def _explosion(course: Course, facts: dict[str, str]) -> Evidence:
    told = course.last_layers(1)
    gradients = {n: t["gradient"] for n, t in (told[-1] if told else {}).items() if "gradient" in t}
    worst = sorted(gradients, key=lambda node: -_size(gradients[node]))[:3]
    for node in worst[:1]:
        facts[f"Largest at {node}"] = power(_size(gradients[node]))
    return Evidence(facts, tuple(worst))


def _at_ends(course: Course, name: str, bound: float, words: str) -> Evidence | None:
    """The nodes where this share was above the bound in each of the last two measurements."""
    if course.has_not_recovered:
        return None  # steps that are too long kill units too, and are found by themselves
    shares = {node: share for node, share in course.lasting(name).items() if share >= bound}
    if not shares:
        return None
    nodes = sorted(shares, key=lambda node: -shares[node])
    facts = {f"{percent(shares[nodes[0]])} {words}": f"at {nodes[0]}"}
    if len(nodes) > 1:
        facts["Also"] = some([f"{node} ({percent(shares[node])})" for node in nodes[1:]])
    return Evidence(facts, tuple(nodes))


def _relative(layers: Layers) -> dict[str, float]:
    """Each node's gradient as a share of its weights, those that have both."""
    return {
        node: _size(told["gradient"]) / weight
        for node, told in layers.items()
        if "gradient" in told and (weight := told.get("weight") or 0.0) > 0
    }


def _first_to_last(layers: Layers) -> float:
    """How the first quarter of the layers compares with the last one; NaN for few layers."""
    shares = list(_relative(layers).values())
    if len(shares) < FEWEST_LAYERS:
        return math.nan
    part = max(1, len(shares) // 4)
    last = median(shares[-part:])
    return median(shares[:part]) / last if last > 0 else math.nan


def _most(layers: Layers, name: str) -> float:
    return max((told.get(name) or 0.0 for told in layers.values()), default=0.0)


def _norm(event: Mapping[str, object]) -> float:
    norm = event.get("gradient_norm")
    # What is written as null was infinite, or none at all.
    return float(norm) if isinstance(norm, int | float) else math.inf


def _size(gradient: float | None) -> float:
    return math.inf if gradient is None else gradient
