"""A batch of images on its way into a network, and the network while it is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, fx, nn

from cnnstudio.graph.errors import ExplanationError


def as_batch(images: Any, model: nn.Module) -> Tensor:
    """A float tensor of the shape that was given, first dimension N, on the model's device."""
    batch = torch.as_tensor(images)
    if batch.ndim < 2 or batch.shape[0] == 0:
        raise ExplanationError(
            f"The images have the shape {shape_text(batch.shape)}, which is no batch.",
            "Give an array of shape (N, channels, height, width).",
        )
    reference = next(model.parameters(), None)
    if reference is None:
        return batch.float()
    return batch.to(device=reference.device, dtype=reference.dtype)


def one_image_input(model: nn.Module) -> None:
    """Raises ExplanationError for a network with several inputs."""
    if not isinstance(model, fx.GraphModule):
        return
    inputs = [node.name for node in model.graph.nodes if node.op == "placeholder"]
    if len(inputs) != 1:
        raise ExplanationError(
            f"The network has {len(inputs)} inputs ({', '.join(inputs)}); explanations are made "
            "for networks with one.",
        )


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """The model in evaluation mode; each module gets its own mode back afterwards."""
    modes = {module: module.training for module in model.modules()}
    if not any(modes.values()):  # as is usual; setting each again would take its time
        yield
        return
    model.eval()
    try:
        yield
    finally:
        for module, training in modes.items():
            module.training = training


def shape_text(shape: Any) -> str:
    """`64×28×28`."""
    return "×".join(str(int(size)) for size in shape)
