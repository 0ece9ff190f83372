"""Torchvision's transforms where its own ask for more than a step says, or fail on small images.

Each draws what torchvision's draws, in the same order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torchvision import tv_tensors
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F
from torchvision.transforms.v2 import query_chw


class Resize(v2.Resize):
    """To a multiple of the input's size (height, width)."""

    def __init__(self, size: Sequence[int], factor: float, **arguments: Any) -> None:
        super().__init__([max(1, round(side * factor)) for side in size], **arguments)


class RandomCrop(v2.RandomCrop):
    """An image too small to be mirrored so far is padded with its edge. Boxes move whatever the
    padding is made of."""

    def __init__(self, size: Sequence[int], padding: int, **arguments: Any) -> None:
        super().__init__(size, padding or None, **arguments)

    def _call_kernel(self, functional: Callable, inpt: Any, *args: Any, **kwargs: Any) -> Any:
        if functional is F.pad and isinstance(inpt, tv_tensors.BoundingBoxes):
            kwargs["padding_mode"] = "constant"
        elif functional is F.pad and max(kwargs["padding"]) >= min(inpt.shape[-2:]):
            kwargs["padding_mode"] = "constant" if self.padding_mode == "constant" else "edge"
        return super()._call_kernel(functional, inpt, *args, **kwargs)

    def many(self, images: Tensor, drawn: Sequence[dict[str, Any]]) -> Tensor:
        """It for several images (N, C, H, W) at once: all are padded alike."""
        at_its_corner = {**drawn[0], "needs_crop": False}
        padded = self.transform(images, at_its_corner)
        height, width = drawn[0]["height"], drawn[0]["width"]
        return torch.stack([
            image[:, one["top"] : one["top"] + height, one["left"] : one["left"] + width]
            for image, one in zip(padded, drawn, strict=True)
        ])  # fmt: skip


class ElasticTransform(v2.ElasticTransform):
    """Waves may be wider than the image is."""

    def _call_kernel(self, functional: Callable, inpt: Any, *args: Any, **kwargs: Any) -> Any:
        if functional is F.gaussian_blur:
            kernel, sigma = args
            return F.gaussian_blur(inpt, [_kernel_within(inpt, kernel[0])] * 2, sigma)
        return super()._call_kernel(functional, inpt, *args, **kwargs)


class GaussianBlur(v2.GaussianBlur):
    """With a kernel of three sigmas to each side, as far as the image reaches."""

    def __init__(self, sigma: tuple[float, float]) -> None:
        super().__init__(2 * math.ceil(3 * sigma[1]) + 1, sigma)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        size = _kernel_within(inpt, self.kernel_size[0])
        return self._call_kernel(F.gaussian_blur, inpt, [size, size], **params)


class GaussianNoise(v2.Transform):
    """v2.GaussianNoise for uint8, which older versions of it do not take."""

    def __init__(self, sigma: float) -> None:
        super().__init__()
        self.sigma = sigma

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {"noise": torch.randn(query_chw(flat_inputs))}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        noisy: Tensor = inpt + params["noise"] * (self.sigma * 255)
        return noisy.round_().clamp_(0, 255).to(torch.uint8)


class AugMix(v2.AugMix):
    """Draws while it changes the image: both happen at once."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {"changed": self.forward(flat_inputs[0])}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        return params["changed"]


def _kernel_within(image: Tensor, kernel: int) -> int:
    """The kernel's size, or the largest for which the image can be mirrored at its edges."""
    return min(kernel, 2 * min(image.shape[-2:]) - 1)
