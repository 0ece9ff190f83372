"""Noise that regularises: it acts while training only."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class GaussianNoise(nn.Module):
    """Adds normal noise of standard deviation `std` while training. Any shape.

    C. M. Bishop, Training with noise is equivalent to Tikhonov regularization, 1995.
    """

    def __init__(self, std: float = 0.1) -> None:
        super().__init__()
        self.std = std

    def forward(self, input: Tensor) -> Tensor:
        return input + self.std * torch.randn_like(input) if self.training else input

    def extra_repr(self) -> str:
        return f"std={self.std}"


class GaussianDropout(nn.Module):
    """Multiplies with normal noise of mean 1 and variance p / (1 − p) while training. Any shape.

    Srivastava et al., Dropout, 2014, section 10.
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(self, input: Tensor) -> Tensor:
        if not self.training:
            return input
        deviation = (self.p / (1 - self.p)) ** 0.5
        return input * (1 + deviation * torch.randn_like(input))

    def extra_repr(self) -> str:
        return f"p={self.p}"
