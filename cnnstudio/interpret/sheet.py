"""One picture of several explanations: each image beside its heatmap."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cnnstudio.graph import ExplanationError
from cnnstudio.interpret.explain import explanation
from cnnstudio.interpret.pictures import enlarged, overlay
from cnnstudio.interpret.predict import probabilities
from cnnstudio.interpret.subject import SPLITS, Reference, open_run
from cnnstudio.training.augmented import Augmented

SIDE_PIXELS = 256
GAP_PIXELS = 8
WHITE = 255


def explain_images(
    run: Path,
    checkpoint: str,
    images: Sequence[str],
    method: str,
    layer: str | None,
    target: str | None,
    out: Path,
) -> list[dict[str, Any]]:
    """Explains images (files, or `test:0`) with a run's network and writes one picture.

    Returns for each image its name, the predicted class with its probability, the class that is
    explained, the layer and why it is the one. `target` is a class's name or number.
    """
    subject = open_run(run, checkpoint)
    found, rows = [], []
    for text in images:
        picture = subject.picture(reference(text))
        batch = picture.tensor[None]
        chances = probabilities(subject.model, batch)[0]
        names = subject.class_names(len(chances))
        wanted = None if target is None else subject.class_number(target, len(chances))
        node = None if layer is None else subject.node(layer)
        explained = explanation(subject.model, batch, method, wanted, node)
        predicted = int(chances.argmax())
        found.append(
            {
                "image": text,
                "predicted": names[predicted],
                "probability": float(chances[predicted]),
                "explained": names[explained.targets[0]],
                "layer": explained.layer,
                "reason": explained.reason,
            }
        )
        rows.append([picture.image, overlay(picture.image, explained.heat[0])])
    write_picture(sheet(rows), out)
    return found


def reference(text: str) -> Reference:
    """`test:12` is a sample, anything else the path of a file."""
    split, colon, index = text.partition(":")
    if colon and split in SPLITS and index.isdigit():
        return split, int(index)
    return text


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
    try:
        Image.fromarray(picture).save(out)
    except (OSError, ValueError) as error:
        raise ExplanationError(
            f"{out} can't be written: {error}.", "Name a file such as heat.png."
        ) from None
