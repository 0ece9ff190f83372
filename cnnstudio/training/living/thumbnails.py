"""Small pictures and numbers of every node for a few images, all from one run of the network.

While the network runs only what can't wait is done, in a few quick operations a node, since a later
layer may work in place; what is alike is then worked out for many nodes at once. Of torch's
reductions std_mean, aminmax and count_nonzero would take up to fifty times as long.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx
from torch.nn import functional

from cnnstudio.compiler.running import Watcher
from cnnstudio.training.living.look import NodeLook

MOST_VALUES = 256
FEW_VALUES = 2**15  # up to so many numpy begins sooner than torch is done

Loss = Callable[[Any, int], Tensor]  # of what the network gives, for one of the images


def node_looks(
    model: fx.GraphModule, images: Tensor, count: int, size: int, loss: Loss | None = None
) -> tuple[dict[str, NodeLook], Any]:
    """What each node gives for images (P, C, H, W), in order of computation, and what the network
    gives; the mode that the model is in is the caller's business.

    At most `count` maps of a node, at most `size` pixels wide. With `loss` the gradient of each
    image's loss as well: that of weights is not taken. Nodes that give neither (C, H, W), (C, L)
    nor a vector are left out.
    """
    seen: dict[str, _Seen] = {}
    last: tuple[Tensor, int, _Seen | None] | None = None

    def see(name: str, value: Tensor) -> None:
        nonlocal last
        # A block gives what its last layer gives. What works in place gives another version.
        if last is not None and last[0] is value and last[1] == value._version:
            found = last[2]
        else:
            found = _see(value.detach(), count, size)
            if found is not None and loss is not None and value.requires_grad:
                value.register_hook(lambda gradient: _flow_back(found, gradient, count, size))
            last = value, value._version, found
        if found is not None:
            seen[name] = found

    if loss is None:
        with torch.no_grad():
            result = Watcher(model, see).run(images)
        return _worked_out(seen), result
    with torch.enable_grad():
        # What comes first may work in place, which a leaf would not allow.
        leaf = images.detach().requires_grad_()
        result = Watcher(model, see).run(leaf.clone())
        whole = torch.stack([loss(result, number) for number in range(len(images))]).sum()
        if whole.requires_grad:
            torch.autograd.grad(whole, leaf, allow_unused=True)
    return _worked_out(seen), _detached(result)


@dataclass(slots=True, eq=False)
class _Seen:
    """What is kept of a node's output (P, channels, …): of each unit its smallest and largest
    value, sum and sum of squares (4, P, channels); how many values are 0 (P,); the first units'
    `part`."""

    channels: int
    size: int
    units: Tensor | np.ndarray
    zeros: Any
    part: Tensor  # (P, n, h, w), or (P, n) of a vector
    gradient: Tensor | None = None  # (P,)
    gradient_part: Tensor | None = None


def _see(value: Tensor, count: int, size: int) -> _Seen | None:
    if value.ndim not in (2, 3, 4) or value.numel() == 0:
        return None
    if value.dtype != torch.float32:
        value = value.float()
    probes, channels = value.shape[:2]
    each = value.numel() // probes
    part = _part(value, count, size)
    if value.device.type != "cpu":
        units = value.reshape(probes, channels, -1)
        zeros: Any = (value.reshape(probes, -1) == 0).sum(dim=1)
        return _Seen(channels, each, torch.stack(_reduced(units)), zeros, part)
    flat = value.numpy().reshape(probes, -1)
    zeros = [np.count_nonzero(row == 0) for row in flat]
    if each <= FEW_VALUES:
        own = flat.reshape(probes, channels, -1)
        kept = np.empty((4, probes, channels), np.float32)
        np.minimum.reduce(own, 2, out=kept[0])
        np.maximum.reduce(own, 2, out=kept[1])
        np.add.reduce(own, 2, out=kept[2])
        np.einsum("pcn,pcn->pc", own, own, out=kept[3])
    else:
        kept = np.stack([_array(one) for one in _reduced(value.reshape(probes, channels, -1))])
    return _Seen(channels, each, kept, zeros, part)


def _reduced(units: Tensor) -> list[Tensor]:
    """Smallest and largest value, sum and sum of squares (P, channels) of (P, channels, n)."""
    lengths = torch.linalg.vector_norm(units, dim=2)
    return [units.amin(2), units.amax(2), units.sum(2), lengths.square()]


def _flow_back(seen: _Seen, gradient: Tensor, count: int, size: int) -> None:
    gradient = gradient.detach().float()
    seen.gradient = torch.linalg.vector_norm(gradient.reshape(len(gradient), -1), dim=1)
    seen.gradient_part = _part(gradient, count, size)


def _part(value: Tensor, count: int, size: int) -> Tensor:
    """A copy of the first units: (P, n, h, w) of at most `size` pixels, or a vector's (P, n)."""
    probes, channels = value.shape[:2]
    if value.numel() == probes * channels:
        return value.reshape(probes, -1)[:, :MOST_VALUES].clone()
    part = value[:, :count]
    if part.ndim == 3:  # a signal is a map one pixel high
        part = part[:, :, None]
    height, width = part.shape[2:]
    if max(height, width) <= size:
        return part.clone()
    scale = size / max(height, width)
    fitted = (max(1, round(height * scale)), max(1, round(width * scale)))
    return functional.interpolate(part, size=fitted, mode="area")


