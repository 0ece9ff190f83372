"""Questions about pictures that are optimised: what excites a unit, and what turns a decision.

They take the network and the image as those of `inspect` do, tell of progress, and end where they
are taken back.
"""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import numpy as np

from cnnstudio.interpret.adversarial.search import smallest, sweep
from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.imagine.visualize import Optimisation
from cnnstudio.interpret.subject import Subject
from cnnstudio.kernel.memory import Memory
from cnnstudio.kernel.questions.asked import Image, reference_of, shown, subject_of

# Each beside what it was made of: as long as that lives, its id is no other's.
_copies: Memory[tuple[Subject, Subject]] = Memory(limit=2)
_works: Memory[tuple[Subject, Optimisation]] = Memory(limit=8)


def visualize(
    layer: str | None,
    units: list[int],
    until: int,
    position: list[int] | None = None,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
    parameters: dict[str, Any] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """How the pictures of these units (classes, if `layer` is None) look after `until` steps:
    {"pictures": uint8 (N, H, W, 3), "units", "count": how many there are, "step", "curve":
    float32 (steps, N), "values", "before": float32 (N,), "probabilities": float32 (N,) or None,
    "note"}. A picture for each unit and start, in that order.

    Asked again for more steps the work goes on where it was; the answer is the same as in one go.
    """
    subject = _subject(run, checkpoint, project)
    node = None if layer is None else subject.node(layer)
    place = None if position is None else (int(position[0]), int(position[1]))
    settings = json.dumps(parameters or {}, sort_keys=True)
    key = id(subject), node, tuple(units), place, settings

    def begin() -> tuple[Subject, Optimisation]:
        asked = (subject.input_shape, node, units, place, subject.normalization, parameters)
        return subject, Optimisation(subject.model, *asked)

    _, work = _works.get(key, begin)
    if work.step > until:
        _works.forget(key)
        _, work = _works.get(key, begin)
    work.go_on(until, progress)
    found = work.result()
    return {
        "pictures": found.images,
        "units": found.units,
        "count": work.count,
        "step": work.step,
        "curve": found.curve,
        "values": found.values,
        "before": found.before,
        "probabilities": found.probabilities,
        "note": found.note,
    }


def attack(
    image: Image,
    epsilons: list[float],
    method: str = "fgsm",
    target: int | None = None,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
    parameters: dict[str, Any] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The image attacked with each of the epsilons: {"epsilons", "probabilities": float32 (E,
    classes), "changes": float16 (E, C, H, W), of levels in 0…1, "classes", "target", "image", …}.
    """
    subject = _subject(run, checkpoint, project)
    picture = subject.picture(reference_of(image))
    found = sweep(
        subject.model, picture.tensor, epsilons, method, target=target,
        normalization=subject.normalization, progress=progress, **(parameters or {}),
    )  # fmt: skip
    return {
        "epsilons": list(epsilons),
        "method": method,
        "target": target,
        "attacked": int(found.targets[0]),
        "probabilities": found.after.astype(np.float32),
        "changes": found.change.astype(np.float16),
        "classes": subject.class_names(found.after.shape[1]),
        **shown(picture),
    }


def smallest_attack(
    image: Image,
    method: str = "fgsm",
    target: int | None = None,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
    parameters: dict[str, Any] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """{"epsilon": the smallest that turns the decision or None, "below", "sentence"}."""
    subject = _subject(run, checkpoint, project)
    picture = subject.picture(reference_of(image))
    found = smallest(
        subject.model, picture.tensor, method, target=target,
        normalization=subject.normalization, progress=progress, **(parameters or {}),
    )  # fmt: skip
    classes = [] if found.found is None else subject.class_names(found.found.after.shape[1])
    return {
        "epsilon": found.epsilon,
        "below": found.below,
        "sentence": found.sentence(classes),
    }


def _subject(run: str | None, checkpoint: str, project: dict[str, Any] | None) -> Subject:
    """One whose network no other lane runs."""
    subject = subject_of(run, checkpoint, project)
    _, own = _copies.get(
        id(subject), lambda: (subject, replace(subject, model=copy.deepcopy(subject.model)))
    )
    return own
