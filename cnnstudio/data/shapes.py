"""Coloured shapes on textured backgrounds, drawn from a seed."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from cnnstudio.data.outlines import OUTLINES, distance, reach
from cnnstudio.data.source import ArraySource
from cnnstudio.data.textures import clouds, colours, noise, patterns
from cnnstudio.data.watch import Watch
from cnnstudio.graph import DataError

# Images are drawn in blocks with a seed of their own: more images change none of the first ones.
BLOCK = 60
LARGEST_BYTES = 2 * 2**30
SMALLEST_RADIUS, LARGEST_RADIUS = 0.17, 0.29  # of the image's size
LEAST_CONTRAST = 0.5
# Shapes are vivid and what is behind them is muted, in any hue: a small network finds its first
# hold in that, and people see the shape at once. Saturation and value, each from … to …
VIVID = (0.5, 1.0), (0.9, 1.0)
MUTED = (0.1, 0.6), (0.1, 0.5)
SCRAP = (0.2, 0.9), (0.2, 0.9)
PATTERN_CONTRAST = 0.3, 0.8
SCRAPS = 6
# Of a planted shortcut, by class: Okabe and Ito's, and two more.
MARK_COLOURS = np.array(
    [(230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0),
     (204, 121, 167), (0, 0, 0), (255, 255, 255), (128, 0, 128)], np.uint8,
)  # fmt: skip
MARKS = 1  # tells the numbers that choose marked images from those that draw


def find(
    count: int,
    classes: int,
    size: int,
    background: str,
    seed: int,
    watch: Watch,
    shortcut: float = 0.0,
) -> ArraySource:
    """Shapes of all classes in turn, each with its mask. Raises DataError if they are too many.

    A share `shortcut` of the images has a mark in the corner whose colour gives the class away;
    apart from it they are the same images.
    """
    needed = count * size * size * 4
    if needed > LARGEST_BYTES:
        raise DataError(
            f"{count:,} shapes of {size}×{size} pixels take {needed / 2**30:.1f} GiB of memory.",
            f"Choose fewer or smaller ones: at most {LARGEST_BYTES / 2**30:.0f} GiB.",
        )
    key = (count, classes, size, background, seed, shortcut)
    held = _held(*key)
    if not held:
        held.append(_drawn(*key, watch))
    return held[0]


@lru_cache(maxsize=2)
def _held(*key: object) -> list[ArraySource]:
    """A place to keep what was drawn for these options."""
    return []


def mark_box(size: int) -> tuple[int, int, int, int]:
    """Where the mark of a planted shortcut is: (x0, y0, x1, y1), x1 and y1 just outside."""
    side, margin = max(3, size // 8), size // 32
    return size - margin - side, size - margin - side, size - margin, size - margin


def _drawn(
    count: int, classes: int, size: int, background: str, seed: int, shortcut: float, watch: Watch
) -> ArraySource:
    names = list(OUTLINES)[:classes]
    images = np.empty((count, size, size, 3), np.uint8)
    masks = np.empty((count, size, size), bool)
    labels = np.arange(count) % classes
    for first in range(0, count, BLOCK):
        watch.tell(first / count, f"Drawing {count:,} shapes")
        last = min(first + BLOCK, count)
        numbers = np.arange(first, first + BLOCK) % classes
        random = np.random.default_rng([seed, first // BLOCK])
        drawn = draw([names[number] for number in numbers], size, background, random)
        images[first:last], masks[first:last] = (part[: last - first] for part in drawn)
        marked = np.random.default_rng([seed, first // BLOCK, MARKS]).random(BLOCK) < shortcut
        _plant(images[first:last], labels[first:last], masks[first:last], marked[: last - first])
    images.flags.writeable = masks.flags.writeable = False
    return ArraySource(images, labels, names, masks=masks)


def _plant(images: np.ndarray, labels: np.ndarray, masks: np.ndarray, marked: np.ndarray) -> None:
    """Puts the mark of its class on each image that is marked, over whatever is there."""
    left, top, right, bottom = mark_box(images.shape[1])
    images[marked, top:bottom, left:right] = MARK_COLOURS[labels[marked], None, None]
    masks[marked, top:bottom, left:right] = False


def draw(
    names: list[str], size: int, background: str, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """One image for each name: uint8 (N, size, size, 3), and masks bool (N, size, size)."""
    count = len(names)
    behind = _background(random, count, size, background)
    cover = _cover(random, names, size)
    paint = _paint(random, behind, cover)
    picture = behind + (paint - behind) * cover[..., None]
    grain = random.normal(0, 0.012, (count, size, size, 1))
    levels = np.rint((picture + grain) * 255).clip(0, 255)
    return levels.astype(np.uint8), cover > 0.5


def _background(random: np.random.Generator, count: int, size: int, how: str) -> np.ndarray:
    """Colours (count, size, size, 3) in 0…1."""
    first, second = colours(random, count, *MUTED), colours(random, count, *MUTED)
    second = first + (second - first) * random.uniform(*PATTERN_CONTRAST, (count, 1))
    levels = patterns(random, count, size)
    if how == "plain":
        levels = np.zeros_like(levels)
    picture = _mixed(first, second, levels)
    if how == "cluttered":
        for _ in range(SCRAPS):
            scrap = _scraps(random, count, size)[..., None]
            picture += (colours(random, count, *SCRAP)[:, None, None] - picture) * scrap
    return picture


def _scraps(random: np.random.Generator, count: int, size: int) -> np.ndarray:
    """How far a short stroke covers each pixel, (count, size, size)."""
    x, y = _turned(random, count, size, random.uniform(-0.5, 0.5, (2, count)))
    length = random.uniform(0.04, 0.3, count)[:, None, None]
    thickness = random.uniform(0.01, 0.05, count)[:, None, None]
    outside = np.maximum(np.abs(x) - length, np.abs(y) - thickness)
    return np.clip(0.5 - outside * size, 0, 1)


def _cover(random: np.random.Generator, names: list[str], size: int) -> np.ndarray:
    """How far the shape covers each pixel, (N, size, size) in 0…1."""
    count = len(names)
    radius = random.uniform(SMALLEST_RADIUS, LARGEST_RADIUS, count)
    reaches = radius * np.array([reach(name) for name in names])
    room = np.maximum(0.5 - reaches, 0)
    x, y = _turned(random, count, size, random.uniform(-1, 1, (2, count)) * room)
    outside = np.empty((count, size, size))
    kinds = np.array(names)
    for name in dict.fromkeys(names):
        rows = kinds == name
        outside[rows] = distance(name, x[rows], y[rows], radius[rows, None, None])
    return np.clip(0.5 - outside * size, 0, 1)


def _paint(random: np.random.Generator, behind: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """The shapes' own colours (N, size, size, 3): unlike what is behind them, slightly uneven."""
    count, size = cover.shape[:2]
    weight = cover / cover.sum(axis=(1, 2), keepdims=True)
    hidden = np.einsum("nhwc,nhw->nc", behind, weight)
    offers = colours(random, count * 8, *VIVID).reshape(8, count, 3)
    contrast = np.linalg.norm(offers - hidden, axis=2)
    # The first that differs enough, or else the one that differs most.
    choice = np.where(
        (contrast > LEAST_CONTRAST).any(axis=0),
        (contrast > LEAST_CONTRAST).argmax(axis=0),
        contrast.argmax(axis=0),
    )
    colour = offers[choice, np.arange(count)][:, None, None]
    light = 0.82 + 0.3 * noise(random, count, size, 2) + 0.12 * (clouds(random, count, size) - 0.5)
    return np.clip(colour * light[..., None], 0, 1)


def _turned(
    random: np.random.Generator, count: int, size: int, centre: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Each pixel's place (count, size, size) seen from the centre, turned by any angle."""
    place = (np.arange(size) + 0.5) / size - 0.5
    x = place[None, None, :] - centre[0][:, None, None]
    y = place[None, :, None] - centre[1][:, None, None]
    angle = random.uniform(0, 2 * np.pi, count)[:, None, None]
    cos, sin = np.cos(angle), np.sin(angle)
    return x * cos + y * sin, y * cos - x * sin


def _mixed(first: np.ndarray, second: np.ndarray, levels: np.ndarray) -> np.ndarray:
    start, step = first[:, None, None], (second - first)[:, None, None]
    return start + step * levels[..., None]
