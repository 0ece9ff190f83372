"""Where the parts of a figure lie on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from PIL import ImageFont

from cnnstudio.interpret.figures.number import number_text

if TYPE_CHECKING:
    from cnnstudio.interpret.figures.figure import Panel, Scale

Anchor = Literal["start", "middle", "end"]
# The first that is there; Pillow has a font of its own for want of all.
FONTS = ("DejaVuSans.ttf", "Verdana.ttf", "verdana.ttf", "Arial Unicode.ttf", "arial.ttf")
TEXTS_A_WIDTH = 56  # a caption's size, as a share of the page's width
SMALLEST_TEXT, SMALLEST_NUMBER = 9.0, 5.0


@dataclass(frozen=True, eq=False)
class Raster:
    """Pixels uint8 (H, W, 3), drawn into a rectangle."""

    left: int
    top: int
    width: int
    height: int
    pixels: np.ndarray
    smooth: bool


@dataclass(frozen=True)
class Bar:
    """A colour map from its lowest (left) to its highest colour."""

    left: int
    top: int
    width: int
    height: int
    colour_map: str


@dataclass(frozen=True)
class Text:
    """A line of text; `left` is where its anchor stands, `base` the line it stands on."""

    left: float
    base: float
    size: float
    text: str
    anchor: Anchor = "start"
    faint: bool = False


@dataclass(frozen=True)
class Page:
    width: int
    height: int
    parts: tuple[Raster | Bar | Text, ...]


def lay_out(
    rows: Sequence[Sequence[Panel]],
    columns: int,
    caption: str,
    scale: Scale | None,
    width: int,
    bars: bool,
) -> Page:
    """Rows of panels, each as high as makes them fill the width; below them the common colour bar
    and the caption."""
    size = max(SMALLEST_TEXT, width / TEXTS_A_WIDTH)
    margin = max(2, round(0.8 * size))
    inner = width - 2 * margin
    parts: list[Raster | Bar | Text] = []
    top = margin
    for row in rows:
        made, top = _row(row, columns, margin, top, inner, size, bars)
        parts += made
    if bars and scale is not None:
        long = min(inner, round(22 * size))
        made, top = _bar(scale, margin, top, long, size)
        parts += made
    if caption:
        for line in wrapped(caption, size, inner):
            parts.append(Text(margin, top + size, size, line))
            top += round(1.4 * size)
        top += margin // 2
    return Page(width, max(1, top), tuple(parts))


def _row(
    row: Sequence[Panel], columns: int, left: int, top: int, inner: int, size: float, bars: bool
) -> tuple[list[Raster | Bar | Text], int]:
    """The parts of a row, and where what follows begins. A last row that isn't full has panels as
    large as the others'."""
    gap = min(inner // (2 * columns), max(2, round((0.8 if columns <= 4 else 0.4) * size)))
    aspects = [panel.pixels.shape[1] / panel.pixels.shape[0] for panel in row]
    missing = (columns - len(row)) * (sum(aspects) / len(aspects))
    high = (inner - gap * (columns - 1)) / (sum(aspects) + missing)
    height = max(1, round(high))
    small = 0.85 * size
    titled = any(panel.title for panel in row)
    scaled = bars and any(panel.scale is not None for panel in row)
    parts: list[Raster | Bar | Text] = []
    at = float(left)
    begin = top + (round(1.3 * small) if titled else 0)
    below = begin + height + gap
    end = below
    for panel, aspect in zip(row, aspects, strict=True):
        begins, ends = round(at), round(at + high * aspect)
        wide = max(1, ends - begins)
        if panel.title:
            title = shortened(panel.title, small, wide)
            parts.append(Text(begins, top + small, small, title, faint=True))
        parts.append(Raster(begins, begin, wide, height, panel.pixels, panel.smooth))
        if scaled and panel.scale is not None:
            made, end = _bar(panel.scale, begins, below, wide, size)
            parts += made
        at += high * aspect + gap
    return parts, max(end, below)


def _bar(
    scale: Scale, left: int, top: int, width: int, size: float
) -> tuple[list[Raster | Bar | Text], int]:
    small, high = 0.85 * size, max(3, round(0.5 * size))
    low, far = "lowest", "highest"
    if scale.low is not None and scale.high is not None:
        low, far = number_text(scale.low), number_text(scale.high)
    # Numbers in a narrow figure become smaller, and are left out rather than be illegible.
    fitting = small * min(1.0, width / font(small).getlength(f"{low}  {far}"))
    base, end = top + high + 1.15 * fitting, round(top + high + 2 * small)
    bar = Bar(left, top, width, high, scale.colour_map)
    if fitting < SMALLEST_NUMBER:
        return [bar], end
    return [
        bar,
        Text(left, base, fitting, low, faint=True),
        Text(left + width, base, fitting, far, "end", faint=True),
    ], end


@lru_cache(maxsize=64)
def font(size: float) -> Any:
    """A font for texts of `size` pixels."""
    for name in FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def shortened(text: str, size: float, width: float) -> str:
    """The text, or as much of it as fits with an ellipsis."""
    letters = font(size)
    text = " ".join(text.split())
    if letters.getlength(text) <= width:
        return text
    while text and letters.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…" if text else ""


def wrapped(text: str, size: float, width: float) -> list[str]:
    """Lines no longer than `width`, broken between words where there is one."""
    letters = font(size)
    lines = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if letters.getlength(longer) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            line = word
            while letters.getlength(line) > width and len(line) > 1:
                fits = next(n for n in range(len(line) - 1, 0, -1)
                            if n == 1 or letters.getlength(line[:n]) <= width)  # fmt: skip
                lines.append(line[:fits])
                line = line[fits:]
        lines.append(line)
    return lines
