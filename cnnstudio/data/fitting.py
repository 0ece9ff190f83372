"""Bringing an image of any size to the network's input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from PIL import Image

from cnnstudio.data.truth import truth_of
from cnnstudio.graph import DataError

CHANNELS = (1, 3)
LARGEST_SIDE = 16_384


@dataclass(frozen=True)
class Fit:
    """How images become the input's size.

    `resize` stretches an image, `crop` fills the input and cuts what stands over at both sides,
    `pad` shows all of it with black at both sides.
    """

    channels: int
    height: int
    width: int
    how: Literal["resize", "crop", "pad"]

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """An image uint8 (H, W, 1 or 3) at the input's size: uint8 (C, height, width)."""
        fitted = self._placed(_channels(image, self.channels), Image.Resampling.BILINEAR)
        return np.ascontiguousarray(fitted.transpose(2, 0, 1))

    def many(self, images: np.ndarray) -> np.ndarray:
        """Images of one size, uint8 (N, H, W, 1 or 3): uint8 (N, C, height, width)."""
        if images.shape[1:] == (self.height, self.width, self.channels):
            return np.ascontiguousarray(images.transpose(0, 3, 1, 2))
        fitted = np.empty((len(images), self.channels, self.height, self.width), np.uint8)
        for row, image in enumerate(images):
            fitted[row] = self(image)
        return fitted

    def truth(self, truth: dict[str, Any]) -> dict[str, Any]:
        """A truth about an image as a truth about the fitted image."""
        mask = truth.get("mask")
        if mask is None:
            return truth
        levels = np.where(mask, np.uint8(255), np.uint8(0))[..., None]
        return truth_of(self._placed(levels, Image.Resampling.BILINEAR)[..., 0] > 127)

    def _placed(self, image: np.ndarray, resampling: Image.Resampling) -> np.ndarray:
        height, width = image.shape[:2]
        if (height, width) == (self.height, self.width):
            return image
        if self.how == "resize":
            return _resized(image, self.height, self.width, resampling)
        if self.how == "crop":
            scale = max(self.height / height, self.width / width)
            cut_height, cut_width = self.height / scale, self.width / scale
            left, top = (width - cut_width) / 2, (height - cut_height) / 2
            box = (max(left, 0.0), max(top, 0.0), min(left + cut_width, width),
                   min(top + cut_height, height))  # fmt: skip
            return _resized(image, self.height, self.width, resampling, box)
        scale = min(self.height / height, self.width / width)
        inner = (
            min(max(1, round(height * scale)), self.height),
            min(max(1, round(width * scale)), self.width),
        )
        canvas = np.zeros((self.height, self.width, image.shape[2]), np.uint8)
        top, left = (self.height - inner[0]) // 2, (self.width - inner[1]) // 2
        canvas[top : top + inner[0], left : left + inner[1]] = _resized(image, *inner, resampling)
        return canvas


def fit_for(input_shape: tuple[int, ...], how: Literal["resize", "crop", "pad"]) -> Fit:
    """The fit to a network's input. Raises DataError if that doesn't take images."""
    shape = "×".join(map(str, input_shape)) or "no dimensions"
    if len(input_shape) != 3:
        raise DataError(
            f"The network's input is {shape}, but images have channels, height and width.",
            "Set the Input's shape to three sizes, for example 3×64×64.",
        )
    channels, height, width = (int(size) for size in input_shape)
    if channels not in CHANNELS:
        raise DataError(
            f"The network's input has {channels} channels ({shape}), but images have 1 or 3.",
            "Set the Input's first size to 1 (grey) or 3 (colour).",
        )
    if not (1 <= height <= LARGEST_SIDE and 1 <= width <= LARGEST_SIDE):
        raise DataError(
            f"Images can't be brought to the input's size {height}×{width}.",
            f"Choose sizes from 1 to {LARGEST_SIDE:,}.",
        )
    return Fit(channels, height, width, how)


def _channels(image: np.ndarray, channels: int) -> np.ndarray:
    """Grey as three equal channels, colour as its brightness (ITU-R 601)."""
    if image.ndim != 3 or image.shape[2] not in CHANNELS or image.dtype != np.uint8:
        raise DataError(f"An image is uint8 H×W×1 or H×W×3, not {image.dtype} {image.shape}.")
    if image.shape[2] == channels:
        return image
    if channels == 3:
        return np.repeat(image, 3, axis=2)
    return np.asarray(Image.fromarray(image).convert("L"))[..., None]


def _resized(
    image: np.ndarray,
    height: int,
    width: int,
    resampling: Image.Resampling,
    box: tuple[float, float, float, float] | None = None,
) -> np.ndarray:
    pixels = Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)
    resized = np.asarray(pixels.resize((width, height), resampling, box))
    return resized[..., None] if resized.ndim == 2 else resized
