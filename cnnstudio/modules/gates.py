"""Functions of single values that torch has no layer for. All take any shape."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class AboveThreshold(nn.Module):
    """1 where x > threshold, 0 elsewhere; no gradient."""

    def __init__(self, threshold: float = 0.0) -> None:
        super().__init__()
        self.threshold = threshold

    def forward(self, input: Tensor) -> Tensor:
        return (input > self.threshold).to(input.dtype)

    def extra_repr(self) -> str:
        return f"threshold={self.threshold}"


class Binarize(nn.Module):
    """−1 or 1 forward, the gradient of x where |x| ≤ 1 backward. Courbariaux et al., 2016."""

    def forward(self, input: Tensor) -> Tensor:
        passed = input.clamp(-1, 1)
        signs = torch.where(input >= 0, 1.0, -1.0).to(input.dtype)
        return signs + (passed - passed.detach())  # adds nothing but a gradient


class GradientReversal(nn.Module):
    """x forward, the gradient times −weight backward. Ganin and Lempitsky, 2014."""

    def __init__(self, weight: float = 1.0) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, input: Tensor) -> Tensor:
        turned = -self.weight * input
        return input.detach() + (turned - turned.detach())  # adds nothing but a gradient

    def extra_repr(self) -> str:
        return f"weight={self.weight}"


class Affine(nn.Module):
    """x · weight + bias for each channel: (N, C, …) → the same. Touvron et al., ResMLP, 2021."""

    def __init__(self, channels: int, scale: float = 1.0) -> None:
        super().__init__()
        self.channels = channels
        self.scale = scale
        self.weight = nn.Parameter(torch.full((channels,), float(scale)))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, input: Tensor) -> Tensor:
        shape = (-1, *(1,) * (input.ndim - 2))
        return input * self.weight.view(shape) + self.bias.view(shape)

    def extra_repr(self) -> str:
        return f"{self.channels}, scale={self.scale}"


class Standardize(nn.Module):
    """(x − mean) / std with fixed numbers for each channel, or one for all: (N, C, …)."""

    def __init__(self, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__()
        self.mean = tuple(mean)
        self.std = tuple(std)

    def forward(self, input: Tensor) -> Tensor:
        shape = (-1, *(1,) * (input.ndim - 2))
        mean = torch.tensor(self.mean, dtype=input.dtype, device=input.device).view(shape)
        std = torch.tensor(self.std, dtype=input.dtype, device=input.device).view(shape)
        return (input - mean) / std

    def extra_repr(self) -> str:
        return f"mean={self.mean}, std={self.std}"
