"""Does what docs/tutorial-find-the-shortcut.md tells, and makes its pictures and numbers.

    python scripts/tutorial_pictures.py docs/images [RUNS]

Trains both networks first, some minutes in all, unless the folder RUNS has them already.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import cnnstudio as cs
from cnnstudio.data.shapes import mark_box
from cnnstudio.interpret.figures.pictures import overlay
from cnnstudio.interpret.subject import Subject
from cnnstudio.interpret.units.importance import importance
from cnnstudio.interpret.units.sheets import unit_figure
from cnnstudio.training.assessment import evaluate_run

SHORTCUT = "data.options.shortcut"
SIZE = 64
JUDGED = 100  # test images
SHOWN = [f"test:{number}" for number in range(6)]
LAYER = "relu2b"  # a unit of it sees a part of the image only


def main(pictures: Path, runs: Path) -> None:
    pictures.mkdir(parents=True, exist_ok=True)
    project = cs.template("shapes_small", input_shape=(3, SIZE, SIZE), classes=6)
    for name, share in (("marked", 1.0), ("mended", 0.0)):
        if not (runs / name).exists():
            cs.train(cs.with_settings(project, {SHORTCUT: share}), runs / name)
    numbers: dict[str, Any] = {}
    for name in ("marked", "mended"):
        for what, share in (("with marks", 1), ("without marks", 0)):
            found = evaluate_run(runs / name, settings=[f"{SHORTCUT}={share}"])
            numbers[f"{name}: accuracy {what}"] = round(found["accuracy"], 4)
    marked, mended = cs.open_run(runs / "marked"), cs.open_run(runs / "mended")
    samples(marked).save(pictures / "tutorial-samples.png", width=900)
    heat(marked, "The network that was trained with marks").save(
        pictures / "tutorial-heat-marked.png", width=900
    )
    heat(mended, "The network that was trained without marks").save(
        pictures / "tutorial-heat-mended.png", width=900
    )
    for name, run in (("marked", marked), ("mended", mended)):
        numbers |= {f"{name}: {what}": value for what, value in pointing(run).items()}
    for name, run in (("marked", marked), ("mended", mended)):
        unit, told = most_important_unit(run)
        numbers |= {f"{name}: {what}": value for what, value in told.items()}
        unit_figure(unit, "test", 450, 9).save(pictures / f"tutorial-unit-{name}.png", width=420)
    print(json.dumps(numbers, indent=2, ensure_ascii=False))


def samples(run: Subject) -> cs.Figure:
    shown = [run.picture(name) for name in SHOWN]
    panels = tuple(cs.Panel(one.image, one.name.split(" #")[0]) for one in shown)
    caption = "Six test images, each with a mark in the corner whose colour gives its class away."
    return cs.Figure(panels, caption)


def heat(run: Subject, what: str) -> cs.Figure:
    """Grad-CAM of the predicted class over each of the shown images."""
    shown = [run.picture(name) for name in SHOWN]
    heats = cs.explain(run.model, run.images(*SHOWN), method="gradcam")
    panels = tuple(
        cs.Panel(overlay(one.image, own), one.name.split(" #")[0], smooth=True)
        for one, own in zip(shown, heats, strict=True)
    )
    return cs.Figure(panels, f"{what}: Grad-CAM of the predicted class.")


def pointing(run: Subject) -> dict[str, Any]:
    """How often Grad-CAM's hottest pixel lies on the object and on the mark."""
    names = [f"test:{number}" for number in range(JUDGED)]
    images = run.images(*names)
    objects = [run.picture(name).truth for name in names]
    places = {"the object": objects, "the mark": [{"box": mark_box(SIZE)}] * JUDGED}
    told: dict[str, Any] = {}
    for what, truths in places.items():
        [check] = cs.trust(run.model, images, truths=truths, only=["pointing"]).results
        told[f"Grad-CAM on {what}"] = check.value
        told[f"verdict for {what}"] = check.verdict
    return told


def most_important_unit(run: Subject) -> tuple[Any, dict[str, Any]]:
    """The unit of LAYER that matters most for the score of its class over the shown images, and how
    many of its nine most exciting patches hold the mark."""
    found = importance(run.model, run.images(*SHOWN), LAYER)
    number = int(np.abs(found.values).mean(0).argmax())
    unit = cs.unit(run, LAYER, number)
    left, top, right, bottom = mark_box(SIZE)
    holds = [
        one.box.left < right and one.box.right > left
        and one.box.top < bottom and one.box.bottom > top
        for one in unit.top("test", 450, 9)
    ]  # fmt: skip
    return unit, {"unit": number, "patches with the mark, of nine": sum(holds)}


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images")
    if len(sys.argv) > 2:
        main(target, Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(target, Path(folder))
