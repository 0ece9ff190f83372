"""Histograms over time as a figure. No torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnstudio.graph import RunError
from cnnstudio.interpret.figures.colour import coloured
from cnnstudio.interpret.figures.figure import Figure, Panel
from cnnstudio.interpret.figures.number import number_text
from cnnstudio.training.histograms import Series, log_levels, picture_rows

ROWS = 72
COLUMNS = 2


def histograms_figure(
    found: Sequence[Series], *, log: bool = True, caption: str = "", name: str = "histograms"
) -> Figure:
    """Each series as a picture: values from the smallest to the largest across, time downwards,
    brighter where there were more of them, `log` or evenly. RunError if there are none."""
    if not found:
        raise RunError("There are no such histograms.", "Ask for other layers or kinds.")
    panels = tuple(Panel(_across(heat(one, ROWS, log)), _title(one)) for one in found)
    first, last = min(one.steps[0] for one in found), max(one.steps[-1] for one in found)
    told = (
        "Values across, from the smallest to the largest; time downwards, steps "
        f"{first:,} to {last:,}."
    )
    caption = f"{caption} {told}" if caption else told
    return Figure(panels, caption, None, min(COLUMNS, len(panels)), name)


def heat(series: Series, rows: int, log: bool = True) -> np.ndarray:
    """A series as colours uint8 (rows, bins, 3): from dark to bright a thousand times as many
    values, or evenly from none to the most."""
    shares = picture_rows(series, rows)[1]
    levels = log_levels(shares) if log else shares / max(shares.max(), 1e-12)
    return coloured(levels, "magma")


def _across(pixels: np.ndarray) -> np.ndarray:
    """Stretched to twice the rows, so that all panels have one shape."""
    places = np.linspace(0, pixels.shape[1] - 1, 2 * len(pixels)).round().astype(int)
    return pixels[:, places]


def _title(one: Series) -> str:
    low, high = (number_text(value) for value in one.range)
    of = f" of {one.parameter}" if one.parameter not in ("", "weight") else ""
    return f"{one.node}, {one.kind}{of}: {low} … {high}"
