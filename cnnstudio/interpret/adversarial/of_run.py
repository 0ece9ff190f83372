"""An attack on a run's network, as one picture and its numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from cnnstudio.interpret.adversarial.attack import attack
from cnnstudio.interpret.adversarial.attacks import LEVELS, attack_named
from cnnstudio.interpret.adversarial.pictures import change_picture
from cnnstudio.interpret.adversarial.search import levels_text, smallest
from cnnstudio.interpret.figures.figure import Figure, Panel, Scale
from cnnstudio.interpret.figures.pictures import DIVERGING
from cnnstudio.interpret.levels import picture_of
from cnnstudio.interpret.predict import probabilities
from cnnstudio.interpret.subject import open_run


def attack_run(
    run: Path,
    checkpoint: str,
    image: str,
    method: str,
    epsilon: float,
    target: str | None,
    parameters: dict[str, Any],
    out: Path,
) -> dict[str, Any]:
    """Writes the image, what was added to it (blue to red, from −epsilon to epsilon) and the result
    side by side, with what the network says of each; returns that too, and how little would have
    been enough."""
    subject = open_run(run, checkpoint)
    picture = subject.picture(image)
    batch = picture.tensor[None]
    count = probabilities(subject.model, batch).shape[1]
    aim = None if target is None else subject.class_number(target, count)
    asked: dict[str, Any] = {"target": aim, "normalization": subject.normalization, **parameters}
    found = attack(subject.model, batch, method, epsilon, **asked)
    least = smallest(subject.model, picture.tensor, method, **asked)
    names = subject.class_names(count)
    before, after = _says(found.before[0], names), _says(found.after[0], names)
    sentence = _sentence(bool(found.succeeded[0]), epsilon, least.epsilon, least.sentence(names))
    most = epsilon * LEVELS
    panels = (
        Panel(picture.image, f"{image}: {before['class']} {before['probability']:.0%}"),
        Panel(
            change_picture(found.change[0], epsilon), "Change, in levels of 255",
            Scale(DIVERGING, -most, most),
        ),
        Panel(
            picture_of(found.levels[0]), f"Changed: {after['class']} {after['probability']:.0%}"
        ),
    )  # fmt: skip
    aimed = "" if aim is None else f" towards {names[aim]}"
    caption = (
        f"{attack_named(method).title}{aimed}, at most {levels_text(epsilon)}: run "
        f"{Path(run).absolute().name} ({checkpoint}). {sentence}"
    )
    Figure(panels, caption, name="attack").save(out)
    return {
        "image": image,
        "method": method,
        "epsilon": epsilon,
        "target": None if aim is None else names[aim],
        "before": before,
        "after": after,
        "succeeded": bool(found.succeeded[0]),
        "smallest": least.epsilon,
        "sentence": sentence,
    }


def _sentence(succeeded: bool, epsilon: float, least: float | None, found: str) -> str:
    """What the table leaves open: whether this was enough, and what would be."""
    if least is None:
        return f"{levels_text(epsilon)} is enough." if succeeded else found
    if not succeeded:
        return f"{levels_text(epsilon)} is not enough; {found}"
    less = least < epsilon
    return f"{levels_text(epsilon)} is enough, and so is less: {found}" if less else found


def _says(chances: np.ndarray, names: list[str]) -> dict[str, Any]:
    best = int(chances.argmax())
    return {
        "class": names[best],
        "probability": float(chances[best]),
        "probabilities": {name: float(one) for name, one in zip(names, chances, strict=True)},
    }
