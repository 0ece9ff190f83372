"""Mistakes with their heat as one picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnstudio.graph import ExplanationError
from cnnstudio.interpret.case import Progress
from cnnstudio.interpret.mistakes import Mistakes, heated
from cnnstudio.interpret.pictures import overlay
from cnnstudio.interpret.subject import Subject
from cnnstudio.interpret.tiles import tiles

OF = ("predicted", "true", "both")


def mistakes_picture(
    subject: Subject,
    found: Mistakes,
    method: str = "gradcam",
    layer: str | None = None,
    of: str = "predicted",
    progress: Progress | None = None,
    **parameters: Any,
) -> np.ndarray:
    """Each image beside its heat, uint8 (height, width, 3): of the class it is taken for, its true
    class, or both."""
    if of not in OF:
        raise ExplanationError(f"There is no heat of '{of}'.", f"Choose one of: {', '.join(OF)}.")
    facts = found.facts()
    if not facts:
        raise ExplanationError("There are no mistakes to show.")
    indexes = [fact["index"] for fact in facts]
    columns: list[np.ndarray] = []
    images = None
    for name in ("predicted", "true") if of == "both" else (of,):
        targets = [fact["predicted" if name == "predicted" else "label"] for fact in facts]
        one = heated(
            subject, found.said.split, indexes, targets, method, layer, progress, **parameters
        )
        images = one.images
        columns.append(
            np.stack([overlay(*pair) for pair in zip(one.images, one.heat, strict=True)])
        )
    assert images is not None
    return tiles([
        ([images[row], *(column[row] for column in columns)], caption(fact))
        for row, fact in enumerate(facts)
    ])  # fmt: skip


def caption(fact: dict[str, Any]) -> str:
    """Two lines: `star, taken for square` and `94 % sure`."""
    return f"{fact['class']}, taken for {fact['taken_for']}\n{fact['confidence']:.0%} sure"
