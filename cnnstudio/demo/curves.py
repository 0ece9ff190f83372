"""Loss and accuracy over the epochs, drawn as one picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
Points = list[tuple[float, float]]

# Drawn larger and shrunk: smooth lines, and sharp text on fine screens.
OVERSAMPLING = 2
WIDTH, HEIGHT = 1280, 440
MARGIN_LEFT, MARGIN_TOP, MARGIN_BOTTOM, GAP = 76, 64, 56, 56
FONT_SIZE = 20
TICKS = 4


@dataclass(frozen=True)
class Palette:
    """Colours of a chart; train and validation are Okabe and Ito's blue and orange."""

    background: Colour
    text: Colour
    grid: Colour
    train: Colour
    validation: Colour


LIGHT = Palette((255, 255, 255), (71, 78, 92), (228, 231, 236), (0, 114, 178), (213, 94, 0))
DARK = Palette((27, 30, 37), (176, 183, 196), (51, 56, 66), (86, 180, 233), (230, 159, 0))


def draw_curves(metrics: Sequence[dict[str, Any]], palette: Palette) -> np.ndarray:
    """Two charts side by side, loss and accuracy, of train and validation: uint8 (H, W, 3)."""
    size = WIDTH * OVERSAMPLING, HEIGHT * OVERSAMPLING
    picture = Image.new("RGB", size, palette.background)
    draw = ImageDraw.Draw(picture)
    width = (WIDTH - 2 * MARGIN_LEFT - GAP) // 2
    for number, (title, name) in enumerate([("Loss", "loss"), ("Accuracy", "accuracy")]):
        left = MARGIN_LEFT + number * (width + GAP + MARGIN_LEFT // 2)
        chart = _Chart(draw, palette, left, width)
        chart.draw(title, _series(metrics, f"train_{name}"), _series(metrics, f"val_{name}"))
    return np.asarray(picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS))


def _series(metrics: Sequence[dict[str, Any]], name: str) -> Points:
    points = [(float(row["epoch"]), row.get(name)) for row in metrics]
    return [(x, float(y)) for x, y in points if y is not None and math.isfinite(y)]


class _Chart:
    """One chart, in coordinates of the finished picture."""

    def __init__(self, draw: ImageDraw.ImageDraw, palette: Palette, left: int, width: int) -> None:
        self._draw = draw
        self._palette = palette
        self._left, self._right = left, left + width
        self._top, self._bottom = MARGIN_TOP, HEIGHT - MARGIN_BOTTOM
        self._font = ImageFont.load_default(FONT_SIZE * OVERSAMPLING)

    def draw(self, title: str, train: Points, validation: Points) -> None:
        points = train + validation
        if not points:
            return
        last = max(2.0, max(x for x, _ in points))
        highest = _round_up(max(y for _, y in points)) if title == "Loss" else 1.0
        self._text(self._left, 18, title, "lm")
        self._legend()
        for tick in range(TICKS + 1):
            value = highest * tick / TICKS
            y = self._y(value / highest)
            self._line([(self._left, y), (self._right, y)], self._palette.grid, 1)
            label = f"{value:.0%}" if title == "Accuracy" else f"{value:.3g}"
            self._text(self._left - 10, y, label, "rm")
        for epoch in sorted({1, round(last / 2), int(last)}):
            self._text(self._x(epoch, last), self._bottom + 22, str(epoch), "mm")
        self._text((self._left + self._right) / 2, self._bottom + 44, "epoch", "mm")
        for series, colour in (
            (train, self._palette.train),
            (validation, self._palette.validation),
        ):
            line = [(self._x(x, last), self._y(y / highest)) for x, y in series]
            self._line(line, colour, 3)

    def _legend(self) -> None:
        x: float = self._right
        for label, colour in (
            ("validation", self._palette.validation),
            ("train", self._palette.train),
        ):
            self._text(x, 18, label, "rm", colour)
            x -= self._font.getlength(label) / OVERSAMPLING + 20

    def _x(self, epoch: float, last: float) -> float:
        return self._left + (epoch - 1) / (last - 1) * (self._right - self._left)

    def _y(self, share: float) -> float:
        return self._bottom - min(max(share, 0.0), 1.0) * (self._bottom - self._top)

    def _line(self, points: Points, colour: Colour, width: int) -> None:
        scaled = [(x * OVERSAMPLING, y * OVERSAMPLING) for x, y in points]
        self._draw.line(scaled, colour, width * OVERSAMPLING, joint="curve")

    def _text(
        self, x: float, y: float, text: str, anchor: str, colour: Colour | None = None
    ) -> None:
        place = x * OVERSAMPLING, y * OVERSAMPLING
        self._draw.text(place, text, colour or self._palette.text, self._font, anchor=anchor)


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 5, 8, 10 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 5, 8, 10) if step * power >= value * 0.999)
