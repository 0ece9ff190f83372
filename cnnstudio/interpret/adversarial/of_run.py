"""An attack on a run's network, as one picture and its numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from cnnstudio.interpret.adversarial.attack import attack
from cnnstudio.interpret.adversarial.pictures import change_picture
from cnnstudio.interpret.adversarial.search import smallest
from cnnstudio.interpret.figures.sheet import sheet, write_picture
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
    side by side; returns what the network says of them, and how little would have been enough."""
    subject = open_run(run, checkpoint)
    picture = subject.picture(image)
    batch = picture.tensor[None]
    count = probabilities(subject.model, batch).shape[1]
    aim = None if target is None else subject.class_number(target, count)
    asked: dict[str, Any] = {"target": aim, "normalization": subject.normalization, **parameters}
    found = attack(subject.model, batch, method, epsilon, **asked)
    least = smallest(subject.model, picture.tensor, method, **asked)
    shown = [picture.image, change_picture(found.change[0], epsilon), picture_of(found.levels[0])]
    write_picture(sheet([shown]), out)
    names = subject.class_names(count)
    return {
        "image": image,
        "method": method,
        "epsilon": epsilon,
        "target": None if aim is None else names[aim],
        "before": _says(found.before[0], names),
        "after": _says(found.after[0], names),
        "succeeded": bool(found.succeeded[0]),
        "smallest": least.epsilon,
        "sentence": least.sentence(names),
    }


def _says(chances: np.ndarray, names: list[str]) -> dict[str, Any]:
    best = int(chances.argmax())
    return {
        "class": names[best],
        "probability": float(chances[best]),
        "probabilities": {name: float(one) for name, one in zip(names, chances, strict=True)},
    }
