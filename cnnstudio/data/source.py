"""All images of a dataset as they are stored, before they are split and fitted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from cnnstudio.data.fitting import Fit
from cnnstudio.data.truth import truth_of
from cnnstudio.data.watch import Watch
from cnnstudio.graph import DataError

SPLITS = ("train", "validation", "test")
ROWS_AT_ONCE = 512


class Source(Protocol):
    """What the function that finds a dataset's images gives.

    `parts` tells for each image the split that the dataset itself puts it in, as an index into
    SPLITS. A split that is nowhere named is taken out of the training images. Reading is safe from
    several threads at once.
    """

    classes: list[str]
    labels: np.ndarray  # int64 (N)
    parts: np.ndarray  # int8 (N)
    problems: list[str]  # images left out, one sentence each

    def image(self, index: int) -> np.ndarray:
        """uint8 (H, W, 1 or 3). Raises DataError if it can't be read any more."""
        ...

    def name(self, index: int) -> str:
        """What people call the image."""
        ...

    def key(self, index: int) -> str:
        """What names the image for good: not its class, nor its split, nor what was left out."""
        ...

    def truth(self, index: int) -> dict[str, Any]:
        """What is known beyond the class: "box" (x0, y0, x1, y1), "mask" bool (H, W)."""
        ...

    def fitted(self, fit: Fit, hold: bool, watch: Watch) -> tuple[Source, np.ndarray | None]:
        """The source without what can't be read, and its images at the input's size.

        They are uint8 (N, C, height, width) in the source's order, None unless wanted (`hold`).
        """
        ...


@dataclass
class ArraySource:
    """Images of one size, held in memory."""

    images: np.ndarray  # uint8 (N, H, W, 1 or 3)
    labels: np.ndarray
    classes: list[str]
    parts: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int8))
    masks: np.ndarray | None = None  # bool (N, H, W)
    numbers: np.ndarray | None = None  # the number in an image's name, if not its index
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.images.ndim != 4 or self.images.shape[3] not in (1, 3):
            raise DataError(f"Images are N×H×W×1 or N×H×W×3, not {_times(self.images.shape)}.")
        if len(self.images) != len(self.labels):
            raise DataError(f"There are {len(self.images)} images and {len(self.labels)} labels.")
        self.labels = np.asarray(self.labels, np.int64)
        if not len(self.parts):
            self.parts = np.zeros(len(self.labels), np.int8)

    def image(self, index: int) -> np.ndarray:
        return self.images[index]

    def name(self, index: int) -> str:
        number = index if self.numbers is None else self.numbers[index]
        return f"{self.classes[self.labels[index]]} #{number}"

    def key(self, index: int) -> str:
        return str(index)

    def truth(self, index: int) -> dict[str, Any]:
        return {} if self.masks is None else truth_of(self.masks[index])

    def fitted(self, fit: Fit, hold: bool, watch: Watch) -> tuple[ArraySource, np.ndarray | None]:
        if not hold:
            return self, None
        count = len(self.images)
        fitted = np.empty((count, fit.channels, fit.height, fit.width), np.uint8)
        for first in range(0, count, ROWS_AT_ONCE):
            watch.tell(first / count, f"Bringing {count:,} images to {fit.height}×{fit.width}")
            rows = slice(first, first + ROWS_AT_ONCE)
            fitted[rows] = fit.many(self.images[rows])
        return self, fitted


def _times(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))
