"""Spectra and other views of signals."""

from __future__ import annotations

from cnnstudio.layers.declaration import parameter
from cnnstudio.layers.kind import channels, layer

CATEGORY = "Signal"
STFT = "https://docs.pytorch.org/docs/stable/generated/torch.stft.html"
FFT = "https://docs.pytorch.org/docs/stable/fft.html"


class ShortTime:
    n_fft: int = parameter(
        64, minimum=2, title="Window", headline=True, help="samples that are looked at together"
    )
    hop_length: int = parameter(
        16, minimum=1, title="Hop", headline=True, help="samples between two windows"
    )


@layer(
    "Spectrogram", category=CATEGORY, target="cnnstudio.modules.signal.Spectrogram",
    icon="mdi6.chart-histogram", ranks=[3], common=True, also_called=("stft", "audio"),
    formula="(N, C, T) → (N, C, window/2 + 1, frames)", used_in="The first step over audio.",
    reference=STFT, examples=[[(1, 256)]],
)  # fmt: skip
class Spectrogram(ShortTime):
    """How strong each frequency is at each time: an image of a signal, one for each channel."""

    power: float = parameter(
        2.0, minimum=0.1, title="Exponent", help="1 for the magnitude, 2 for the power"
    )


@layer(
    "Mel spectrogram", category=CATEGORY, target="cnnstudio.modules.signal.MelSpectrogram",
    icon="mdi6.music-clef-treble", ranks=[3], common=True, also_called=("mel", "audio"),
    formula="(N, C, T) → (N, C, bands, frames)", used_in="Recognition of speech and sounds.",
    reference="https://docs.pytorch.org/audio/stable/generated/torchaudio.transforms.MelSpectrogram.html",
    examples=[[(1, 256)]],
)  # fmt: skip
class MelSpectrogram(ShortTime):
    """A spectrogram whose frequencies are gathered in bands as the ear does it."""

    n_mels: int = parameter(16, minimum=1, title="Bands", headline=True, help="number of mel bands")
    sample_rate: float = parameter(16000.0, minimum=1.0, help="samples a second of the audio")


@layer(
    "Decibels", category=CATEGORY, target="cnnstudio.modules.signal.Decibels",
    icon="mdi6.volume-high", common=True, also_called=("db", "loudness", "log"),
    formula="10 · log₁₀(max(x, floor))", used_in="Behind a spectrogram.",
    reference="https://docs.pytorch.org/audio/stable/generated/torchaudio.transforms.AmplitudeToDB.html",
)  # fmt: skip
class Decibels:
    """Powers as decibels: loudness as the ear has it."""

    floor: float = parameter(1e-10, minimum=1e-30, help="smallest power that counts")


@layer(
    "Frames", category=CATEGORY, target="cnnstudio.modules.signal.Frames",
    icon="mdi6.format-columns", ranks=[3], also_called=("unfold", "windows", "segments"),
    formula="(N, C, T) → (N, C, frames, length)", used_in="Long signals, piece by piece.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.unfold.html",
)  # fmt: skip
class Frames:
    """Cuts a signal into pieces of equal length, which may overlap."""

    length: int = parameter(8, minimum=1, headline=True, help="samples in a piece")
    hop: int = parameter(4, minimum=1, headline=True, help="samples between two pieces")


@layer(
    "Pre-emphasis", category=CATEGORY, target="cnnstudio.modules.signal.PreEmphasis",
    icon="mdi6.tune-vertical-variant", ranks=[3], also_called=("high-pass",),
    formula="y(t) = x(t) − coefficient · x(t − 1)", used_in="Before spectra of speech.",
    reference="https://docs.pytorch.org/audio/stable/generated/torchaudio.transforms.Preemphasis.html",
)  # fmt: skip
class PreEmphasis:
    """Makes high frequencies louder: speech has less of them than they matter."""

    coefficient: float = parameter(0.97, headline=True, help="0 changes nothing")


