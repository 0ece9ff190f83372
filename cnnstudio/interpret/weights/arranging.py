"""From weights as torch keeps them to kernels by output and input channel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import nn
from torch.nn.modules import conv

from cnnstudio.interpret.weights.finding import Found, flattened_shape, is_fed_by_image

RED_GREEN_BLUE = 3


@dataclass(frozen=True, eq=False)
class Arranged:
    """As in `Filters`: weights of 5 dimensions are kernels, of 2 a matrix, of 1 a vector."""

    weights: np.ndarray
    reads: np.ndarray | None = None
    in_colour: bool = False
    note: str = ""


def arranged(found: Found, parameter: str, values: np.ndarray) -> Arranged:
    """A module's weights, arranged for looking at them."""
    module = found.module
    if parameter == "weight" and isinstance(module, conv._ConvNd):
        return _of_convolution(found, module, values)
    if parameter == "weight" and isinstance(module, nn.Linear):
        return _of_linear(found, values)
    return _of_any(values)


def _of_convolution(found: Found, module: conv._ConvNd, values: np.ndarray) -> Arranged:
    groups, notes = module.groups, []
    outputs = module.out_channels
    if isinstance(module, conv._ConvTransposeNd):
        # (in, out / groups, …): of each group the channels swap.
        split = values.reshape(groups, -1, outputs // groups, *values.shape[2:])
        values = split.swapaxes(1, 2).reshape(outputs, -1, *values.shape[2:])
        notes.append("Transposed: a picture is what one input value paints into the output.")
    inputs = values.shape[1]
    group = np.arange(outputs) // (outputs // groups)
    reads = group[:, None] * inputs + np.arange(inputs)
    if groups > 1:
        every = "only one input channel" if inputs == 1 else f"only {inputs} input channels"
        notes.append(f"In {groups} groups: each filter reads {every}.")
    size = values.shape[2:]
    if np.prod(size) == 1:
        return _matrix(values.reshape(outputs, inputs), " ".join(notes))
    if len(size) == 1:  # (out, in, k): one picture, a row for each input
        notes.append("A row for each input channel, along the kernel.")
        return Arranged(values[:, None, None], reads[:, :1], note=" ".join(notes))
    kernels = values if len(size) == 3 else values[:, :, None]
    in_colour = inputs == RED_GREEN_BLUE == inputs * groups and is_fed_by_image(found)
    if in_colour:
        notes.append("Red, green and blue are the weights of the image's channels; grey is 0.")
    return Arranged(kernels, reads, in_colour, " ".join(notes))


def _of_linear(found: Found, values: np.ndarray) -> Arranged:
    shape = flattened_shape(found)
    outputs = len(values)
    if shape is None or np.prod(shape) != values.shape[1] or np.prod(shape[1:]) == 1:
        return _matrix(values)
    note = f"Laid out as the {'×'.join(map(str, shape))} map that is flattened before it."
    if len(shape) == 2:
        return Arranged(values.reshape(outputs, 1, 1, *shape), note=note)
    maps = values.reshape(outputs, shape[0], -1, *shape[-2:])
    reads = np.tile(np.arange(shape[0]), (outputs, 1))
    in_colour = shape[0] == RED_GREEN_BLUE and is_fed_by_image(found)
    if in_colour:
        note += " Red, green and blue are the weights of the image's channels; grey is 0."
    return Arranged(maps, reads, in_colour, note)


def _of_any(values: np.ndarray) -> Arranged:
    while values.ndim > 1 and values.shape[0] == 1:
        values = values[0]
    if values.ndim < 2:
        return Arranged(values.reshape(-1))
    if values.ndim == 2:
        return _matrix(values, "A row for each first index, a column for each second.")
    whole = values.reshape(values.shape[0], -1, *values.shape[-2:])
    return Arranged(whole[:, :, None])


def _matrix(values: np.ndarray, note: str = "") -> Arranged:
    if values.shape[1] == 1:
        return Arranged(values.reshape(-1), note=note)
    told = note or "A row for each unit, a column for each input."
    return Arranged(values, note=told)
