"""Two networks, or one at two moments, on the same images: what each says, and where it looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnnstudio.graph import ExplanationError
from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.explanations.explain import Explanation, explanation
from cnnstudio.interpret.explanations.methods import method_named
from cnnstudio.interpret.figures.figure import Figure, Panel
from cnnstudio.interpret.figures.pair import pair_panels
from cnnstudio.interpret.predict import probabilities
from cnnstudio.interpret.samples.features import said_of
from cnnstudio.interpret.several_images import name_of, several
from cnnstudio.interpret.subject import Picture, Reference, Subject, open_run, read_reference


@dataclass(frozen=True, eq=False)
class Side:
    """One network on one image: `probabilities` (classes,), and the heat (H, W) of a class."""

    classes: list[str]
    probabilities: np.ndarray
    heat: np.ndarray
    target: int
    layer: str
    picture: Picture

    @property
    def predicted(self) -> int:
        return int(self.probabilities.argmax())

    def to_json(self) -> dict[str, Any]:
        return {
            "predicted": self.classes[self.predicted],
            "probability": float(self.probabilities[self.predicted]),
            "explained": self.classes[self.target],
            "layer": self.layer or None,
        }


@dataclass(frozen=True, eq=False)
class Beside:
    """Both on one image. `difference` is the first's heat less the second's; None where they are
    of different sizes."""

    image: str
    first: Side
    second: Side

    @property
    def agree(self) -> bool:
        """Whether both decide for a class of the same name."""
        one, two = self.first, self.second
        return one.classes[one.predicted] == two.classes[two.predicted]

    @property
    def difference(self) -> np.ndarray | None:
        alike = self.first.heat.shape == self.second.heat.shape
        return self.first.heat - self.second.heat if alike else None

    def to_json(self) -> dict[str, Any]:
        both = {"first": self.first.to_json(), "second": self.second.to_json()}
        return {"image": self.image, "agree": self.agree, **both}


@dataclass(frozen=True, eq=False)
class Differing:
    """Which of a split's samples the two decide differently: `indexes` int64 (n,), and the classes
    that each decides for, with its probability. `total` samples were looked at; `right` are those
    that each decides rightly."""

    split: str
    total: int
    right: tuple[int, int]
    indexes: np.ndarray
    labels: np.ndarray
    predicted: tuple[np.ndarray, np.ndarray]
    confidence: tuple[np.ndarray, np.ndarray]
    classes: list[str]


def compare_runs(
    first: Path | str,
    second: Path | str,
    images: Sequence[Reference] | Reference,  # a list of several
    method: str = "gradcam",
    target: int | str | None = None,
    layer: str | None = None,
    *,
    checkpoint: str = "best",
    second_checkpoint: str | None = None,
    **parameters: Any,
) -> list[Beside]:
    """What two runs, or one at two checkpoints, make of the same images (files, `test:0`, …).

    Both explain one class: `target`, or what the first says. `layer` is the suggested one of each
    if None. Raises ExplanationError where one has not the class or the layer.
    """
    one = open_run(first, checkpoint)
    two = open_run(second, second_checkpoint or checkpoint)
    listed: list[Reference] = []
    asked_for: list[Any] = images if isinstance(images, list) else [images]
    for image in asked_for:
        listed += several(one, [image]) if isinstance(image, str) else [image]
    asked = {"method": method, "target": target, "layer": layer, **parameters}
    return [beside(one, two, image, **asked) for image in listed]


def beside(
    first: Subject,
    second: Subject,
    image: Any,
    method: str = "gradcam",
    target: int | str | None = None,
    layer: str | None = None,
    **parameters: Any,
) -> Beside:
    """Both on one image; see `compare_runs`."""
    reference = read_reference(image) if isinstance(image, str) else image
    one = _side(first, reference, method, target, layer, parameters)
    said = one.classes[one.target]
    theirs = list(second.splits.classes)
    if said not in theirs and theirs != list(first.splits.classes):
        raise ExplanationError(
            f"The runs have different classes: the first {_listed(one.classes)}, the second "
            f"{_listed(theirs)}.",
            f"'{said}' is none of the second's. Explain a class that both have, if there is one.",
        )
    two = _side(second, reference, method, said, layer, parameters)
    return Beside(name_of(reference), one, two)


def differing(
    first: Subject, second: Subject, split: str = "test", progress: Progress | None = None
) -> Differing:
    """Which samples of a split of the first's data the two decide differently.

    Raises ExplanationError if their data isn't the same.
    """
    one = said_of(first, split, progress=_part(progress, 0.0))
    two = said_of(second, split, progress=_part(progress, 0.5))
    if one.predicted is None or two.predicted is None:
        raise ExplanationError("One of the networks gives no scores of classes to compare.")
    assert one.confidence is not None and two.confidence is not None
    if one.names != two.names or not np.array_equal(one.labels, two.labels):
        raise ExplanationError(
            f"The two have other {split} images, so their decisions can't be compared one by one.",
            "Compare runs with the same data and split seed.",
        )
    names = [np.array([*said.classes, *_numbers(said)]) for said in (one, two)]
    differ = names[0][one.predicted] != names[1][two.predicted]
    chosen = np.flatnonzero(differ)
    return Differing(
        split=split,
        total=len(one.labels),
        right=(int((one.predicted == one.labels).sum()), int((two.predicted == two.labels).sum())),
        indexes=one.indexes[chosen],
        labels=one.labels[chosen],
        predicted=(one.predicted[chosen], two.predicted[chosen]),
        confidence=(one.confidence[chosen], two.confidence[chosen]),
        classes=one.classes,
    )


def beside_figure(found: Sequence[Beside], names: tuple[str, str], caption: str = "") -> Figure:
    """A row for each image: the image, both heats on one scale, and their difference."""
    panels: list[Panel] = []
    for one in found:
        sides = one.first, one.second
        said = [
            f"{name}: {side.classes[side.predicted]} {side.probabilities.max():.0%}, "
            f"why {side.classes[side.target]}"
            for name, side in zip(names, sides, strict=True)
        ]
        panels += pair_panels(
            (one.first.picture.image, one.second.picture.image),
            (one.first.heat, one.second.heat), one.image, (said[0], said[1]),
        )  # fmt: skip
    return Figure(
        tuple(panels), caption, columns=len(panels) // max(1, len(found)), name="compared"
    )


def beside_caption(found: Sequence[Beside], method: str, names: tuple[str, str]) -> str:
    """`Grad-CAM at relu2: first and second.`"""
    layers = dict.fromkeys(side.layer for one in found[:1] for side in (one.first, one.second))
    at = " and ".join(layer for layer in layers if layer)
    return f"{method_named(method).title}{f' at {at}' if at else ''}: {' and '.join(names)}."


def _listed(classes: Sequence[str], most: int = 6) -> str:
    more = f" and {len(classes) - most} more" if len(classes) > most else ""
    return ", ".join(classes[:most]) + more


def _side(
    subject: Subject,
    reference: Reference,
    method: str,
    target: int | str | None,
    layer: str | None,
    parameters: dict[str, Any],
) -> Side:
    picture = subject.picture(reference)
    batch = picture.tensor[None]
    chances = probabilities(subject.model, batch)[0].numpy()
    classes = subject.class_names(len(chances))
    number = int(chances.argmax())
    if target is not None:
        number = subject.class_number(str(target), len(chances))
    node = None if layer is None else subject.node(layer)
    found: Explanation = explanation(subject.model, batch, method, number, node, **parameters)
    return Side(classes, chances, found.heat[0], number, found.layer or "", picture)


def _part(progress: Progress | None, begun: float) -> Progress | None:
    """Half of the way, from `begun` on."""
    if progress is None:
        return None
    return lambda share, text: progress(None if share is None else begun + share / 2, text)


def _numbers(said: Any) -> list[str]:
    """Names for classes that the data has no name for."""
    most = int(said.predicted.max(initial=-1)) + 1
    return [f"class {number}" for number in range(len(said.classes), most)]
