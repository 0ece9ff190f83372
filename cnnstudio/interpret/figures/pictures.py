"""Pictures for people: mosaics of feature maps, heat laid over an image. uint8 arrays, no torch."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from cnnstudio.interpret.figures.colour import coloured, scaled

GAP_PIXELS = 2
GAP_GREY = 128
DIVERGING = "coolwarm"
STRONGEST = 0.01
COLD = 0.35
GREY = np.array([0.299, 0.587, 0.114], np.float32)
COLOUR_GONE_AT = 0.5


def mosaic(
    maps: np.ndarray, tile: int = 64, columns: int | None = None, name: str = "viridis"
) -> np.ndarray:
    """Maps (C, h, w) side by side, each scaled to its own range: uint8 (H, W, 3)."""
    count = len(maps)
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    step = tile + GAP_PIXELS
    canvas = np.full((rows * step - GAP_PIXELS, columns * step - GAP_PIXELS, 3), GAP_GREY, np.uint8)
    for number, values in enumerate(maps):
        top, left = number // columns * step, number % columns * step
        picture = enlarged(coloured(scaled(values), name), tile, tile, smooth=False)
        canvas[top : top + tile, left : left + tile] = picture
    return canvas


def overlay(
    image: np.ndarray,
    heat: np.ndarray,
    opacity: float = 0.6,
    within: tuple[float, float] | None = None,
) -> np.ndarray:
    """Heat (H, W) over an image, both uint8 (H, W, 3): strong where it is hot, or far below 0.

    The image loses its own colours on the way, so that those of the heat can be read: blue where
    it is below 0, if it is anywhere. `within` are the values of the colour map's ends.
    """
    levels, name = heat_levels(heat, within)
    colours = coloured(levels, name).astype(np.float32)
    plain = image.astype(np.float32)
    fading = min(1.0, opacity / COLOUR_GONE_AT)
    base = plain + fading * ((plain @ GREY)[..., None] - plain)
    weight = (opacity * heat_amounts(levels, name))[..., None]
    return ((1 - weight) * base + weight * colours).clip(0, 255).round().astype(np.uint8)


def heat_amounts(levels: np.ndarray, name: str) -> np.ndarray:
    """How strongly to show each level, in 0…1: a diverging map's middle not at all, so that the
    image is seen there."""
    return np.abs(2 * levels - 1) if name == DIVERGING else COLD + (1 - COLD) * levels


def heat_range(heat: np.ndarray, *, signed: bool = False) -> tuple[float, float]:
    """The values that a colour map's ends stand for: from lowest to highest, or, of heat with a
    sign, as far below 0 as above, and so far that all but the strongest hundredth is told apart:
    single pixels would leave the rest pale.

    `signed` heat, as a difference is, has a sign though it be below 0 nowhere; if it is 0
    everywhere, it is told from -1 to 1."""
    known = heat[np.isfinite(heat)]
    if not known.size:
        return (-1.0, 1.0) if signed else (0.0, 0.0)
    low, high = float(known.min()), float(known.max())
    if low >= 0 and not signed:
        return low, high
    far = float(np.quantile(np.abs(known), 1 - STRONGEST)) or max(-low, high) or 1.0
    return -far, far


def heat_map_of(heat: np.ndarray, *, signed: bool = False) -> str:
    """The colour map for heat: a diverging one where it has a sign."""
    return DIVERGING if heat_range(heat, signed=signed)[0] < 0 else "magma"


def range_map(within: tuple[float, float]) -> str:
    """The colour map for a range: a diverging one where it begins below 0."""
    return DIVERGING if within[0] < 0 else "magma"


def heat_levels(
    heat: np.ndarray, within: tuple[float, float] | None = None, *, signed: bool = False
) -> tuple[np.ndarray, str]:
    """Levels in 0…1 of a range, the heat's own if None, and the colour map for them; 0 is in the
    middle of a diverging one."""
    low, high = within or heat_range(heat, signed=signed)
    name = DIVERGING if low < 0 else "magma"
    if high <= low:
        return np.zeros(heat.shape, np.float32), name
    levels = (np.nan_to_num(np.asarray(heat, np.float32)) - low) / (high - low)
    return levels.clip(0, 1), name


def enlarged(image: np.ndarray, height: int, width: int, smooth: bool = True) -> np.ndarray:
    """A uint8 image (H, W[, 3]) at another size."""
    how = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
    return np.asarray(Image.fromarray(image).resize((width, height), how))


def square(image: np.ndarray, size: int) -> np.ndarray:
    """An image uint8 (H, W, 1 or 3) fitted into a black square: uint8 (size, size, 3)."""
    height, width = image.shape[:2]
    scale = size / max(height, width)
    fitted = max(1, round(height * scale)), max(1, round(width * scale))
    colour = image if image.shape[2] == 3 else np.repeat(image[:, :, :1], 3, axis=2)
    canvas = np.zeros((size, size, 3), np.uint8)
    top, left = (size - fitted[0]) // 2, (size - fitted[1]) // 2
    canvas[top : top + fitted[0], left : left + fitted[1]] = enlarged(
        colour, *fitted, smooth=scale < 2
    )
    return canvas
