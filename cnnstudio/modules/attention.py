"""Attention over feature maps (N, C, H, W)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class EfficientChannelAttention(nn.Module):
    """Weighs channels by a convolution along their means: (N, C, …) → the same.

    Wang et al., ECA-Net, 2019.
    """

    def __init__(self, kernel_size: int = 3) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.conv = nn.Conv1d(1, 1, kernel_size, padding=kernel_size // 2, bias=False)

    def forward(self, input: Tensor) -> Tensor:
        means = input.flatten(2).mean(2)
        weights = self.conv(means[:, None])[:, 0].sigmoid()
        return input * weights.view(*weights.shape, *(1,) * (input.ndim - 2))


class SpatialAttention2d(nn.Module):
    """Weighs places by mean and maximum of their channels. Woo et al., CBAM, 2018, section 3."""

    def __init__(self, kernel_size: int = 7) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2, bias=False)

    def forward(self, input: Tensor) -> Tensor:
        seen = torch.cat([input.mean(1, keepdim=True), input.amax(1, keepdim=True)], dim=1)
        return input * self.conv(seen).sigmoid()


class CBAM(nn.Module):
    """Weighs channels, then places, by mean and maximum. Woo et al., CBAM, 2018."""

    def __init__(self, channels: int, reduction: int = 4, kernel_size: int = 7) -> None:
        super().__init__()
        self.channels = channels
        self.reduction = reduction
        self.kernel_size = kernel_size
        inner = max(1, channels // reduction)
        self.mlp = nn.Sequential(nn.Linear(channels, inner), nn.ReLU(), nn.Linear(inner, channels))
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2, bias=False)

    def forward(self, input: Tensor) -> Tensor:
        weights = self.mlp(input.mean((2, 3))) + self.mlp(input.amax((2, 3)))
        weighed = input * weights.sigmoid()[:, :, None, None]
        seen = torch.cat([weighed.mean(1, keepdim=True), weighed.amax(1, keepdim=True)], dim=1)
        return weighed * self.conv(seen).sigmoid()


class CoordinateAttention2d(nn.Module):
    """Weighs by rows and by columns. Hou et al., Coordinate Attention, 2021."""

    def __init__(self, channels: int, reduction: int = 4) -> None:
        super().__init__()
        self.channels = channels
        self.reduction = reduction
        inner = max(1, channels // reduction)
        self.shared = nn.Sequential(
            nn.Conv2d(channels, inner, 1), nn.BatchNorm2d(inner), nn.Hardswish()
        )
        self.rows = nn.Conv2d(inner, channels, 1)
        self.columns = nn.Conv2d(inner, channels, 1)

    def forward(self, input: Tensor) -> Tensor:
        height, width = input.shape[2:]
        rows = input.mean(3, keepdim=True)
        columns = input.mean(2, keepdim=True).transpose(2, 3)
        seen = self.shared(torch.cat([rows, columns], dim=2))
        rows, columns = seen.split([height, width], dim=2)
        weights = self.rows(rows).sigmoid() * self.columns(columns.transpose(2, 3)).sigmoid()
        return input * weights


class SelfAttention2d(nn.Module):
    """x + gamma · attention over all places. Zhang et al., SAGAN, 2018."""

    def __init__(self, channels: int, reduction: int = 4) -> None:
        super().__init__()
        self.channels = channels
        self.reduction = reduction
        inner = max(1, channels // reduction)
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, input: Tensor) -> Tensor:
        query, key = self.query(input).flatten(2), self.key(input).flatten(2)
        attention = (query.transpose(1, 2) @ key).softmax(2)
        gathered = self.value(input).flatten(2) @ attention.transpose(1, 2)
        return input + self.gamma * gathered.view_as(input)


class NonLocal2d(nn.Module):
    """x + W · softmax(θ·φᵀ) · g over all places. Wang et al., Non-local Neural Networks, 2017."""

    def __init__(self, channels: int, reduction: int = 4) -> None:
        super().__init__()
        self.channels = channels
        self.reduction = reduction
        inner = max(1, channels // reduction)
        self.theta = nn.Conv2d(channels, inner, 1)
        self.phi = nn.Conv2d(channels, inner, 1)
        self.g = nn.Conv2d(channels, inner, 1)
        self.out = nn.Conv2d(inner, channels, 1)

    def forward(self, input: Tensor) -> Tensor:
        theta, phi, g = (part(input).flatten(2) for part in (self.theta, self.phi, self.g))
        attention = (theta.transpose(1, 2) @ phi).softmax(2)
        gathered = g @ attention.transpose(1, 2)
        return input + self.out(gathered.unflatten(2, input.shape[2:]))


class SimAM(nn.Module):
    """Weighs each value by how much it stands out; no weights. Yang et al., SimAM, 2021."""

    def __init__(self, e_lambda: float = 1e-4) -> None:
        super().__init__()
        self.e_lambda = e_lambda

    def forward(self, input: Tensor) -> Tensor:
        others = input.shape[2] * input.shape[3] - 1
        apart = (input - input.mean((2, 3), keepdim=True)).square()
        variance = apart.sum((2, 3), keepdim=True) / max(others, 1)
        return input * (apart / (4 * (variance + self.e_lambda)) + 0.5).sigmoid()

    def extra_repr(self) -> str:
        return f"e_lambda={self.e_lambda}"


class GlobalContext2d(nn.Module):
    """Adds what was gathered once from all places. Cao et al., GCNet, 2019."""

    def __init__(self, channels: int, reduction: int = 4) -> None:
        super().__init__()
        self.channels = channels
        self.reduction = reduction
        inner = max(1, channels // reduction)
        self.mask = nn.Conv2d(channels, 1, 1)
        self.transform = nn.Sequential(
            nn.Linear(channels, inner), nn.LayerNorm(inner), nn.ReLU(), nn.Linear(inner, channels)
        )

    def forward(self, input: Tensor) -> Tensor:
        shares = self.mask(input).flatten(2).softmax(2)
        context = (input.flatten(2) @ shares.transpose(1, 2))[:, :, 0]
        return input + self.transform(context)[:, :, None, None]


class AttentionGate2d(nn.Module):
    """Weighs the places of one map by another: (N, C, H, W), (N, G, h, w) → (N, C, H, W).

    Oktay et al., Attention U-Net, 2018.
    """

    def __init__(self, channels: int, gate_channels: int, reduction: int = 4) -> None:
        super().__init__()
        self.channels = channels
        self.gate_channels = gate_channels
        self.reduction = reduction
        inner = max(1, channels // reduction)
        self.theta = nn.Conv2d(channels, inner, 1, bias=False)
        self.phi = nn.Conv2d(gate_channels, inner, 1)
        self.psi = nn.Conv2d(inner, 1, 1)

    def forward(self, input: Tensor, gate: Tensor) -> Tensor:
        asked = nn.functional.interpolate(
            self.phi(gate), size=input.shape[2:], mode="bilinear", align_corners=False
        )
        weights = self.psi(nn.functional.relu(self.theta(input) + asked)).sigmoid()
        return input * weights
