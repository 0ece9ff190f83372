"""Histograms over time as one picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cnnstudio.graph import RunError
from cnnstudio.interpret.colour import coloured
from cnnstudio.interpret.sheet import write_picture
from cnnstudio.training.histograms import Series, log_levels, picture_rows

WIDTH, HEIGHT, CAPTION, GAP = 288, 144, 36, 16
COLUMNS = 3
TEXT_PIXELS = 13


def heat(series: Series, rows: int = HEIGHT) -> np.ndarray:
    """A series as colours uint8 (rows, bins, 3): time downwards, values to the right, from dark
    to bright a thousand times as many values."""
    return coloured(log_levels(picture_rows(series, rows)[1]), "magma")


def sheet(found: Sequence[Series]) -> np.ndarray:
    """Series side by side, each with its name and the ends of its axes: uint8 (H, W, 3)."""
    columns = min(COLUMNS, len(found))
    rows = -(-len(found) // columns)
    across, down = WIDTH + GAP, HEIGHT + 2 * CAPTION
    size = columns * across + GAP, rows * down + GAP
    canvas = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(canvas)
    font = ImageFont.load_default(TEXT_PIXELS)
    for number, series in enumerate(found):
        left, top = number % columns * across + GAP, number // columns * down + GAP
        name = " · ".join(filter(None, (series.node, series.kind, series.parameter)))
        steps, (low, high) = series.steps, series.range
        draw.text((left, top), name, "black", font)
        picture = Image.fromarray(heat(series)).resize((WIDTH, HEIGHT), Image.Resampling.NEAREST)
        canvas.paste(picture, (left, top + 20))
        below = top + 22 + HEIGHT
        draw.text((left, below), f"{low:.3g}", "black", font)
        draw.text((left + WIDTH, below), f"{high:.3g}", "black", font, anchor="ra")
        time = f"steps {steps[0]:,} to {steps[-1]:,} down"
        draw.text((left + WIDTH / 2, below), time, "grey", font, anchor="ma")
    return np.asarray(canvas)


def write_sheet(found: Sequence[Series], out: Path) -> None:
    """Writes the picture; RunError if there is nothing to show."""
    if not found:
        raise RunError("There are no such histograms.", "Ask for other layers or kinds.")
    write_picture(sheet(found), out)
