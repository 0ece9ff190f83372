"""Images and labels as a network takes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnstudio.data.fitting import Fit
from cnnstudio.data.room import available_memory
from cnnstudio.data.source import Source

if TYPE_CHECKING:
    from torch import Tensor

# Data that is larger than this, prepared, and than a share of the memory that is free, as it is
# held, is read from the disk batch by batch.
BYTES_IN_MEMORY = 1536 * 2**20
SHARE_OF_MEMORY = 0.25
ROWS_AT_ONCE = 1024

# Changes fitted images, uint8 (N, C, height, width), given with their indices in the split.
Change = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Preparation:
    """From an image as it is stored to what the network takes.

    `mean` and `std` are float32 by channel, of levels in 0…1.
    """

    fit: Fit
    mean: np.ndarray
    std: np.ndarray
    normalize: bool

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """uint8 (H, W, 1 or 3) as float32 (C, height, width)."""
        return self.levels(self.fit(image)[None])[0]

    def levels(self, fitted: np.ndarray) -> np.ndarray:
        """Fitted images, uint8 (N, C, height, width), as float32."""
        levels = fitted.astype(np.float32)
        levels /= np.float32(255)
        if self.normalize:
            levels -= self.mean[:, None, None]
            levels /= self.std[:, None, None]
        return levels

    def shown(self, prepared: np.ndarray) -> np.ndarray:
        """A prepared image, float32 (C, H, W), for people: uint8 (H, W, 3)."""
        levels = prepared
        if self.normalize:
            levels = prepared * self.std[:, None, None] + self.mean[:, None, None]
        channels = levels if len(levels) == 3 else np.repeat(levels[:1], 3, axis=0)
        return (channels.transpose(1, 2, 0).clip(0, 1) * 255).round().astype(np.uint8)


class Samples:
    """The images of one split, or others that are looked at together.

    `labels` is int64 (N), `given` what they are without the project's corrections. `fitted` holds
    all images of the source at the input's size, uint8 (N, C, height, width), where they fit in
    memory. `change` is made of a batch's images anew each time that it is read; it takes them in
    `source_size` (height, width), the input's if None.
    """

    def __init__(
        self,
        source: Source,
        indices: np.ndarray,
        preparation: Preparation,
        fitted: np.ndarray | None,
        labels: np.ndarray,
        change: Change | None = None,
        source_size: tuple[int, int] | None = None,
    ) -> None:
        self._source = source
        self._indices = indices
        self._preparation = preparation
        self._fitted = fitted
        self._labels = labels
        self._change = change
        self._source_size = source_size
        self.labels = labels[indices]
        self.given = source.labels[indices]

    def __len__(self) -> int:
        return len(self._indices)

    def changed(self, change: Change, source_size: tuple[int, int] | None = None) -> Samples:
        """The same samples, whose images are changed when a batch is read."""
        return Samples(
            self._source, self._indices, self._preparation, self._fitted, self._labels,
            change, source_size,
        )  # fmt: skip

    def image(self, index: int) -> np.ndarray:
        """The image as it is stored: uint8 (H, W, 1 or 3)."""
        return self._source.image(self._at(index))

    def name(self, index: int) -> str:
        return self._source.name(self._at(index))

    def key(self, index: int) -> str:
        """What names the image in the settings that correct the data."""
        return self._source.key(self._at(index))

    def truth(self, index: int) -> dict[str, Any]:
        """What is known of the stored image beyond its class: box and mask, or nothing."""
        return self._source.truth(self._at(index))

    def fitted_truth(self, index: int, size: tuple[int, int] | None = None) -> dict[str, Any]:
        """The same for the image at the input's size, or another (height, width)."""
        return self._fit(size).truth(self.truth(index))

    def batch(self, indices: np.ndarray | Sequence[int]) -> np.ndarray:
        """Prepared images, float32 (N, C, height, width). Raises DataError if one is gone."""
        chosen = np.asarray(indices, np.int64)
        rows = self.fitted(chosen, self._source_size)
        return self._preparation.levels(
            rows if self._change is None else self._change(rows, chosen)
        )

    def fitted(
        self, indices: np.ndarray | Sequence[int], size: tuple[int, int] | None = None
    ) -> np.ndarray:
        """Images at the input's size or another, uint8 (N, C, height, width), before any change."""
        return self._rows(self._indices[np.asarray(indices, np.int64)], size)

    @property
    def prepared_bytes(self) -> int:
        """Of all images, prepared."""
        fit = self._preparation.fit
        return len(self) * fit.channels * fit.height * fit.width * 4

    def tensors(self) -> tuple[Tensor, Tensor] | None:
        """All prepared images and labels; None if the images are not held in memory, or change."""
        if self._fitted is None or self._change is not None:
            return None
        import torch

        fit = self._preparation.fit
        images = np.empty((len(self), fit.channels, fit.height, fit.width), np.float32)
        for first in range(0, len(self), ROWS_AT_ONCE):
            rows = self._rows(self._indices[first : first + ROWS_AT_ONCE])
            images[first : first + len(rows)] = self._preparation.levels(rows)
        return torch.from_numpy(images), torch.from_numpy(self.labels.copy())

    def _fit(self, size: tuple[int, int] | None) -> Fit:
        fit = self._preparation.fit
        return fit if size is None else replace(fit, height=size[0], width=size[1])

    def _rows(self, indices: np.ndarray, size: tuple[int, int] | None = None) -> np.ndarray:
        fit = self._fit(size)
        if self._fitted is not None and fit == self._preparation.fit:
            return self._fitted[indices]
        rows = np.empty((len(indices), fit.channels, fit.height, fit.width), np.uint8)
        for row, index in enumerate(indices):
            rows[row] = fit(self._source.image(int(index)))
        return rows

    def _at(self, index: int) -> int:
        if not 0 <= index < len(self):
            raise IndexError(index)
        return int(self._indices[index])


@dataclass(frozen=True)
class Splits:
    """A dataset, ready for training.

    `mean` and `std` are the training images', by channel, of levels in 0…1; a channel that is the
    same everywhere has 1 as its `std`. `problems` names what was left out. `left_out` are images
    that the settings leave out, in none of the three; `relabelled` are those of the three that have
    another class than the dataset gives them.
    """

    train: Samples
    validation: Samples
    test: Samples
    left_out: Samples
    relabelled: Samples
    classes: list[str]
    problems: list[str]
    generated: bool
    preparation: Preparation

    @property
    def mean(self) -> np.ndarray:
        return self.preparation.mean

    @property
    def std(self) -> np.ndarray:
        return self.preparation.std

    def prepare(self, image: np.ndarray) -> np.ndarray:
        """An image uint8 (H, W, 1 or 3) as the network takes it: float32 (C, height, width)."""
        return self.preparation(image)


def is_small(images: int, fit: Fit) -> bool:
    """Whether data is held in memory on any machine."""
    return images * fit.channels * fit.height * fit.width * 4 <= BYTES_IN_MEMORY


def fits_in_memory(images: int, fit: Fit) -> bool:
    """Whether data is held in memory on this machine."""
    levels = images * fit.channels * fit.height * fit.width
    return is_small(images, fit) or levels <= SHARE_OF_MEMORY * available_memory()
