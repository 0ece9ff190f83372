"""Poolings that torch doesn't have."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class GeneralizedMeanPool(nn.Module):
    """(mean(max(x, eps)^p))^(1/p) over all places, with a learned p: (N, C, …) → (N, C).

    Radenović et al., Fine-tuning CNN Image Retrieval, 2017.
    """

    def __init__(self, p: float = 3.0, eps: float = 1e-6) -> None:
        super().__init__()
        self.p = p
        self.eps = eps
        self.exponent = nn.Parameter(torch.full((1,), float(p)))

    def forward(self, input: Tensor) -> Tensor:
        powers = input.clamp(min=self.eps).pow(self.exponent)
        return powers.flatten(2).mean(2).pow(1 / self.exponent)

    def extra_repr(self) -> str:
        return f"p={self.p}, eps={self.eps}"


class SpatialPyramidPool2d(nn.Module):
    """The maximum of each cell of several grids: (N, C, H, W) → (N, C · Σ level²).

    He et al., Spatial Pyramid Pooling in Deep Convolutional Networks, 2014.
    """

    def __init__(self, levels: tuple[int, ...] = (1, 2, 4)) -> None:
        super().__init__()
        self.levels = tuple(levels)

    def forward(self, input: Tensor) -> Tensor:
        pooled = [nn.functional.adaptive_max_pool2d(input, level) for level in self.levels]
        return torch.cat([cells.flatten(1) for cells in pooled], dim=1)

    def extra_repr(self) -> str:
        return f"levels={self.levels}"


class BlurPool2d(nn.Module):
    """A fixed binomial blur, then every stride-th pixel: (N, C, H, W) → (N, C, ⌈H/s⌉, ⌈W/s⌉).

    R. Zhang, Making Convolutional Networks Shift-Invariant Again, 2019.
    """

    def __init__(self, channels: int, filter_size: int = 3, stride: int = 2) -> None:
        super().__init__()
        self.channels = channels
        self.filter_size = filter_size
        self.stride = stride
        row = torch.ones(1)
        for _ in range(filter_size - 1):  # a row of Pascal's triangle
            row = nn.functional.pad(row, (0, 1)) + nn.functional.pad(row, (1, 0))
        kernel = torch.outer(row, row) / 4.0 ** (filter_size - 1)
        self.register_buffer("kernel", kernel.repeat(channels, 1, 1, 1), persistent=False)

    def forward(self, input: Tensor) -> Tensor:
        before, after = (self.filter_size - 1) // 2, self.filter_size // 2
        padded = nn.functional.pad(input, (before, after, before, after), mode="replicate")
        return nn.functional.conv2d(
            padded, self.get_buffer("kernel"), stride=self.stride, groups=self.channels
        )

    def extra_repr(self) -> str:
        return f"{self.channels}, filter_size={self.filter_size}, stride={self.stride}"


class StatisticsPool(nn.Module):
    """Mean and standard deviation of each channel over all places: (N, C, …) → (N, 2·C).

    Snyder et al., X-Vectors, 2018.
    """

    def __init__(self, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps

    def forward(self, input: Tensor) -> Tensor:
        values = input.flatten(2)
        variance = values.var(2, correction=0)
        return torch.cat([values.mean(2), (variance + self.eps).sqrt()], dim=1)

    def extra_repr(self) -> str:
        return f"eps={self.eps}"
