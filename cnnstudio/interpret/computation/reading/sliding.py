"""Convolutions and poolings, of modules and functions."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from cnnstudio.interpret.computation.axes import Axis
from cnnstudio.interpret.computation.reading.call import Call
from cnnstudio.interpret.computation.sliding import Convolution, Pooling
from cnnstudio.interpret.computation.working import Working

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
MAX_POOLINGS = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)
AVERAGE_POOLINGS = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)
POWER_POOLINGS = (nn.LPPool1d, nn.LPPool2d, nn.LPPool3d)
ADAPTIVE_AVERAGES = (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d)
ADAPTIVE_MAXIMA = (nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d)
CONVOLUTION = "Σ input · weight + bias"
TRANSPOSED_CONVOLUTION = "Σ input · weight + bias, over the inputs that paint here"


def is_a(module: Any, kinds: tuple[type[nn.Module], ...]) -> bool:
    """Whether a module computes as one of these does: a class of its own may do otherwise."""
    return isinstance(module, kinds) and any(
        type(module).forward is kind.forward
        and getattr(type(module), "_conv_forward", None) is getattr(kind, "_conv_forward", None)
        for kind in kinds
    )


def convolution(call: Call, facts: dict[str, Any], unit: int) -> Working | None:
    """None if the call is no convolution."""
    target: Any = call.target
    if is_a(target, CONVOLUTIONS):
        return _convolution(
            call, facts, unit, target.weight, target.bias, target.stride, target.padding,
            target.dilation, target.groups, target.padding_mode,
        )  # fmt: skip
    if is_a(target, TRANSPOSED):
        return _transposed(
            call, facts, unit, target.weight, target.bias, target.stride, target.padding,
            target.dilation, target.groups,
        )  # fmt: skip
    if isinstance(target, nn.Module):
        return None
    given = call.argument
    if call.name in ("conv1d", "conv2d", "conv3d"):
        return _convolution(
            call, facts, unit, given(1, "weight"), given(2, "bias"), given(3, "stride", 1),
            given(4, "padding", 0), given(5, "dilation", 1), given(6, "groups", 1), "zeros",
        )  # fmt: skip
    if call.name in ("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"):
        return _transposed(
            call, facts, unit, given(1, "weight"), given(2, "bias"), given(3, "stride", 1),
            given(4, "padding", 0), given(7, "dilation", 1), given(6, "groups", 1),
        )  # fmt: skip
    return None


def pooling(call: Call, facts: dict[str, Any], unit: int) -> Working | None:
    """None if the call is no pooling."""
    target, given, name = call.target, call.argument, call.name
    module: Any = target
    if is_a(target, MAX_POOLINGS):
        return _max(call, facts, unit, module.kernel_size, module.stride, module.padding,
                    module.dilation)  # fmt: skip
    if is_a(target, AVERAGE_POOLINGS):
        return _average(call, facts, unit, module.kernel_size, module.stride, module.padding,
                        module.count_include_pad,
                        getattr(module, "divisor_override", None))  # fmt: skip
    if is_a(target, POWER_POOLINGS):
        return _power(call, facts, unit, module.norm_type, module.kernel_size, module.stride)
    if is_a(target, ADAPTIVE_AVERAGES):
        return _adaptive(call, facts, unit, "average")
    if is_a(target, ADAPTIVE_MAXIMA):
        return _adaptive(call, facts, unit, "max")
    if isinstance(target, nn.Module):
        return None
    size, stride = given(1, "kernel_size"), given(2, "stride")
    if name in ("max_pool1d", "max_pool2d", "max_pool3d"):
        return _max(call, facts, unit, size, stride, given(3, "padding", 0),
                    given(4, "dilation", 1))  # fmt: skip
    if name in ("avg_pool1d", "avg_pool2d", "avg_pool3d"):
        return _average(call, facts, unit, size, stride, given(3, "padding", 0),
                        given(5, "count_include_pad", True),
                        given(6, "divisor_override"))  # fmt: skip
    if name in ("lp_pool1d", "lp_pool2d", "lp_pool3d"):
        return _power(call, facts, unit, given(1, "norm_type"), given(2, "kernel_size"),
                      given(3, "stride"))  # fmt: skip
    if name.startswith("adaptive_avg_pool"):
        return _adaptive(call, facts, unit, "average")
    if name.startswith("adaptive_max_pool"):
        return _adaptive(call, facts, unit, "max")
    if name in ("mean", "amax", "amin"):
        return _over_space(call, facts, unit, "average" if name == "mean" else name[1:])
    return None


def _convolution(
    call: Call, facts: dict[str, Any], unit: int, weight: Tensor, bias: Tensor | None,
    stride: Any, padding: Any, dilation: Any, groups: int, mode: str,
) -> Convolution:  # fmt: skip
    input = call.tensors[0][0]
    count = input.ndim - 1
    sizes, spread = weight.shape[2:], each(dilation, count)
    if padding == "same":
        margins = [d * (k - 1) for d, k in zip(spread, sizes, strict=True)]
        sides = [(margin // 2, margin - margin // 2) for margin in margins]
    else:
        sides = [(p, p) for p in each(0 if padding == "valid" else padding, count)]
    axes = tuple(
        Axis(int(size), int(places), int(kernel), step, before, after, wide, mode)
        for size, places, kernel, step, (before, after), wide in zip(
            input.shape[1:], call.output.shape[2:], sizes, each(stride, count), sides, spread,
            strict=True,
        )
    )  # fmt: skip
    seen = weight.shape[1]
    first = unit // (weight.shape[0] // groups) * seen
    kind = "depthwise convolution" if seen == 1 and len(input) == groups > 1 else "convolution"
    return Convolution(
        **{**facts, "kind": kind, "formula": CONVOLUTION},
        input=numbers(input[first : first + seen]), first=first,
        weight=numbers(weight[unit]), bias=one(bias, unit), axes=axes,
    )  # fmt: skip


def _transposed(
    call: Call, facts: dict[str, Any], unit: int, weight: Tensor, bias: Tensor | None,
    stride: Any, padding: Any, dilation: Any, groups: int,
) -> Convolution:  # fmt: skip
    input = call.tensors[0][0]
    count = input.ndim - 1
    axes = tuple(
        Axis(int(size), int(places), int(kernel), step, cut, 0, wide, "transposed")
        for size, places, kernel, step, cut, wide in zip(
            input.shape[1:], call.output.shape[2:], weight.shape[2:], each(stride, count),
            each(padding, count), each(dilation, count), strict=True,
        )
    )  # fmt: skip
    seen, made = len(input) // groups, weight.shape[1]
    first = unit // made * seen
    return Convolution(
        **{**facts, "kind": "transposed convolution", "formula": TRANSPOSED_CONVOLUTION},
        input=numbers(input[first : first + seen]), first=first,
        weight=numbers(weight[first : first + seen, unit % made]), bias=one(bias, unit), axes=axes,
    )  # fmt: skip


def _max(
    call: Call, facts: dict[str, Any], unit: int, size: Any, stride: Any, padding: Any,
    dilation: Any,
) -> Pooling:  # fmt: skip
    axes = _axes(call, size, stride, padding, dilation)
    return Pooling(
        **{**facts, "kind": "max pooling", "formula": "the largest value of the window"},
        method="max", input=_channel(call, unit), first=unit, axes=axes,
    )  # fmt: skip


def _average(
    call: Call, facts: dict[str, Any], unit: int, size: Any, stride: Any, padding: Any,
    count_padding: bool, divisor: int | None,
) -> Pooling:  # fmt: skip
    return Pooling(
        **{**facts, "kind": "average pooling", "formula": "Σ window / number of values"},
        method="average", input=_channel(call, unit), first=unit,
        axes=_axes(call, size, stride, padding, 1), count_padding=count_padding,
        divisor=None if divisor is None else float(divisor),
    )  # fmt: skip


def _power(
    call: Call, facts: dict[str, Any], unit: int, exponent: float, size: Any, stride: Any
) -> Pooling:
    return Pooling(
        **{**facts, "kind": "power pooling", "formula": "(Σ xᵖ)^(1/p)"},
        method="power", input=_channel(call, unit), first=unit,
        axes=_axes(call, size, stride, 0, 1), exponent=float(exponent),
    )  # fmt: skip


def _adaptive(call: Call, facts: dict[str, Any], unit: int, method: str) -> Pooling:
    input = call.tensors[0][0]
    counts = call.output.shape[2:] if call.output.ndim == call.tensors[0].ndim else ()
    places = [int(count) for count in counts] or [1] * (input.ndim - 1)
    axes = tuple(
        Axis(int(size), count, -(-int(size) // count), mode="adaptive")
        for size, count in zip(input.shape[1:], places, strict=True)
    )
    said = {"average": "Σ window / number of values", "max": "the largest value of the window"}
    kind = f"adaptive {method} pooling"
    if all(count == 1 for count in places):
        kind = {"average": "mean over all places", "max": "largest of all places",
                "min": "smallest of all places"}[method]  # fmt: skip
        said = {"average": "Σ values / their number", "max": "the largest value",
                "min": "the smallest value"}  # fmt: skip
    return Pooling(
        **{**facts, "kind": kind, "formula": said[method]}, method=method,
        input=_channel(call, unit), first=unit, axes=axes,
    )  # fmt: skip


def _over_space(call: Call, facts: dict[str, Any], unit: int, method: str) -> Pooling | None:
    """A mean or maximum over all places of each channel."""
    input = call.tensors[0]
    dimensions = call.argument(1, "dim")
    if input.ndim < 3 or dimensions is None or len(call.tensors) > 1:
        return None
    chosen = sorted(d % input.ndim for d in each(dimensions, 1, as_given=True))
    return None if chosen != list(range(2, input.ndim)) else _adaptive(call, facts, unit, method)


def _axes(call: Call, size: Any, stride: Any, padding: Any, dilation: Any) -> tuple[Axis, ...]:
    input = call.tensors[0][0]
    count = input.ndim - 1
    steps = size if stride is None or stride == () or stride == [] else stride
    return tuple(
        Axis(int(length), int(places), kernel, step, margin, margin, wide)
        for length, places, kernel, step, margin, wide in zip(
            input.shape[1:], call.output.shape[2:], each(size, count), each(steps, count),
            each(padding, count), each(dilation, count), strict=True,
        )
    )  # fmt: skip


def _channel(call: Call, unit: int) -> Any:
    """(1, …): the channel that a pooling's unit reads."""
    return numbers(call.tensors[0][0][unit : unit + 1])


def each(value: Any, count: int, as_given: bool = False) -> list[int]:
    """One number for each dimension."""
    values = [int(v) for v in value] if isinstance(value, tuple | list) else [int(value)]
    return values if as_given or len(values) == count else values * count


def numbers(values: Tensor) -> Any:
    """A numpy array that can be sent: of half precision, as single."""
    values = values.detach().cpu()
    return (values.float() if values.dtype in (torch.float16, torch.bfloat16) else values).numpy()


def one(values: Tensor | None, index: int) -> float | None:
    return None if values is None else float(values.detach()[index])
