"""Weights as figures to take away. No torch."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.figures.colour import coloured, levels_of
from cnnstudio.interpret.figures.figure import Figure, Panel, Scale
from cnnstudio.interpret.figures.number import number_text
from cnnstudio.interpret.weights.forms import Range, colours_of, symmetric_range

SIGNED = "coolwarm"


def filters_figure(
    pictures: np.ndarray,
    units: Sequence[int] | None = None,
    *,
    titles: Sequence[str] | None = None,
    common: bool = True,
    columns: int | None = None,
    caption: str = "",
    name: str = "filters",
) -> Figure:
    """Pictures of weights as tiles, such as `cs.filters(…).pictures()`: (units, h, w) from blue
    over grey for 0 to red, (units, h, w, 3) in colours where grey is 0. All have one scale, or each
    its own unless `common`; `titles` are their numbers unless told otherwise."""
    pictures = np.asarray(pictures)
    coloured_ones = pictures.ndim == 4 and pictures.shape[-1] == 3
    if pictures.ndim not in (3, 4) or not pictures.size or (pictures.ndim == 4) != coloured_ones:
        raise ExplanationError(
            f"An array of shape {pictures.shape} holds no pictures of weights.",
            "Give (units, height, width[, 3]), such as cs.filters(…).pictures().",
        )
    chosen = range(len(pictures)) if units is None else list(units)
    shared = symmetric_range(pictures) if common else None
    panels = tuple(
        Panel(weight_colours(pictures[unit], shared), titles[place] if titles else str(unit))
        for place, unit in enumerate(chosen)
    )
    if len(panels) == 1:
        shared = symmetric_range(pictures[chosen[0]])
        panels = (Panel(weight_colours(pictures[chosen[0]], shared), panels[0].title),)
    scale = None if coloured_ones else Scale(SIGNED, *(shared or (None, None)))
    if coloured_ones and shared:
        ends = f"Grey is 0, white {number_text(shared[1])}, black {number_text(shared[0])}."
        caption = f"{caption} {ends}" if caption else ends
    across = columns or math.ceil(math.sqrt(len(panels)))
    return Figure(panels, caption, scale, across, name)


def weight_colours(picture: np.ndarray, within: Range | None = None) -> np.ndarray:
    """A picture of weights (h, w[, 3]) as colours uint8 (h, w, 3), on its own scale if None."""
    ends = within or symmetric_range(picture)
    if picture.ndim == 3:
        return colours_of(picture, ends)
    levels = levels_of(picture, ends) if ends[1] > 0 else np.full(picture.shape, 0.5)
    return coloured(levels, SIGNED)
