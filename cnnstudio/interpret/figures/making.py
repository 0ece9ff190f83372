"""Figures of what is seen inside of a network: heat over an image, feature maps. No torch."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.figures.colour import coloured, levels_of, span_of
from cnnstudio.interpret.figures.figure import Figure, Panel, Scale
from cnnstudio.interpret.figures.pictures import heat_range, overlay, range_map


def heat_figure(
    image: np.ndarray,
    heat: np.ndarray,
    against: np.ndarray | None = None,
    *,
    classes: Sequence[str] = (),
    opacity: float = 0.6,
    signed: bool = False,
    caption: str = "",
    name: str = "heat",
) -> Figure:
    """Heat (H, W) over an image uint8 (H, W, 3), with `opacity` in 0…1.

    With the heat `against` it of another class: both on one scale, and their difference. `classes`
    are the names of the one or two. `signed` heat, of a method that says what speaks against a
    class too, has the colours of values with a sign also where none is below 0.
    """
    first = classes[0] if classes else ""
    if against is None:
        within = heat_range(heat, signed=signed)
        return Figure((_heat_panel(image, heat, first, opacity, within),), caption, name=name)
    within = heat_range(np.stack([heat, against]), signed=signed)
    second = classes[1] if len(classes) > 1 else ""
    difference = f"{first} less {second}" if first and second else "difference"
    apart = heat - against
    panels = (
        _heat_panel(image, heat, first, opacity, within),
        _heat_panel(image, against, second, opacity, within),
        _heat_panel(image, apart, difference, opacity, heat_range(apart, signed=True)),
    )
    return Figure(panels, caption, name=name)


def maps_figure(
    maps: np.ndarray,
    units: Sequence[int] | None = None,
    *,
    common: bool = False,
    colour_map: str = "viridis",
    caption: str = "",
    name: str = "maps",
) -> Figure:
    """Feature maps (C, h, w) as tiles: those of `units` in this order, all if None. Each has its
    own scale, or all those of the layer one if `common`. Signals (C, length) are one pixel high."""
    maps = np.asarray(maps)
    if maps.ndim == 2:
        maps = maps[:, None]
    if maps.ndim != 3 or not maps.size:
        raise ExplanationError(
            f"An array of shape {maps.shape} holds no feature maps.",
            "Give (units, height, width), such as cs.feature_maps(…)['conv1'][0].",
        )
    chosen = range(len(maps)) if units is None else list(units)
    shared = span_of(maps, colour_map) if common else None
    panels = tuple(
        Panel(
            coloured(levels_of(maps[unit], shared or span_of(maps[unit], colour_map)), colour_map),
            str(unit),
        )
        for unit in chosen
    )
    if len(panels) == 1:
        shared = shared or span_of(maps[chosen[0]], colour_map)
    scale = Scale(colour_map, *(shared or (None, None)))
    return Figure(panels, caption, scale, math.ceil(math.sqrt(len(panels))), name)


def _heat_panel(
    image: np.ndarray,
    heat: np.ndarray,
    title: str,
    opacity: float,
    within: tuple[float, float],
) -> Panel:
    pixels = overlay(image, heat, opacity, within)
    return Panel(pixels, title, Scale(range_map(within), *within), smooth=True)
