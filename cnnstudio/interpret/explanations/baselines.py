"""What stands for 'nothing there' in an image."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

BLUR = 8  # a blurred image keeps so few pixels along its shorter side


def baseline_of(images: Tensor, kind: str) -> Tensor:
    """Of images (N, C, H, W): `zero`, the image's own `mean` by channel, or its `blur`."""
    if kind == "mean":
        return images.mean((2, 3), keepdim=True).expand_as(images).contiguous()
    if kind == "blur":
        height, width = images.shape[2:]
        scale = min(1.0, BLUR / min(height, width))
        few = max(1, round(height * scale)), max(1, round(width * scale))
        small = functional.adaptive_avg_pool2d(images, few)
        return functional.interpolate(
            small, size=(height, width), mode="bilinear", align_corners=False
        )
    return torch.zeros_like(images)
