"""Between an image's levels in 0…1, as people see it, and what the network takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from cnnstudio.graph.errors import ExplanationError

CHANNELS_OF_A_PICTURE = 3
TOLERANCE = 1e-3

# (mean, std) by channel, of levels in 0…1; None where the network takes the levels themselves.
Normalization = tuple[Any, Any] | None


class Levels:
    """Takes a normalisation back and makes it again; for images (N, C, H, W)."""

    def __init__(self, normalization: Normalization, like: Tensor) -> None:
        """`like` has the device and the type of what the network takes."""
        mean, std = (0.0, 1.0) if normalization is None else normalization
        self._mean, self._std = (
            torch.as_tensor(np.asarray(one), dtype=like.dtype, device=like.device).reshape(-1, 1, 1)
            for one in (mean, std)
        )

    def to_network(self, levels: Tensor) -> Tensor:
        return (levels - self._mean) / self._std

    def of(self, images: Tensor) -> Tensor:
        """Levels in 0…1; ExplanationError for images that reach beyond, clearly not as said."""
        levels = images * self._std + self._mean
        low, high = float(levels.min()), float(levels.max())
        if low < -TOLERANCE or high > 1 + TOLERANCE:
            raise ExplanationError(
                f"The images reach from {low:.2f} to {high:.2f}, not from 0 to 1.",
                "Say how they were normalised: normalization=(mean, std), by channel.",
            )
        return levels.clamp(0, 1)


def picture_of(levels: np.ndarray) -> np.ndarray:
    """Levels (C, H, W) in 0…1 for people: uint8 (H, W, 3). One channel is grey, of more than three
    the first three are red, green and blue."""
    shown = levels[:CHANNELS_OF_A_PICTURE]
    if len(shown) == 1:
        shown = np.repeat(shown, CHANNELS_OF_A_PICTURE, axis=0)
    elif len(shown) < CHANNELS_OF_A_PICTURE:
        shown = np.concatenate([shown, np.zeros_like(shown[:1])])
    return (shown.transpose(1, 2, 0).clip(0, 1) * 255).round().astype(np.uint8)
