"""Figures of samples: neighbours of an image, mistakes with their heat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cnnstudio.graph import ExplanationError
from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.figures.figure import Figure, Panel
from cnnstudio.interpret.figures.pictures import overlay
from cnnstudio.interpret.samples.mistakes import Mistakes, heated
from cnnstudio.interpret.samples.neighbours import Neighbours
from cnnstudio.interpret.subject import Reference, Subject

COLUMNS = 6
OF = ("predicted", "true", "both")


def neighbours_figure(subject: Subject, image: Reference, found: Neighbours) -> Figure:
    """The image, then its neighbours, each with its class and distance."""
    own = subject.picture(image)
    shown = [subject.picture((found.split, one.index)) for one in found.found]
    titles = [f"{found.classes[one.label]}, {one.distance:.3g}" for one in found.found]
    panels = [Panel(own.image, own.name)]
    panels += [Panel(one.image, title) for one, title in zip(shown, titles, strict=True)]
    caption = (
        f"The {len(titles)} nearest of {found.searched:,} {found.split} images by {found.metric} "
        f"distance in '{found.layer}', {found.how}."
    )
    return Figure(tuple(panels), caption, columns=min(COLUMNS, len(panels)), name="neighbours")


def mistakes_figure(
    subject: Subject,
    found: Mistakes,
    method: str = "gradcam",
    layer: str | None = None,
    of: str = "predicted",
    beside: bool = True,
    progress: Progress | None = None,
    **parameters: Any,
) -> Figure:
    """Each image's heat: of the class it is taken for, its true class, or both; `beside` the image
    itself."""
    if of not in OF:
        raise ExplanationError(f"There is no heat of '{of}'.", f"Choose one of: {', '.join(OF)}.")
    facts = found.facts()
    if not facts:
        raise ExplanationError("There are no mistakes to show.")
    indexes = [fact["index"] for fact in facts]
    images: Sequence[np.ndarray] = ()
    columns: list[list[Panel]] = []
    for name in ("predicted", "true") if of == "both" else (of,):
        key, said = ("predicted", "taken_for") if name == "predicted" else ("label", "class")
        one = heated(
            subject, found.said.split, indexes, [fact[key] for fact in facts], method, layer,
            progress, **parameters,
        )  # fmt: skip
        images = list(one.images)
        columns.append([
            Panel(overlay(image, heat), f"for {fact[said]}" if beside else told(fact), smooth=True)
            for image, heat, fact in zip(images, one.heat, facts, strict=True)
        ])  # fmt: skip
    panels: list[Panel] = []
    for row, (image, fact) in enumerate(zip(images, facts, strict=True)):
        if beside:
            panels.append(Panel(image, told(fact)))
        panels += [column[row] for column in columns]
    side = len(columns) + beside
    across = min(len(facts), COLUMNS // side) * side
    caption = f"{len(facts)} {found.said.split} images that are taken for another class."
    return Figure(tuple(panels), caption, columns=across, name="mistakes")


def told(fact: dict[str, Any]) -> str:
    """`star → square, 94%`."""
    return f"{fact['class']} → {fact['taken_for']}, {fact['confidence']:.0%}"
