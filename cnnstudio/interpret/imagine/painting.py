"""An image as numbers that are easy to optimise, and the small changes that it is shown with."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

# Colours of photographs are correlated: this root of their covariance (ImageNet's, as in lucid,
# https://github.com/tensorflow/lucid) makes directions of equal importance of red, green, blue.
COLOUR_ROOT = (
    (0.26, 0.09, 0.02),
    (0.27, 0.00, -0.05),
    (0.27, -0.09, 0.03),
)
COLOURS = 3
SMALL = 0.01  # standard deviation of the noise that an image begins as
GREY = 0.5


class Painting:
    """Images (N, C, H, W) with levels in 0…1, made of `numbers` that an optimiser changes.

    "fourier": amplitudes of waves, each divided by its frequency, so that coarse patterns are as
    easy to make as fine ones; three channels are mixed from decorrelated colours (Olah,
    Mordvintsev, Schubert 2017, https://distill.pub/2017/feature-visualization). "pixels": the
    pixels.
    """

    def __init__(
        self, noise: Tensor, size: tuple[int, int], parametrization: str, like: Tensor
    ) -> None:
        """`noise` as `noise_for` draws it."""
        self._height, self._width = size
        self._fourier = parametrization == "fourier"
        self.numbers = (SMALL * noise).to(like).requires_grad_()
        if self._fourier:
            self._scale = _by_frequency(*size).to(like)
        root = torch.tensor(COLOUR_ROOT).to(like)
        self._colours = root / root.norm(dim=0).max()

    def levels(self) -> Tensor:
        """(N, C, H, W) in 0…1."""
        image = self.numbers
        if self._fourier:
            waves = torch.view_as_complex((image * self._scale[..., None]).contiguous())
            size = (self._height, self._width)
            image = torch.fft.irfft2(waves, s=size, norm="ortho") / 4
        if self._fourier and image.shape[1] == COLOURS:
            image = torch.einsum("nchw,dc->ndhw", image, self._colours)
        return torch.sigmoid(image)


def noise_for(
    parametrization: str, shape: tuple[int, int, int], generator: torch.Generator
) -> Tensor:
    """Standard normal numbers (1, …) that one image of this shape (C, H, W) begins as."""
    channels, height, width = shape
    places = (height, width // 2 + 1, 2) if parametrization == "fourier" else (height, width)
    return torch.randn(1, channels, *places, generator=generator)


def _by_frequency(height: int, width: int) -> Tensor:
    """(H, W // 2 + 1): one over the frequency of each wave, in an image of this size."""
    down = torch.fft.fftfreq(height)[:, None]
    across = torch.fft.rfftfreq(width)[None, :]
    frequency = (down**2 + across**2).sqrt()
    return 1 / frequency.clamp(min=1 / max(height, width))


def shaken(levels: Tensor, draws: Tensor, jitter: float, scale: float, rotate: float) -> Tensor:
    """Images moved, resized and turned a little; what comes in from outside is grey.

    `draws` (N, 4) in −1…1 are how far: across, down, in size, in angle. `jitter` is a share of the
    side, `scale` a share of the size, `rotate` in degrees.
    """
    if not (jitter or scale or rotate):
        return levels
    height, width = levels.shape[2:]
    angle = draws[:, 3] * math.radians(rotate)
    zoom = 1 / (1 + draws[:, 2] * scale)
    cos, sin = zoom * torch.cos(angle), zoom * torch.sin(angle)
    # Whole pixels: moving alone must not blur.
    across = (draws[:, 0] * jitter * width).round() * 2 / width
    down = (draws[:, 1] * jitter * height).round() * 2 / height
    rows = (
        torch.stack([cos, -sin * height / width, across], 1),
        torch.stack([sin * width / height, cos, down], 1),
    )
    grid = functional.affine_grid(torch.stack(rows, 1), list(levels.shape), align_corners=False)
    return functional.grid_sample(levels - GREY, grid, align_corners=False) + GREY


def total_variation(levels: Tensor) -> Tensor:
    """(N,): the mean size of the difference between neighbouring pixels."""
    down, across = levels.diff(dim=2).abs(), levels.diff(dim=3).abs()
    return (down.sum((1, 2, 3)) + across.sum((1, 2, 3))) / levels[0].numel()


def distance_from_grey(levels: Tensor) -> Tensor:
    """(N,): the mean squared distance from the middle level."""
    return (levels - GREY).square().mean((1, 2, 3))


def likeness(values: Tensor) -> Tensor:
    """How much alike several images are to a layer, from what it gives for them (N, C, h, w): the
    mean cosine between their Gram matrices, of all pairs."""
    flat = values.flatten(2)
    gram = functional.normalize((flat @ flat.transpose(1, 2)).flatten(1), dim=1)
    alike = gram @ gram.T
    count = len(values)
    return (alike.sum() - alike.diagonal().sum()) / (count * (count - 1))
