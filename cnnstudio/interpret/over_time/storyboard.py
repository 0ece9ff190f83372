"""Frames of a history: image, heat, prediction and maps of each moment. No torch."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from cnnstudio.data.watch import Progress
from cnnstudio.interpret.figures.colour import coloured, levels_of, range_of
from cnnstudio.interpret.figures.figure import Figure, Panel, Scale
from cnnstudio.interpret.figures.files import FAINT, INK, PAPER
from cnnstudio.interpret.figures.page import font, shortened
from cnnstudio.interpret.figures.pictures import GAP_GREY, GAP_PIXELS, enlarged, heat_range, overlay
from cnnstudio.interpret.over_time.animation import write_animation
from cnnstudio.interpret.weights.figures import weight_colours
from cnnstudio.interpret.weights.forms import symmetric_range

BARS_SIDE = 480
BARS_SHOWN = 8
ACCENT, RIGHT = "#0072b2", "#009e73"  # a class; the one that is right
TIMELINE_SHARE = 0.05
HOLD_SECONDS = 1.5  # of the last frame, before a loop begins again


@dataclass(frozen=True, eq=False)
class Storyboard:
    """What `History` found, as it is drawn; the first axis of each array is that of `steps`."""

    steps: tuple[int, ...]
    epochs: tuple[float, ...]
    image: np.ndarray  # uint8 (H, W, 3)
    classes: tuple[str, ...]
    probabilities: np.ndarray
    label: int | None = None
    heats: np.ndarray | None = None
    heat_title: str = ""
    signed: bool = False  # whether the heat has a sign also where none is below 0
    maps: np.ndarray | None = None
    maps_title: str = ""
    filters: np.ndarray | None = None
    filters_title: str = ""
    caption: str = ""

    def frames(self, width: int = 960) -> Iterator[np.ndarray]:
        """uint8 (height, width, 3), all of one size with even sides. The colours of the heat mean
        the same in all of them; those of a unit's map too."""
        heat_scale = None if self.heats is None else heat_range(self.heats, signed=self.signed)
        map_scales = None if self.maps is None else [range_of(m) for m in self.maps.swapaxes(0, 1)]
        weights = None if self.filters is None else symmetric_range(self.filters)
        # The likeliest at any time, in the order of their numbers: bars that don't jump about.
        best = np.argsort(-self.probabilities.max(axis=0), kind="stable")[:BARS_SHOWN]
        shown = sorted(int(number) for number in best)
        for index in range(len(self.steps)):
            panels = [Panel(self.image, "Image")]
            if self.heats is not None and heat_scale is not None:
                name = "coolwarm" if heat_scale[0] < 0 else "magma"
                pixels = overlay(self.image, self.heats[index], within=heat_scale)
                scale = Scale(name, *heat_scale)
                panels.append(Panel(pixels, self.heat_title, scale, smooth=True))
            hidden = len(self.classes) - len(shown)
            said = f"Prediction ({hidden} more classes)" if hidden > 0 else "Prediction"
            panels.append(Panel(self._bars(index, shown), said, smooth=True))
            if self.maps is not None and map_scales is not None:
                tiles = [
                    coloured(levels_of(values, scale))
                    for values, scale in zip(self.maps[index], map_scales, strict=True)
                ]
                panels.append(Panel(_mosaic(tiles), self.maps_title))
            if self.filters is not None:
                tiles = [weight_colours(picture, weights) for picture in self.filters[index]]
                panels.append(Panel(_mosaic(tiles), self.filters_title))
            drawn = Figure(tuple(panels), self.caption).image(width)
            yield _even(np.concatenate([drawn, self._timeline(index, width)]))

    def save(
        self, path: str | Path, per_second: float = 6.0, width: int = 960,
        progress: Progress | None = None,
    ) -> Path:  # fmt: skip
        """Writes .gif or .mp4, whole or not at all. ExplanationError where that can't be."""
        frames = _told(self.frames(width), len(self.steps), progress)
        return write_animation(path, frames, per_second, HOLD_SECONDS)

    def _bars(self, index: int, shown: list[int]) -> np.ndarray:
        """Probabilities as bars, the true class in another colour: uint8 (S, S, 3)."""
        side = BARS_SIDE
        canvas = Image.new("RGB", (side, side), PAPER)
        pen = ImageDraw.Draw(canvas)
        row = side / len(shown)
        size = min(22.0, 0.42 * row)
        top = self.probabilities[index].argmax()
        for place, number in enumerate(shown):
            share = float(self.probabilities[index, number])
            begin = place * row
            base = begin + 0.46 * row
            name = self.classes[number]
            said = f"{share:.0%}"
            mark = " ✓" if number == self.label else ""
            color = INK if number == top else FAINT
            pen.text((0, base), shortened(name + mark, size, 0.75 * side), color, font(size), "ls")
            pen.text((side, base), said, color, font(size), "rs")
            bar = (0.0, begin + 0.58 * row, side - 1.0, begin + 0.78 * row)
            pen.rectangle(bar, fill="#e6e9ed")
            if share > 0:
                fill = RIGHT if number == self.label else ACCENT
                pen.rectangle((0, bar[1], max(1.0, share * (side - 1)), bar[3]), fill=fill)
        return np.asarray(canvas)

    def _timeline(self, index: int, width: int) -> np.ndarray:
        """Where in the run this is: a line with a tick for each moment, and step and epoch."""
        height = max(36, round(TIMELINE_SHARE * width))
        canvas = Image.new("RGB", (width, height), PAPER)
        pen = ImageDraw.Draw(canvas)
        margin = max(4, width // 70)
        size = max(10.0, width / 56)
        text = f"Step {self.steps[index]:,} · epoch {self.epochs[index]:.1f}"
        room = (
            font(size).getlength(f"Step {self.steps[-1]:,} · epoch {self.epochs[-1]:.1f}") + margin
        )
        middle = height / 2
        pen.text((margin, middle), text, INK, font(size), "lm")
        begin, end = margin + room, width - 2 * margin
        last = max(1, len(self.steps) - 1)
        pen.line((begin, middle, end, middle), fill="#c9d1d9", width=2)
        for place in range(len(self.steps)):
            at = begin + (end - begin) * place / last
            pen.line((at, middle - 4, at, middle + 4), fill="#c9d1d9", width=1)
        at = begin + (end - begin) * index / last
        pen.line((begin, middle, at, middle), fill=ACCENT, width=3)
        pen.ellipse((at - 6, middle - 6, at + 6, middle + 6), fill=ACCENT)
        return np.asarray(canvas)


def _told(
    frames: Iterator[np.ndarray], count: int, progress: Progress | None
) -> Iterator[np.ndarray]:
    for number, frame in enumerate(frames, 1):
        if progress is not None:
            progress(number / count, f"frame {number} of {count}")
        yield frame


def _mosaic(tiles: Sequence[np.ndarray], tile: int = 64) -> np.ndarray:
    """Pictures uint8 (h, w, 3) in a square: uint8 (H, W, 3)."""
    columns = math.ceil(math.sqrt(len(tiles)))
    rows = math.ceil(len(tiles) / columns)
    step = tile + GAP_PIXELS
    canvas = np.full((rows * step - GAP_PIXELS, columns * step - GAP_PIXELS, 3), GAP_GREY, np.uint8)
    for number, picture in enumerate(tiles):
        top, left = number // columns * step, number % columns * step
        canvas[top : top + tile, left : left + tile] = enlarged(picture, tile, tile, smooth=False)
    return canvas


def _even(frame: np.ndarray) -> np.ndarray:
    """With sides that video can have: another row or column of paper where they are odd."""
    height, width = frame.shape[:2]
    return np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), constant_values=255)