def _worked_out(seen: dict[str, _Seen]) -> dict[str, NodeLook]:
    all_seen = list(dict.fromkeys(seen.values()))
    numbers: dict[_Seen, np.ndarray] = {}
    for alike in _grouped(all_seen, lambda one: (one.channels, one.size)):
        numbers.update(zip(alike, _numbers(alike), strict=True))
    maps: dict[_Seen, np.ndarray] = {}
    gradient_maps: dict[_Seen, np.ndarray] = {}
    for alike in _grouped(all_seen, lambda one: one.part.shape):
        parts = _array(torch.stack([one.part for one in alike]))
        if parts.ndim == 3:
            maps.update(zip(alike, parts, strict=True))
            continue
        low, high = (edge((3, 4), keepdims=True) for edge in (parts.min, parts.max))
        maps.update(zip(alike, _levels(parts - low, high - low), strict=True))
    back = [one for one in all_seen if one.gradient_part is not None]
    for alike in _grouped(back, lambda one: one.part.shape):
        parts = _array(torch.stack([one.gradient_part for one in alike]))  # type: ignore[misc]
        if parts.ndim == 3:
            gradient_maps.update(zip(alike, parts, strict=True))
            continue
        limit = _limit(parts)
        shown = _levels(parts.clip(-limit, limit) + limit, 2 * limit)
        gradient_maps.update(zip(alike, shown, strict=True))
    return {
        name: _look(one, numbers[one], maps[one], gradient_maps.get(one))
        for name, one in seen.items()
    }


def _look(
    seen: _Seen, numbers: np.ndarray, part: np.ndarray, gradient: np.ndarray | None
) -> NodeLook:
    norm = None if seen.gradient is None else _array(seen.gradient)
    if seen.part.ndim == 2:
        return NodeLook(seen.channels, seen.size, numbers, None, part, norm, None, gradient)
    return NodeLook(seen.channels, seen.size, numbers, part, None, norm, gradient, None)


def _numbers(alike: list[_Seen]) -> np.ndarray:
    """(nodes, P, 6), see `NodeLook`, of nodes with as many units and values."""
    low, high, sums, squares = _stacked([one.units for one in alike])
    zeros = [one.zeros for one in alike]
    size = alike[0].size
    found = np.empty((*low.shape[:2], 6), np.float32)
    with np.errstate(all="ignore"):  # a network that diverged has its pictures, too
        mean = sums.sum(2, dtype=np.float64) / size
        square = squares.sum(2, dtype=np.float64) / size
        found[..., 0] = mean
        found[..., 1] = np.sqrt(np.maximum(square - mean**2, 0))
    found[..., 2] = low.min(2)
    found[..., 3] = high.max(2)
    tensors = isinstance(zeros[0], Tensor)
    found[..., 4] = (_array(torch.stack(zeros)) if tensors else np.array(zeros)) / size
    found[..., 5] = ((low == 0) & (high == 0)).sum(2)
    return found


def _limit(gradients: np.ndarray) -> np.ndarray:
    """The end of the scale for gradients (nodes, P, n, h, w): the largest, but no more than four
    times the root mean square, or a few pixels would leave the others pale."""
    with np.errstate(all="ignore"):
        rms = np.sqrt(np.square(gradients).mean((2, 3, 4), keepdims=True))
    found: np.ndarray = np.minimum(np.abs(gradients).max((2, 3, 4), keepdims=True), 4 * rms)
    return found


def _stacked(units: Sequence[Any]) -> np.ndarray:
    """(4, nodes, P, channels)"""
    if isinstance(units[0], Tensor):
        return _array(torch.stack(list(units), 1))
    found: np.ndarray = np.stack(units, 1)
    return found


def _levels(above: np.ndarray, span: np.ndarray) -> np.ndarray:
    """uint8: values from 0 to `span` as 0 to 255; 0 where all are the same."""
    with np.errstate(all="ignore"):
        levels = above * (np.float32(255) / np.maximum(span, np.float32(1e-30)))
        if not np.isfinite(span).all():
            levels = np.nan_to_num(levels).clip(0, 255)
    levels += np.float32(0.5)
    found: np.ndarray = levels.astype(np.uint8)
    return found


def _grouped(seen: Iterable[_Seen], key: Callable[[_Seen], Hashable]) -> Iterable[list[_Seen]]:
    groups: dict[Hashable, list[_Seen]] = defaultdict(list)
    for one in seen:
        groups[key(one)].append(one)
    return groups.values()


def _detached(result: Any) -> Any:
    if isinstance(result, dict):
        return {name: _detached(value) for name, value in result.items()}
    return result.detach() if isinstance(result, Tensor) else result


def _array(values: Tensor) -> np.ndarray:
    found: np.ndarray = values.detach().cpu().numpy()
    return found
