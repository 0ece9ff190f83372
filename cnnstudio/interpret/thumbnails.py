"""Small pictures of every node's feature maps, all from one run of the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnstudio.interpret.capture import collect
from cnnstudio.interpret.images import as_batch, evaluating

MAXIMUM_VALUES = 64


@dataclass(frozen=True)
class MapThumbnails:
    """Of a node that gives maps.

    `maps` uint8 (count, size, size): the first units', each from its smallest value (0) to its
    largest (255). `mean` is over all maps; `silent` counts the units that are zero everywhere
    on this image.
    """

    maps: np.ndarray
    channels: int
    mean: float
    silent: int


@dataclass(frozen=True)
class VectorThumbnail:
    """Of a node that gives a vector, or maps of one pixel: its first values, float32."""

    values: np.ndarray
    channels: int
    mean: float
    silent: int


def thumbnails(
    model: nn.Module, image: Any, size: int = 40, count: int = 4
) -> dict[str, MapThumbnails | VectorThumbnail]:
    """Thumbnails by node for one image (C, H, W), in order of computation.

    Nodes with other outputs than (C, H, W), (C, L) or a vector are left out.
    """
    with evaluating(model):
        found = collect(model, (as_batch(image[None], model),))
    pictures = {name: _picture(value[0].float(), size, count) for name, value in found.items()}
    return {name: picture for name, picture in pictures.items() if picture is not None}


def _picture(value: Tensor, size: int, count: int) -> MapThumbnails | VectorThumbnail | None:
    if value.ndim not in (1, 2, 3) or value.numel() == 0:
        return None
    if value.numel() == len(value):
        value = value.flatten()
    silent = int((value.reshape(len(value), -1) == 0).all(dim=1).sum())
    mean = float(value.mean())
    if value.ndim == 1:
        values = value[:MAXIMUM_VALUES].cpu().numpy()
        return VectorThumbnail(values, len(value), mean, silent)
    maps = value[:count] if value.ndim == 3 else value[:count, None]
    return MapThumbnails(_shrunk(maps, size), len(value), mean, silent)


def _shrunk(maps: Tensor, size: int) -> np.ndarray:
    """uint8 (count, size, size); a shape that is not square is fitted in, on black."""
    height, width = maps.shape[1:]
    scale = size / max(height, width)
    fitted = (max(1, round(height * scale)), max(1, round(width * scale)))
    if max(height, width) > size:
        small = functional.interpolate(maps[None], size=fitted, mode="area")[0]
    else:
        small = functional.interpolate(maps[None], size=fitted, mode="nearest-exact")[0]
    low = small.amin(dim=(1, 2), keepdim=True)
    span = small.amax(dim=(1, 2), keepdim=True) - low
    levels = torch.where(span > 0, (small - low) / span.clamp(min=1e-12), 0.0)
    levels = torch.nan_to_num(levels)
    top, left = (size - fitted[0]) // 2, (size - fitted[1]) // 2
    canvas = torch.zeros(len(maps), size, size, dtype=torch.uint8)
    canvas[:, top : top + fitted[0], left : left + fitted[1]] = (levels * 255).round().byte().cpu()
    return canvas.numpy()