@layer(
    "Fourier magnitude", category=CATEGORY, target="cnnstudio.modules.signal.FourierMagnitude",
    icon="mdi6.sine-wave", ranks=[2, 3, 4], common=True, also_called=("fft", "spectrum"),
    formula="|FFT(x)| over the last dimension, or two", used_in="Texture, rhythm, forgeries found.",
    reference=FFT,
)  # fmt: skip
class FourierMagnitude:
    """How strong each frequency is, over a whole signal or map."""

    dimensions: int = parameter(
        1, minimum=1, maximum=2, headline=True, help="1 for signals, 2 for maps"
    )
    log: bool = parameter(False, title="Logarithm", help="gives log(1 + magnitude)")


@layer(
    "Fourier transform", category=CATEGORY, target="cnnstudio.modules.signal.RealFourier",
    icon="mdi6.cosine-wave", ranks=[2, 3, 4], outputs=("real", "imaginary"), picks=[(0,), (1,)],
    also_called=("fft", "rfft"), formula="FFT(x), its real and its imaginary part",
    used_in="Networks that work on frequencies: FFC, LaMa.", reference=FFT,
)  # fmt: skip
class RealFourier:
    """The Fourier transform over the last dimension or two, real and imaginary part by
    themselves."""

    dimensions: int = parameter(
        1, minimum=1, maximum=2, headline=True, help="1 for signals, 2 for maps"
    )


@layer(
    "Inverse Fourier transform", category=CATEGORY,
    target="cnnstudio.modules.signal.InverseRealFourier", icon="mdi6.sawtooth-wave",
    ranks=[2, 3, 4], inputs=("real", "imaginary"), also_called=("ifft", "irfft"),
    formula="FFT⁻¹(a + i·b)", used_in="Behind a Fourier transform, back to values.", reference=FFT,
)  # fmt: skip
class InverseRealFourier:
    """Values from real and imaginary part: the reverse of the Fourier transform."""

    dimensions: int = parameter(
        1, minimum=1, maximum=2, headline=True, help="1 for signals, 2 for maps"
    )


@layer(
    "Spectral convolution {n}d", category=CATEGORY,
    target="cnnstudio.modules.signal.SpectralConv{n}d", icon="mdi6.waves-arrow-right",
    dimensions=(2, 1), inferred={"in_channels": channels}, also_called=("fno", "fourier layer"),
    formula="FFT⁻¹(W · FFT(x)), the lowest modes only", used_in="Fourier neural operators.",
    reference="https://arxiv.org/abs/2010.08895",
)  # fmt: skip
class SpectralConv:
    """Multiplies the lowest frequencies by learned numbers: a convolution that sees all of the
    {map} at once."""

    out_channels: int = parameter(
        32, minimum=1, title="Output channels", headline=True, help="number of filters"
    )
    modes: int = parameter(4, minimum=1, headline=True, help="frequencies kept in each direction")


@layer(
    "Haar wavelet 2d", category=CATEGORY, target="cnnstudio.modules.signal.HaarWavelet2d",
    icon="mdi6.checkerboard", ranks=[4], also_called=("dwt", "wavelet"),
    formula="(N, C, H, W) → (N, 4·C, H/2, W/2)",
    used_in="Wavelet networks: a pooling that loses nothing.",
    reference="https://arxiv.org/abs/1805.07071",
)  # fmt: skip
class HaarWavelet2d:
    """Means and differences of each 2×2 pixels: four maps for each channel, half as large. Height
    and width must be even."""


@layer(
    "Inverse Haar wavelet 2d", category=CATEGORY,
    target="cnnstudio.modules.signal.InverseHaarWavelet2d", icon="mdi6.checkerboard-plus",
    ranks=[4], also_called=("idwt", "wavelet"), formula="(N, 4·C, H, W) → (N, C, 2·H, 2·W)",
    used_in="Wavelet networks: decoders.", reference="https://arxiv.org/abs/1805.07071",
)  # fmt: skip
class InverseHaarWavelet2d:
    """Pixels from means and differences: the reverse of the Haar wavelet."""
