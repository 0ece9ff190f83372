"""How much of a change it takes: for a row of epsilons, the smallest, and over many images."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.adversarial.attack import Attack, attack
from cnnstudio.interpret.adversarial.attacks import GREATEST, LEVELS
from cnnstudio.interpret.explanations.case import Progress

AT_ONCE = 16
ROUNDS = 3


@dataclass(frozen=True)
class Smallest:
    """The smallest change found that leads to another decision: `below` was tried and was not
    enough. `found` is the attack at `epsilon`; all of them None where none was enough."""

    epsilon: float | None
    below: float
    found: Attack | None

    def sentence(self, classes: Sequence[str]) -> str:
        """`2.1/255 turns star into cross.`"""
        if self.epsilon is None or self.found is None:
            return f"No change of up to {levels_text(self.below)} was enough."
        before = classes[int(self.found.before[0].argmax())]
        after = classes[int(self.found.after[0].argmax())]
        return f"{levels_text(self.epsilon)} turns {before} into {after}."


def levels_text(epsilon: float) -> str:
    """`2.1/255`."""
    levels = epsilon * LEVELS
    return f"{levels:.2g}/{LEVELS}" if levels < 99.5 else f"{levels:.0f}/{LEVELS}"


def sweep(
    model: nn.Module, image: Any, epsilons: Sequence[float], method: str = "fgsm", **asked: Any
) -> Attack:
    """One image (C, H, W) attacked with each of the epsilons, all in one batch. `asked` is as of
    `attack`."""
    return attack(model, torch.as_tensor(image)[None], method, list(epsilons), **asked)


def smallest(
    model: nn.Module, image: Any, method: str = "fgsm", *, greatest: float = GREATEST, **asked: Any
) -> Smallest:
    """The smallest epsilon that changes the decision on one image (C, H, W), or leads to `target`.

    Of a row of epsilons up to `greatest` the first that is enough is taken, then one of a row
    between it and the one before, thrice: to a 4096th of `greatest`. A larger change need not be
    enough where a smaller one is, so this is not halving.
    """
    if not 0 < greatest <= 1:
        raise ExplanationError("The greatest change to try is between 0 and 1.")
    low, high = 0.0, greatest
    best: Attack | None = None
    for _ in range(ROUNDS):
        row = np.linspace(low, high, AT_ONCE + 1)
        tried = row if best is None else row[1:-1]  # the ends are known
        found = sweep(model, image, tried.tolist(), method, **asked)
        enough = np.flatnonzero(found.succeeded)
        if not len(enough):
            if best is None:
                return Smallest(None, greatest, None)
            low = float(tried[-1])
            continue
        first = int(enough[0])
        best, high = only(found, first), float(tried[first])
        if first:
            low = float(tried[first - 1])
        if high == 0:
            break
    return Smallest(high, low, best)


def robust_accuracy(
    model: nn.Module,
    batches: Iterable[tuple[Any, Any]],
    epsilons: Sequence[float],
    method: str = "fgsm",
    *,
    images: int | None = None,
    progress: Progress | None = None,
    **asked: Any,
) -> np.ndarray:
    """The share of images that are still told right when attacked by each epsilon: (epsilons,).

    `batches` are (images (N, C, H, W), labels (N,)), `images` how many there are in all, for
    `progress`. The attack leads away from the label.
    """
    right, count = np.zeros(len(epsilons), np.int64), 0
    for batch, labels in batches:
        for number, epsilon in enumerate(epsilons):
            found = attack(model, batch, method, epsilon, labels=labels, **asked)
            right[number] += int((found.after.argmax(axis=1) == np.asarray(labels)).sum())
            if progress is not None and images:
                done = count + len(labels) * (number + 1) / len(epsilons)
                progress(done / images, f"{int(done)} of {images} images")
        count += len(labels)
    if not count:
        raise ExplanationError("There are no images to attack.")
    return right / count


def only(found: Attack, number: int) -> Attack:
    """One of the images of an attack, as an attack of one."""
    row = slice(number, number + 1)
    return Attack(
        method=found.method,
        epsilons=found.epsilons[row],
        targets=found.targets[row],
        targeted=found.targeted,
        images=found.images[row],
        levels=found.levels[row],
        change=found.change[row],
        before=found.before[row],
        after=found.after[row],
    )
