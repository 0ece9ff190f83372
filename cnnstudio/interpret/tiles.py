"""Pictures with a caption below each, in a grid."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cnnstudio.interpret.pictures import enlarged

TILE, GAP, LINE, TEXT = 160, 10, 16, 12
INK, GROUND = "#14181f", "#ffffff"


def tiles(rows: Sequence[tuple[Sequence[np.ndarray], str]], columns: int = 6) -> np.ndarray:
    """Each tile is images uint8 (H, W, 3) side by side and a caption of a few lines: uint8
    (height, width, 3)."""
    side_by_side = max(len(images) for images, _ in rows)
    lines = max(text.count("\n") + 1 for _, text in rows)
    columns = max(1, min(len(rows), columns // side_by_side))
    height, width = rows[0][0][0].shape[:2]
    scale = TILE / max(height, width)
    height, width = max(1, round(height * scale)), max(1, round(width * scale))
    across, down = side_by_side * (width + 2) + GAP, height + LINE * lines + GAP
    size = columns * across + GAP, math.ceil(len(rows) / columns) * down + GAP
    canvas = Image.new("RGB", size, GROUND)
    pen, font = ImageDraw.Draw(canvas), ImageFont.load_default(TEXT)
    for number, (images, caption) in enumerate(rows):
        left, top = GAP + number % columns * across, GAP + number // columns * down
        for place, image in enumerate(images):
            large = Image.fromarray(enlarged(image, height, width, smooth=scale < 2))
            canvas.paste(large, (left + place * (width + 2), top))
        for row, line in enumerate(caption.split("\n")):
            fitted = _fitted(line, font, across - GAP)
            pen.text((left, top + height + 3 + LINE * row), fitted, INK, font)
    return np.asarray(canvas)


def _fitted(text: str, font: ImageFont.ImageFont | ImageFont.FreeTypeFont, width: int) -> str:
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"
