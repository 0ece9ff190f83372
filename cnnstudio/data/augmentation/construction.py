"""Transforms made of what is chosen."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import torch
from torchvision import tv_tensors
from torchvision.transforms import InterpolationMode

from cnnstudio.data.augmentation.chosen import Chosen

Size = tuple[int, int]  # height, width


def make_transform(chosen: Chosen, size: Size | None = None) -> Any:
    """A v2.Transform, or one that behaves alike; `size` is the input's, None for batches' steps.

    How often it is applied is left to whoever applies it.
    """
    declared, arguments = chosen.declared, dict(chosen.arguments)
    if declared.sized:
        arguments[declared.sized] = arguments.get(declared.sized) or size
    if "interpolation" in arguments:
        arguments["interpolation"] = InterpolationMode(arguments["interpolation"])
    if declared.filled:
        grey = float(arguments["fill"])
        # A mask is empty outside, whatever the image is filled with.
        arguments["fill"] = {torch.Tensor: grey, tv_tensors.Image: grey, "others": 0.0}
    module, _, name = declared.target.rpartition(".")
    return getattr(import_module(module), name)(**arguments)
