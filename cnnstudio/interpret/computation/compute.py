"""How one value of a network came about."""

from __future__ import annotations

from typing import Any

from torch import nn
from torch.nn.modules.conv import _ConvNd

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.computation.reading.call import Call, call_of
from cnnstudio.interpret.computation.reading.read import read
from cnnstudio.interpret.computation.working import Computation, Working
from cnnstudio.interpret.images import as_batch, evaluating, shape_text


def computation(
    model: nn.Module, image: Any, layer: str, unit: int = 0, position: Any = None
) -> Computation:
    """How the value of a unit at a place of its map came about: input window, weights, products,
    sums; or the winner of a pooling, the point on a curve, mean and variance.

    `image` is an array or tensor (C, H, W) or (1, C, H, W) as the network takes it, or a tuple with
    one for each input. `position` is a place of the map such as (row, column), by itself that of
    the largest value; () for a vector. The network evaluates: dropout does nothing, batch
    normalisation uses its running averages. Any node of the graph can be asked about; a kind that
    is not explained says so in `sentence`, and has no `result`.

    Raises ExplanationError for a layer, unit or place that the network doesn't have.
    """
    working = working_of(model, image, layer, unit)
    if position is None:
        return working.at(working.strongest())
    return working.at(tuple(int(at) for at in position))


def working_of(model: nn.Module, image: Any, layer: str, unit: int = 0) -> Working:
    """How a unit computes, for all places of its map."""
    with evaluating(model):
        return read(layer_call(model, image, layer), unit)


def layer_call(model: nn.Module, image: Any, layer: str) -> Call:
    """What a layer was given for an image, and what it gave. To be read while it evaluates."""
    images = image if isinstance(image, tuple) else (image,)
    with evaluating(model):
        return call_of(model, tuple(_single(one, model) for one in images), layer)


def _single(image: Any, model: nn.Module) -> Any:
    """A batch of one."""
    batch = as_batch(image, model)
    first = next((part for part in model.modules() if isinstance(part, _ConvNd)), None)
    if first is not None and batch.ndim == first.weight.ndim - 1:
        batch = batch[None]
    if len(batch) != 1:
        raise ExplanationError(
            f"The images have the shape {shape_text(batch.shape)}: {len(batch)} images.",
            "Give one image: how a value comes about is told for one.",
        )
    return batch
