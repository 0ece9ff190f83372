"""A figure of two networks' heat over the same image. No torch."""

from __future__ import annotations

import numpy as np

from cnnstudio.interpret.figures.figure import Panel, Scale
from cnnstudio.interpret.figures.pictures import heat_map_of, heat_range, overlay

Pair = tuple[np.ndarray, np.ndarray]


def common_range(heats: Pair) -> tuple[float, float]:
    """One scale for both, whatever their sizes."""
    return heat_range(np.concatenate([heat.ravel() for heat in heats]))


def pair_panels(images: Pair, heats: Pair, name: str, titles: tuple[str, str]) -> list[Panel]:
    """The image, both heats (H, W) on one scale, and the first less the second where their sizes
    agree. `images` are uint8 (H, W, 3), as each network takes it."""
    within = common_range(heats)
    panels = [Panel(images[0], name)]
    for image, heat, title in zip(images, heats, titles, strict=True):
        panels.append(_heat(image, heat, title, within))
    if heats[0].shape == heats[1].shape:
        difference = heats[0] - heats[1]
        signed = heat_range(difference, signed=True)
        panels.append(_heat(images[0], difference, "first less second", signed))
    return panels


def _heat(image: np.ndarray, heat: np.ndarray, title: str, within: tuple[float, float]) -> Panel:
    name = "coolwarm" if within[0] < 0 else heat_map_of(heat)
    return Panel(overlay(image, heat, within=within), title, Scale(name, *within), smooth=True)
