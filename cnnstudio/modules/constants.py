"""Tensors that don't depend on the input, given once for each sample of a batch."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Constant(nn.Module):
    """The same number everywhere: (N, …) → (N, *shape)."""

    def __init__(self, shape: tuple[int, ...], value: float = 1.0) -> None:
        super().__init__()
        self.shape = tuple(shape)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return input.new_full((input.shape[0], *self.shape), self.value)

    def extra_repr(self) -> str:
        return f"{self.shape}, value={self.value}"


class LearnableTensor(nn.Module):
    """A learned tensor, the same for each sample: (N, …) → (N, *shape).

    It starts with normal values of deviation `std`; with 0 it starts at zero.
    """

    def __init__(self, shape: tuple[int, ...], std: float = 0.02) -> None:
        super().__init__()
        self.shape = tuple(shape)
        self.std = std
        self.weight = nn.Parameter(torch.randn(self.shape) * std)

    def forward(self, input: Tensor) -> Tensor:
        return self.weight.repeat(input.shape[0], *(1,) * len(self.shape))

    def extra_repr(self) -> str:
        return f"{self.shape}, std={self.std}"
