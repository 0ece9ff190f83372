"""Several pictures as one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from cnnstudio.graph import ExplanationError
from cnnstudio.interpret.figures.figure import NARROWEST, Figure, Panel
from cnnstudio.interpret.figures.pictures import enlarged
from cnnstudio.training.augmented import Augmented

SIDE_PIXELS = 256
GAP_PIXELS = 8
WHITE = 255


def sheet(rows: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """Images uint8 (H, W, 3) in rows, enlarged alike, on white."""
    height, width = rows[0][0].shape[:2]
    scale = max(1, SIDE_PIXELS // max(height, width))
    height, width = height * scale, width * scale
    down, across = height + GAP_PIXELS, width + GAP_PIXELS
    columns = max(map(len, rows))
    canvas = np.full(
        (len(rows) * down + GAP_PIXELS, columns * across + GAP_PIXELS, 3), WHITE, np.uint8
    )
    for row, images in enumerate(rows):
        for column, image in enumerate(images):
            top, left = GAP_PIXELS + row * down, GAP_PIXELS + column * across
            large = enlarged(image, height, width, smooth=False)
            canvas[top : top + height, left : left + width] = large
    return canvas


def augmentation_sheet(found: Augmented) -> np.ndarray:
    """A row for each sample: the image as it is, then as each epoch sees it."""
    columns = [found.originals, *found.images]
    return sheet([[_coloured(column[row]) for column in columns] for row in range(len(columns[0]))])


def _coloured(image: np.ndarray) -> np.ndarray:
    return image if image.shape[2] == 3 else np.repeat(image, 3, axis=2)


def write_picture(picture: np.ndarray, out: Path) -> None:
    """Writes a picture uint8 (H, W, 3); ExplanationError if the disk or the name refuses."""
    if out.suffix.lower() == ".svg":
        Figure((Panel(picture),)).save(out, max(NARROWEST, picture.shape[1]))
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(out)
    except (OSError, ValueError) as error:
        raise ExplanationError(
            f"{out} can't be written: {error}.", "Name a file such as heat.png."
        ) from None
