"""Spectra and other views of signals."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Spectrogram(nn.Module):
    """|STFT|^power with a Hann window: (N, C, T) → (N, C, n_fft/2 + 1, frames)."""

    def __init__(self, n_fft: int = 64, hop_length: int = 16, power: float = 2.0) -> None:
        super().__init__()
        self.n_fft = n_fft
        self.hop_length = hop_length
        self.power = power
        self.register_buffer("window", torch.hann_window(n_fft), persistent=False)

    def forward(self, input: Tensor) -> Tensor:
        spectrum = torch.stft(
            input.flatten(0, 1), self.n_fft, self.hop_length, window=self.get_buffer("window"),
            return_complex=True,
        )  # fmt: skip
        powers = spectrum.real.square() + spectrum.imag.square()
        if self.power != 2:
            powers = powers.clamp(min=1e-20) ** (self.power / 2)
        return powers.unflatten(0, input.shape[:2])

    def extra_repr(self) -> str:
        return f"n_fft={self.n_fft}, hop_length={self.hop_length}, power={self.power}"


class MelSpectrogram(nn.Module):
    """Powers in triangular bands of equal width in mel: (N, C, T) → (N, C, n_mels, frames).

    Mel as in O'Shaughnessy 1987: 2595 · log₁₀(1 + f / 700).
    """

    def __init__(
        self, n_fft: int = 64, hop_length: int = 16, n_mels: int = 16, sample_rate: float = 16000.0
    ) -> None:
        super().__init__()
        self.n_fft = n_fft
        self.hop_length = hop_length
        self.n_mels = n_mels
        self.sample_rate = sample_rate
        self.register_buffer("window", torch.hann_window(n_fft), persistent=False)
        frequencies = torch.linspace(0, sample_rate / 2, n_fft // 2 + 1)
        mels = 2595 * torch.log10(1 + frequencies / 700)
        edges = torch.linspace(0, 1, n_mels + 2) * mels[-1]
        width = edges[1] - edges[0]
        bands = (1 - (mels - edges[1:-1, None]).abs() / width).clamp(min=0)
        self.register_buffer("bands", bands, persistent=False)

    def forward(self, input: Tensor) -> Tensor:
        spectrum = torch.stft(
            input.flatten(0, 1), self.n_fft, self.hop_length, window=self.get_buffer("window"),
            return_complex=True,
        )  # fmt: skip
        powers = spectrum.real.square() + spectrum.imag.square()
        return (self.get_buffer("bands") @ powers).unflatten(0, input.shape[:2])

    def extra_repr(self) -> str:
        return f"n_fft={self.n_fft}, hop_length={self.hop_length}, n_mels={self.n_mels}"


class Decibels(nn.Module):
    """10 · log₁₀(max(x, floor)). Any shape."""

    def __init__(self, floor: float = 1e-10) -> None:
        super().__init__()
        self.floor = floor

    def forward(self, input: Tensor) -> Tensor:
        return 10 * input.clamp(min=self.floor).log10()

    def extra_repr(self) -> str:
        return f"floor={self.floor}"


class Frames(nn.Module):
    """Pieces of equal length: (N, C, T) → (N, C, frames, length)."""

    def __init__(self, length: int = 8, hop: int = 4) -> None:
        super().__init__()
        self.length = length
        self.hop = hop

    def forward(self, input: Tensor) -> Tensor:
        return input.unfold(2, self.length, self.hop)

    def extra_repr(self) -> str:
        return f"length={self.length}, hop={self.hop}"


class PreEmphasis(nn.Module):
    """x(t) − coefficient · x(t − 1) along the last dimension; the first value stays."""

    def __init__(self, coefficient: float = 0.97) -> None:
        super().__init__()
        self.coefficient = coefficient

    def forward(self, input: Tensor) -> Tensor:
        earlier = nn.functional.pad(input[..., :-1], (1, 0))
        return input - self.coefficient * earlier

    def extra_repr(self) -> str:
        return f"coefficient={self.coefficient}"


class FourierMagnitude(nn.Module):
    """|FFT| over the last dimension or two, of which half is kept: (…, L) → (…, L/2 + 1)."""

    def __init__(self, dimensions: int = 1, log: bool = False) -> None:
        super().__init__()
        self.dimensions = dimensions
        self.log = log

    def forward(self, input: Tensor) -> Tensor:
        over = tuple(range(-self.dimensions, 0))
        magnitude = torch.fft.rfftn(input, dim=over, norm="ortho").abs()
        return magnitude.log1p() if self.log else magnitude

    def extra_repr(self) -> str:
        return f"dimensions={self.dimensions}, log={self.log}"


class RealFourier(nn.Module):
    """Real and imaginary part of the FFT over the last dimension or two."""

    def __init__(self, dimensions: int = 1) -> None:
        super().__init__()
        self.dimensions = dimensions

    def forward(self, input: Tensor) -> tuple[Tensor, Tensor]:
        over = tuple(range(-self.dimensions, 0))
        spectrum = torch.fft.rfftn(input, dim=over, norm="ortho")
        return spectrum.real, spectrum.imag

    def extra_repr(self) -> str:
        return f"dimensions={self.dimensions}"


class InverseRealFourier(nn.Module):
    """Values from real and imaginary part: (…, L) → (…, 2·(L − 1))."""

    def __init__(self, dimensions: int = 1) -> None:
        super().__init__()
        self.dimensions = dimensions

    def forward(self, real: Tensor, imaginary: Tensor) -> Tensor:
        over = tuple(range(-self.dimensions, 0))
        return torch.fft.irfftn(torch.complex(real, imaginary), dim=over, norm="ortho")

    def extra_repr(self) -> str:
        return f"dimensions={self.dimensions}"


class SpectralConv1d(nn.Module):
    """Learned factors for the lowest frequencies: (N, C, L) → (N, out_channels, L).

    Li et al., Fourier Neural Operator, 2020.
    """

    def __init__(self, in_channels: int, out_channels: int, modes: int = 4) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.modes = modes
        # Real and imaginary part: complex weights don't go into every file.
        self.weight = nn.Parameter(torch.randn(2, in_channels, out_channels, modes) / in_channels)

    def forward(self, input: Tensor) -> Tensor:
        spectrum = torch.fft.rfft(input)[..., : self.modes]
        kept = torch.complex(self.weight[0], self.weight[1])[..., : spectrum.shape[-1]]
        return torch.fft.irfft(torch.einsum("nil,iol->nol", spectrum, kept), n=input.shape[-1])

    def extra_repr(self) -> str:
        return f"{self.in_channels}, {self.out_channels}, modes={self.modes}"


class SpectralConv2d(nn.Module):
    """Learned factors for the lowest frequencies: (N, C, H, W) → (N, out_channels, H, W).

    Li et al., Fourier Neural Operator, 2020.
    """

    def __init__(self, in_channels: int, out_channels: int, modes: int = 4) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.modes = modes
        # Real and imaginary part, for positive and for negative vertical frequencies.
        self.weight = nn.Parameter(
            torch.randn(2, 2, in_channels, out_channels, modes, modes) / in_channels
        )

    def forward(self, input: Tensor) -> Tensor:
        spectrum = torch.fft.rfft2(input)
        rows, columns = min(self.modes, spectrum.shape[2] // 2), min(self.modes, spectrum.shape[3])
        kept = torch.complex(self.weight[0], self.weight[1])[..., :rows, :columns]
        mixed = spectrum.new_zeros(input.shape[0], self.out_channels, *spectrum.shape[2:])
        for place, part in ((slice(None, rows), kept[0]), (slice(-rows, None), kept[1])):
            mixed[:, :, place, :columns] = torch.einsum(
                "nihw,iohw->nohw", spectrum[:, :, place, :columns], part
            )
        return torch.fft.irfft2(mixed, s=input.shape[2:])

    def extra_repr(self) -> str:
        return f"{self.in_channels}, {self.out_channels}, modes={self.modes}"


class HaarWavelet2d(nn.Module):
    """Means and differences of 2×2 pixels: (N, C, H, W) → (N, 4·C, H/2, W/2)."""

    def forward(self, input: Tensor) -> Tensor:
        above, below = input[:, :, ::2], input[:, :, 1::2]
        sums, differences = above + below, above - below
        parts = [
            sums[..., ::2] + sums[..., 1::2], sums[..., ::2] - sums[..., 1::2],
            differences[..., ::2] + differences[..., 1::2],
            differences[..., ::2] - differences[..., 1::2],
        ]  # fmt: skip
        return torch.cat(parts, dim=1) / 2


class InverseHaarWavelet2d(nn.Module):
    """Pixels from means and differences: (N, 4·C, H, W) → (N, C, 2·H, 2·W)."""

    def forward(self, input: Tensor) -> Tensor:
        mean, across, down, both = (input / 2).chunk(4, dim=1)
        top = torch.stack([mean + across + down + both, mean - across + down - both], dim=-1)
        bottom = torch.stack([mean + across - down - both, mean - across - down + both], dim=-1)
        return torch.stack([top.flatten(3), bottom.flatten(3)], dim=3).flatten(2, 3)
