"""Normalisations that torch doesn't have."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ChannelLayerNorm(nn.Module):
    """Layer normalisation over channels at each place: (N, C, …) → the same.

    Liu et al., ConvNeXt, 2022.
    """

    def __init__(self, channels: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.channels = channels
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, input: Tensor) -> Tensor:
        last = input.movedim(1, -1)
        normed = nn.functional.layer_norm(last, (self.channels,), self.weight, self.bias, self.eps)
        return normed.movedim(-1, 1)

    def extra_repr(self) -> str:
        return f"{self.channels}, eps={self.eps}"


class GlobalResponseNorm(nn.Module):
    """x + gamma · x · ‖x‖ / mean‖x‖ + beta: (N, C, H, W) → the same.

    Woo et al., ConvNeXt V2, 2023.
    """

    def __init__(self, channels: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.channels = channels
        self.eps = eps
        self.gamma = nn.Parameter(torch.zeros(channels, 1, 1))
        self.beta = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, input: Tensor) -> Tensor:
        lengths = torch.linalg.vector_norm(input, dim=(2, 3), keepdim=True)
        relative = lengths / (lengths.mean(1, keepdim=True) + self.eps)
        return input + self.gamma * (input * relative) + self.beta

    def extra_repr(self) -> str:
        return f"{self.channels}, eps={self.eps}"


class LayerScale(nn.Module):
    """Multiplies along one dimension by learned numbers. Touvron et al., CaiT, 2021."""

    def __init__(self, size: int, init: float = 1e-6, dim: int = 1) -> None:
        super().__init__()
        self.size = size
        self.init = init
        self.dim = dim
        self.weight = nn.Parameter(torch.full((size,), float(init)))

    def forward(self, input: Tensor) -> Tensor:
        after = input.ndim - 1 - self.dim % input.ndim
        return input * self.weight.view(-1, *(1,) * after)

    def extra_repr(self) -> str:
        return f"{self.size}, init={self.init}, dim={self.dim}"


class DynamicTanh(nn.Module):
    """weight · tanh(alpha · x) + bias over the last dimension. Zhu et al., 2025."""

    def __init__(self, features: int, alpha: float = 0.5) -> None:
        super().__init__()
        self.features = features
        self.alpha = alpha
        self.steepness = nn.Parameter(torch.full((1,), float(alpha)))
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, input: Tensor) -> Tensor:
        return torch.tanh(self.steepness * input) * self.weight + self.bias

    def extra_repr(self) -> str:
        return f"{self.features}, alpha={self.alpha}"
