"""Activations that torch doesn't have."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class SquaredReLU(nn.Module):
    """max(0, x)². Any shape. So et al., Primer, 2021."""

    def forward(self, input: Tensor) -> Tensor:
        return nn.functional.relu(input).square()


class Snake(nn.Module):
    """x + sin²(alpha · x) / alpha with one learned alpha. Any shape.

    Ziyin et al., Neural Networks Fail to Learn Periodic Functions, 2020.
    """

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        self.alpha = alpha
        self.weight = nn.Parameter(torch.full((1,), float(alpha)))

    def forward(self, input: Tensor) -> Tensor:
        return input + (self.weight * input).sin().square() / self.weight

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}"


class GumbelSoftmax(nn.Module):
    """Draws shares by logits while training; plain softmax in evaluation. Any shape.

    With `hard` the output is one-hot, and its gradient that of the shares. Jang et al., 2016.
    """

    def __init__(self, tau: float = 1.0, hard: bool = False, dim: int = 1) -> None:
        super().__init__()
        self.tau = tau
        self.hard = hard
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        if self.training:
            return nn.functional.gumbel_softmax(input, self.tau, self.hard, dim=self.dim)
        shares = (input / self.tau).softmax(self.dim)
        if not self.hard:
            return shares
        largest = shares.argmax(self.dim, keepdim=True)
        return torch.zeros_like(shares).scatter(self.dim, largest, 1.0)

    def extra_repr(self) -> str:
        return f"tau={self.tau}, hard={self.hard}, dim={self.dim}"


class Maxout(nn.Module):
    """The largest of each `pieces` neighbouring channels: (N, C, …) → (N, C / pieces, …).

    Goodfellow et al., Maxout Networks, 2013.
    """

    def __init__(self, pieces: int = 2) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, input: Tensor) -> Tensor:
        return input.unflatten(1, (-1, self.pieces)).amax(2)

    def extra_repr(self) -> str:
        return f"pieces={self.pieces}"


class ConcatenatedReLU(nn.Module):
    """ReLU of x and of −x: (N, C, …) → (N, 2·C, …). Shang et al., 2016."""

    def forward(self, input: Tensor) -> Tensor:
        return nn.functional.relu(torch.cat([input, -input], dim=1))


class FunnelReLU(nn.Module):
    """max(x, depthwise convolution of x): (N, C, H, W) → the same. Ma et al., 2020."""

    def __init__(self, channels: int, kernel_size: int = 3) -> None:
        super().__init__()
        self.channels = channels
        self.kernel_size = kernel_size
        self.funnel = nn.Sequential(
            nn.Conv2d(channels, channels, kernel_size, padding="same", groups=channels, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, input: Tensor) -> Tensor:
        return torch.maximum(input, self.funnel(input))
