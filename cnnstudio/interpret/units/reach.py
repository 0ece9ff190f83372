"""How far an operation's values reach back, in arithmetic of (max, max) in place of (sum, product).

A value is here not what the network computes but the furthest coordinate of the image that it
depends on. So each operation takes the largest of what it depends on, whatever its weights are,
and −∞ stands for what depends on nothing: a constant, or padding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd

NOWHERE = float("-inf")

MAX_POOL = (functional.max_pool1d, functional.max_pool2d, functional.max_pool3d)
ADAPTIVE = (
    functional.adaptive_max_pool1d,
    functional.adaptive_max_pool2d,
    functional.adaptive_max_pool3d,
)


def thin(value: Tensor) -> Tensor:
    """One channel of (B, C, …) where all share it: an expanded tensor is kept as it is held."""
    shared = value.ndim > 1 and value.stride(1) == 0 and value.shape[1] > 0
    return value[:, :1] if shared else value


def each_channel(work: Callable[[Tensor], Tensor], value: Tensor) -> Tensor:
    """The same work on each channel, done once where they are one."""
    done = work(thin(value))
    return done.expand(-1, value.shape[1], *[-1] * (done.ndim - 2))


def largest(values: Sequence[Tensor]) -> Tensor:
    """Element by element, as broadcasting has it."""
    shape = torch.broadcast_shapes(*(value.shape for value in values))
    aligned = [value.expand(shape) for value in values]
    found = [thin(value) for value in aligned]
    result = found[0]
    for value in found[1:]:
        result = torch.maximum(result, value)
    return result.expand(shape)


def windows(
    value: Tensor, size: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> Tensor:
    """The largest in each window of (B, C, …), without padding."""
    pool = MAX_POOL[len(size) - 1]
    return pool(value, tuple(size), tuple(stride), 0, tuple(dilation))


def convolution(module: _ConvNd, value: Tensor) -> Tensor:
    """What `module`, transposed or not, makes of (B, C, …): weights of zero count as others."""
    channels = _grouped(value, module.groups)
    if isinstance(module, _ConvTransposeNd):
        channels = _spread(module, channels)
        reached = windows(channels, module.kernel_size, (1,) * len(module.stride), module.dilation)
    else:
        mode = "constant" if module.padding_mode == "zeros" else module.padding_mode
        around = list(module._reversed_padding_repeated_twice)
        if any(around):
            fill = {"value": NOWHERE} if mode == "constant" else {}
            channels = functional.pad(channels, around, mode, **fill)
        reached = windows(channels, module.kernel_size, module.stride, module.dilation)
    places = [-1] * (reached.ndim - 2)
    if reached.shape[1] == 1:
        return reached.expand(-1, module.out_channels, *places)
    return reached.repeat_interleave(module.out_channels // module.groups, 1)


def _grouped(value: Tensor, groups: int) -> Tensor:
    """(B, groups, …), or (B, 1, …) where that is the same."""
    few = thin(value)
    if few.shape[1] == 1 or groups == 1:
        return few.amax(1, keepdim=True)
    return few.unflatten(1, (groups, -1)).amax(2)


def _spread(module: _ConvTransposeNd, value: Tensor) -> Tensor:
    """The input of a transposed convolution with its gaps, so that a common one follows."""
    sizes = [(old - 1) * step + 1 for old, step in zip(value.shape[2:], module.stride, strict=True)]
    spread = value.new_full((*value.shape[:2], *sizes), NOWHERE)
    steps: Any = tuple(slice(None, None, int(step)) for step in module.stride)
    spread[(..., *steps)] = value
    around: list[int] = []
    edges: Any = module.padding
    for kernel, dilation, padding, more in zip(
        module.kernel_size, module.dilation, edges, module.output_padding, strict=True
    ):
        edge = dilation * (kernel - 1) - int(padding)
        around = [edge, edge + more, *around]
    return functional.pad(spread, around, value=NOWHERE)


def pooled(module: nn.Module, value: Tensor) -> Tensor | None:
    """What a pooling layer makes of (B, C, …); None for one whose windows aren't known."""
    rank = value.ndim - 2
    name = type(module).__name__
    if not 1 <= rank <= 3:
        return None
    if name.startswith("Adaptive"):
        size: Any = module.output_size
        return each_channel(lambda one: ADAPTIVE[rank - 1](one, size), value)
    if not name.startswith(("MaxPool", "AvgPool", "LPPool")):
        return None
    return windows_of(
        value, module.kernel_size, module.stride, getattr(module, "padding", 0),
        getattr(module, "dilation", 1), bool(module.ceil_mode),
    )  # fmt: skip


