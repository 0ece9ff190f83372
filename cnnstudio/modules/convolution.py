"""Convolutions that torch doesn't have."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class DepthwiseSeparableConv1d(nn.Module):
    """A depthwise convolution, then one of kernel 1: (N, C, L) → (N, out_channels, L')."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int = 3, stride: int = 1,
        dilation: int = 1, bias: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.dilation = dilation
        padding = dilation * (kernel_size - 1) // 2
        self.depthwise = nn.Conv1d(
            in_channels, in_channels, kernel_size, stride, padding, dilation, in_channels, bias
        )
        self.pointwise = nn.Conv1d(in_channels, out_channels, 1, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        return self.pointwise(self.depthwise(input))


class DepthwiseSeparableConv2d(nn.Module):
    """A depthwise convolution, then a 1×1 one: (N, C, H, W) → (N, out_channels, H', W').

    F. Chollet, Xception, 2016; Howard et al., MobileNets, 2017.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int = 3, stride: int = 1,
        dilation: int = 1, bias: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.dilation = dilation
        padding = dilation * (kernel_size - 1) // 2
        self.depthwise = nn.Conv2d(
            in_channels, in_channels, kernel_size, stride, padding, dilation, in_channels, bias
        )
        self.pointwise = nn.Conv2d(in_channels, out_channels, 1, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        return self.pointwise(self.depthwise(input))


class CausalConv1d(nn.Conv1d):
    """A convolution that sees nothing that comes later: (N, C, L) → (N, out_channels, ⌈L/stride⌉).

    van den Oord et al., WaveNet, 2016.
    """

    def forward(self, input: Tensor) -> Tensor:
        earlier = self.dilation[0] * (self.kernel_size[0] - 1)
        return super().forward(nn.functional.pad(input, (earlier, 0)))


class WeightStandardizedConv2d(nn.Conv2d):
    """A convolution whose filters are brought to mean 0 and variance 1 before use.

    Qiao et al., Micro-Batch Training with Batch-Channel Normalization and Weight Standardization,
    2019.
    """

    def forward(self, input: Tensor) -> Tensor:
        weight = self.weight
        mean = weight.mean((1, 2, 3), keepdim=True)
        variance = weight.var((1, 2, 3), keepdim=True, correction=0)
        return self._conv_forward(input, (weight - mean) / (variance + 1e-5).sqrt(), self.bias)


class CoordConv2d(nn.Module):
    """A convolution that is told where it is: two channels, from −1 to 1, are added to its input.

    (N, C, H, W) → (N, out_channels, H', W'). Liu et al., An Intriguing Failing of Convolutional
    Neural Networks, 2018.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int = 3, stride: int = 1,
        padding: int = 1, bias: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.conv = nn.Conv2d(
            in_channels + 2, out_channels, kernel_size, stride, padding, bias=bias
        )

    def forward(self, input: Tensor) -> Tensor:
        count, _, height, width = input.shape
        rows = torch.linspace(-1, 1, height, device=input.device, dtype=input.dtype)
        columns = torch.linspace(-1, 1, width, device=input.device, dtype=input.dtype)
        place = torch.stack(torch.meshgrid(rows, columns, indexing="ij"))
        return self.conv(torch.cat([input, place.expand(count, -1, -1, -1)], dim=1))


class SincConv1d(nn.Module):
    """Band-pass filters of which only the cut-off frequencies are learned.

    (N, 1, L) → (N, out_channels, L'). Ravanelli and Bengio, SincNet, 2018.
    """

    def __init__(
        self, out_channels: int = 32, kernel_size: int = 101, stride: int = 1,
        sample_rate: float = 16000.0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.sample_rate = sample_rate
        # Bands of equal width in mel, from 30 Hz on.
        top = 2595 * torch.log10(torch.tensor(1 + (sample_rate / 2 - 100) / 700))
        bottom = 2595 * torch.log10(torch.tensor(1 + 30.0 / 700))
        steps = torch.arange(out_channels + 1) / out_channels
        edges = 700 * (10 ** ((bottom + steps * (top - bottom)) / 2595) - 1)
        self.low = nn.Parameter(edges[:-1] / sample_rate)
        self.band = nn.Parameter((edges[1:] - edges[:-1]) / sample_rate)
        half = (kernel_size - 1) / 2
        times = torch.arange(kernel_size) - half
        self.register_buffer("times", times, persistent=False)
        window = 0.54 + 0.46 * torch.cos(torch.pi * times / max(half, 1))
        self.register_buffer("window", window, persistent=False)

    def forward(self, input: Tensor) -> Tensor:
        low = self.low.abs()[:, None]
        high = (low + self.band.abs()[:, None]).clamp(max=0.5)
        times, window = self.get_buffer("times"), self.get_buffer("window")
        filters = 2 * high * torch.sinc(2 * high * times) - 2 * low * torch.sinc(2 * low * times)
        filters = filters * window
        return nn.functional.conv1d(
            input, filters[:, None], stride=self.stride, padding=self.kernel_size // 2
        )

    def extra_repr(self) -> str:
        return f"{self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
