"""Finds out whether a layer only puts values elsewhere, by giving it numbered ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from cnnstudio.interpret.computation.moving import FILLED, Moved
from cnnstudio.interpret.computation.reading.call import Call
from cnnstudio.interpret.computation.reading.sliding import numbers
from cnnstudio.interpret.computation.working import Working

MOST_VALUES = 2**24


def moved(call: Call, facts: dict[str, Any], unit: int) -> Working | None:
    """None of a layer that does more: flattening, padding, joining, cutting, dropout when nothing
    is dropped."""
    tensors = call.tensors
    if not tensors or sum(tensor.numel() for tensor in tensors) > MOST_VALUES:
        return None
    if call.target is None:
        sources = torch.arange(tensors[0].numel()).reshape(tensors[0].shape)
    else:
        found = _sources(call, tensors)
        if found is None:
            return None
        sources = found
    names = call.origins if len(call.origins) == len(tensors) else tuple("?" * len(tensors))
    same = all(a.shape == call.output.shape for a in tensors) and len(tensors) == 1
    kind = "values put elsewhere"
    if call.target is None:
        kind = "input"
    elif len(tensors) > 1:
        kind = "values joined"
    elif same and bool((sources.reshape(-1) == torch.arange(sources.numel())).all()):
        kind = "values unchanged"
    return Moved(
        **{**facts, "kind": kind}, names=names, inputs=tuple(numbers(t[0]) for t in tensors),
        sources=sources[0, unit].numpy(),
    )  # fmt: skip


def _sources(call: Call, tensors: list[Tensor]) -> Tensor | None:
    """Where each value of the output comes from: its number among all that were given.

    The layer is given numbers in place of the values, twice and in other orders: only one that
    moves them shows the same places both times.
    """
    total = sum(tensor.numel() for tensor in tensors)
    order = torch.arange(1, total + 1, dtype=torch.float64)
    signs = torch.from_numpy(np.random.default_rng(0).choice([-1.0, 1.0], total))
    label_sets = order * signs, order.flip(0) * -signs
    try:
        first, second = (_again(call, tensors, labels) for labels in label_sets)
    except (RuntimeError, TypeError, ValueError, IndexError):
        return None  # it takes no such numbers, so it does more than to move them
    output = call.output.cpu()
    if first.shape != output.shape or second.shape != output.shape:
        return None
    given = torch.cat([tensor.cpu().reshape(-1) for tensor in tensors])
    number = (first.abs() - 1).nan_to_num(0).round().clamp(0, total - 1).long()
    is_moved = (label_sets[0][number] == first) & (label_sets[1][number] == second)
    is_filled = (first == second) & (first == output)
    fits = torch.where(is_moved, given[number], output)
    same = (fits == output) | (fits.isnan() & output.isnan())
    if not bool((same & (is_moved | is_filled)).all()) or not bool(is_moved.any()):
        return None
    return torch.where(is_moved, number, FILLED)


def _again(call: Call, tensors: list[Tensor], labels: Tensor) -> Tensor:
    parts = labels.to(tensors[0].device).split([tensor.numel() for tensor in tensors])
    shaped = [part.reshape(t.shape) for part, t in zip(parts, tensors, strict=True)]
    return call.again(*shaped).cpu().double()
