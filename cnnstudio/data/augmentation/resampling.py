"""Turning, shifting, scaling and slanting many images at once, each in its own way.

To the bit as torchvision does it one by one: the same grid for each image, then one interpolation
for all, which is most of the time that small images take.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torchvision.transforms import v2

Matrix = tuple[float, ...]  # 2×3: from a place in the result to where it is taken from


class RandomRotation(v2.RandomRotation):
    """With `many`: it for several images (N, C, H, W) at once."""

    def many(self, images: Tensor, drawn: Sequence[dict[str, Any]]) -> Tensor:
        # The other way round than torchvision's affine turns.
        return moved(images, [_matrix(-(one["angle"] % 360)) for one in drawn], self._fill)


class RandomAffine(v2.RandomAffine):
    """With `many`: it for several images (N, C, H, W) at once."""

    def many(self, images: Tensor, drawn: Sequence[dict[str, Any]]) -> Tensor:
        return moved(images, [_matrix(**one) for one in drawn], self._fill)


class RandomShear(RandomAffine):
    """Sideways, then up and down, each by its own angle to either side."""

    def __init__(self, shear: tuple[float, float], **arguments: Any) -> None:
        across, down = shear
        super().__init__(shear=(-across, across, -down, down), **arguments)


def moved(images: Tensor, matrices: Sequence[Matrix], fill: dict[type, Any]) -> Tensor:
    """Images, uint8, each resampled (bilinear) by its matrix; what comes in has the fill's grey."""
    height, width = images.shape[-2:]
    grey = torch.tensor(fill[Tensor], dtype=torch.float32).view(1, -1, 1, 1)
    thetas = torch.tensor(matrices, dtype=torch.float32).view(-1, 2, 3).transpose(1, 2)
    thetas = thetas / torch.tensor([0.5 * width, 0.5 * height])
    places = _places(height, width)
    # One product an image: a product of all at once may round otherwise.
    grids = torch.cat([places.bmm(theta[None]) for theta in thetas])
    inside = torch.ones(len(images), 1, height, width)
    sampled = F.grid_sample(
        torch.cat((images.float(), inside), dim=1), grids.view(-1, height, width, 2),
        mode="bilinear", padding_mode="zeros", align_corners=False,
    )  # fmt: skip
    seen, share = sampled[:, :-1], sampled[:, -1:]
    return (seen - grey).mul_(share).add_(grey).round_().to(images.dtype)


@lru_cache(maxsize=8)
def _places(height: int, width: int) -> Tensor:
    """The pixels' (x, y, 1) from the centre, (1, H·W, 3)."""
    made = torch.ones(1, height, width, 3)
    made[..., 0] = torch.linspace((1.0 - width) * 0.5, (width - 1.0) * 0.5, steps=width)
    made[..., 1] = torch.linspace((1.0 - height) * 0.5, (height - 1.0) * 0.5, steps=height)[:, None]
    return made.view(1, -1, 3)


def _matrix(
    angle: float,
    translate: Sequence[float] = (0, 0),
    scale: float = 1.0,
    shear: Sequence[float] = (0.0, 0.0),
) -> Matrix:
    """The inverse of: slant, scale, turn around the centre (degrees), shift (pixels)."""
    turn, across, down = (math.radians(degrees) for degrees in (angle, *shear))
    a = math.cos(turn - down) / math.cos(down)
    b = -(a * math.tan(across) + math.sin(turn))
    c = math.sin(turn - down) / math.cos(down)
    d = math.cos(turn) - c * math.tan(across)
    x, y = translate
    first, second = (d / scale, -b / scale), (-c / scale, a / scale)
    return (
        *first, 0.0 - first[0] * x - first[1] * y,
        *second, 0.0 - second[0] * x - second[1] * y,
    )  # fmt: skip