def windows_of(
    value: Tensor, size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> Tensor:
    """Pooling as torch's functions call it."""
    pool = MAX_POOL[value.ndim - 3]
    step = size if stride in (None, []) else stride
    return each_channel(lambda one: pool(one, size, step, padding, dilation, ceil_mode), value)


def resized(value: Tensor, shape: Sequence[int], mode: str, align_corners: bool | None) -> Tensor:
    """(B, C, …) enlarged or made smaller to `shape` (of its places) by interpolation."""
    if mode.startswith("nearest") or mode == "area":
        whole = mode == "area"
        if whole:
            return each_channel(lambda one: ADAPTIVE[len(shape) - 1](one, tuple(shape)), value)
        return each_channel(
            lambda one: functional.interpolate(one, size=tuple(shape), mode=mode), value
        )
    more = 1 if mode == "bicubic" else 0
    result = value
    for axis, size in enumerate(shape, start=2):
        last = result.shape[axis] - 1
        ramp = torch.arange(last + 1, dtype=torch.float64)[None, None]
        at = functional.interpolate(ramp, size=size, mode="linear", align_corners=align_corners)
        at = at[0, 0]
        between = (at - at.round()).abs() > 1e-9
        low = torch.where(between, at.floor() - more, at.round())
        high = torch.where(between, at.ceil() + more, at.round())
        candidates = [low, high, *([at.floor(), at.ceil()] if more else [])]
        chosen = [result.index_select(axis, c.clamp(0, last).long()) for c in candidates]
        result = largest(chosen)
    return result


def multiplied(first: Tensor, second: Tensor) -> Tensor:
    """A product of matrices."""
    return largest([first.amax(-1, keepdim=True), second.amax(-2, keepdim=True)])


def everywhere(values: Sequence[Tensor], like: Tensor) -> Tensor:
    """What depends on all of `values`, in the shape of `like`, whose batch is theirs."""
    batch = values[0].shape[0]
    most = torch.stack([value.flatten(1).amax(1) for value in values]).amax(0)
    if like.ndim and like.shape[0] != batch and batch in like.shape:
        axis = list(like.shape).index(batch)
        return most.view(*[1] * axis, batch, *[1] * (like.ndim - axis - 1)).expand(like.shape)
    return most.view(-1, *[1] * (like.ndim - 1)).expand(like.shape)


def moved(call: Callable[..., Any], tensors: Sequence[Tensor]) -> Tensor | None:
    """What `call` makes of tensors if it only puts values elsewhere, or adds constants; None if it
    does more. Found by calling it with numbered values, and with their negatives."""
    sizes = [tensor.numel() for tensor in tensors]
    numbers = torch.arange(1, sum(sizes) + 1, dtype=torch.float64)
    coded = [
        part.view(tensor.shape)
        for part, tensor in zip(numbers.split(sizes), tensors, strict=True)
    ]  # fmt: skip
    try:
        there, back = call(*coded), call(*(-one for one in coded))
    except (RuntimeError, TypeError, NotImplementedError):
        return None
    if not isinstance(there, Tensor) or there.dtype != torch.float64:
        return None
    constant = there == back
    number = there.abs().long()
    told = (there == -back) & (there == number) & (number >= 1) & (number <= len(numbers))
    if not bool((constant | told).all()):
        return None
    flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
    found = flat[(number - 1).clamp(0, len(flat) - 1)]
    return torch.where(told, found, torch.full_like(found, NOWHERE))


def is_pointwise(call: Callable[[Tensor], Any], value: Tensor, kind: torch.dtype) -> bool:
    """Whether each output depends on the input at its own place only: what is no number there
    must come out there, and nowhere else."""
    if not value.numel():
        return False
    trial = torch.full(value.shape, 0.5, dtype=kind)
    for place in {0, value.numel() // 2, value.numel() - 1}:
        trial.view(-1)[place] = float("nan")
    try:
        result = call(trial.clone())
    except (RuntimeError, TypeError, NotImplementedError):
        return False
    return (
        isinstance(result, Tensor)
        and result.shape == trial.shape
        and bool((result.isnan() == trial.isnan()).all())
    )
