"""A batch of images on its way into a network, and the network while it is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, fx, nn

from cnnstudio.compiler.build import SHAPE
from cnnstudio.graph.errors import ExplanationError

AS_TAKEN = (
    "Give floats (N, channels, height, width) as the network takes them, such as "
    "cs.open_run('runs/first').images('test:0')."
)


def as_batch(images: Any, model: nn.Module) -> Tensor:
    """A float tensor of the shape that was given, first dimension N, on the model's device.

    Raises ExplanationError for what is no such array, is not finite, or has other channels than
    the only input of a graph of ours.
    """
    try:
        batch = torch.as_tensor(images)
    except (TypeError, ValueError, RuntimeError):
        raise ExplanationError(
            f"The images are no array of numbers, but {type(images).__name__}.", AS_TAKEN
        ) from None
    if not batch.is_floating_point():
        kind = str(batch.dtype).removeprefix("torch.")
        raise ExplanationError(
            f"The images are whole numbers ({kind}), as a file holds them, not what the network "
            "takes.",
            AS_TAKEN,
        )
    if batch.ndim < 2 or batch.shape[0] == 0:
        raise ExplanationError(
            f"The images have the shape {shape_text(batch.shape)}, which is no batch.",
            "Give an array of shape (N, channels, height, width).",
        )
    if not torch.isfinite(batch).all():
        raise ExplanationError("The images hold values that are no numbers (NaN) or infinite.")
    _has_the_channels(batch, model)
    reference = next(model.parameters(), None)
    if reference is None:
        return batch.float()
    return batch.to(device=reference.device, dtype=reference.dtype)


def _has_the_channels(batch: Tensor, model: nn.Module) -> None:
    if not isinstance(model, fx.GraphModule):
        return
    shapes = [node.meta.get(SHAPE) for node in model.graph.nodes if node.op == "placeholder"]
    if len(shapes) != 1 or shapes[0] is None or len(shapes[0]) != 3 or batch.ndim != 4:
        return
    if batch.shape[1] != shapes[0][0]:
        raise ExplanationError(
            f"The images have {batch.shape[1]} channels, the network takes {shapes[0][0]}.",
            f"Give an array of shape (N, {', '.join(map(str, shapes[0]))}).",
        )


@contextmanager
def accepting(batch: Tensor) -> Iterator[None]:
    """ExplanationError where the network fails inside on a batch: mostly for its size."""
    try:
        yield
    except torch.OutOfMemoryError:
        raise
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().split("\n")[0].rstrip(".")
        raise ExplanationError(
            f"The network can't be run on images of {shape_text(batch.shape[1:])}: {reason}.",
            "Give images of the size that the network is made for.",
        ) from error


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
