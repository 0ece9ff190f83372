"""Normalisations: whose mean and variance they take."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import nn

from cnnstudio.interpret.computation.normalising import Normalisation
from cnnstudio.interpret.computation.reading.call import Call
from cnnstudio.interpret.computation.reading.sliding import each, numbers
from cnnstudio.interpret.computation.working import Working

FORMULA = "(x − mean) / √(variance + eps)"
RUNNING = "running averages from training"
IMAGE = "this image's channel"


def normalisation(call: Call, facts: dict[str, Any], unit: int) -> Working | None:
    """None if the call is no normalisation with a mean and variance."""
    from torchvision.ops import FrozenBatchNorm2d

    module: Any = call.target
    kind = type(module)
    if isinstance(module, nn.modules.batchnorm._BatchNorm):
        if kind.forward is not nn.modules.batchnorm._BatchNorm.forward:
            return None
        return _by_channel(call, facts, unit, "batch normalisation", module.running_mean,
                           module.running_var, module.weight, module.bias, module.eps)  # fmt: skip
    if isinstance(module, FrozenBatchNorm2d):
        return _by_channel(call, facts, unit, "frozen batch normalisation", module.running_mean,
                           module.running_var, module.weight, module.bias, module.eps)  # fmt: skip
    if isinstance(module, nn.modules.instancenorm._InstanceNorm):
        known = module.track_running_stats
        return _by_channel(call, facts, unit, "instance normalisation",
                           module.running_mean if known else None,
                           module.running_var if known else None,
                           module.weight, module.bias, module.eps)  # fmt: skip
    if kind is nn.GroupNorm:
        return _by_group(call, facts, unit, module.num_groups, module.weight, module.bias,
                         module.eps)  # fmt: skip
    if kind is nn.LayerNorm:
        return _by_place(call, facts, unit, "layer normalisation", len(module.normalized_shape),
                         module.weight, module.bias, module.eps)  # fmt: skip
    if kind is nn.RMSNorm:
        eps = np.finfo(numbers(call.output).dtype).eps if module.eps is None else module.eps
        return _by_place(call, facts, unit, "RMS normalisation", len(module.normalized_shape),
                         module.weight, None, float(eps), centred=False)  # fmt: skip
    if isinstance(module, nn.Module):
        return _over_channels(call, facts, unit) if call.name == "ChannelLayerNorm" else None
    given = call.argument
    if call.name == "layer_norm":
        shape = each(given(1, "normalized_shape"), 1, as_given=True)
        return _by_place(call, facts, unit, "layer normalisation", len(shape), given(2, "weight"),
                         given(3, "bias"), given(4, "eps", 1e-5))  # fmt: skip
    if call.name == "group_norm":
        return _by_group(call, facts, unit, given(1, "num_groups"), given(2, "weight"),
                         given(3, "bias"), given(4, "eps", 1e-5))  # fmt: skip
    if call.name == "batch_norm":
        return _by_channel(call, facts, unit, "batch normalisation", given(1, "running_mean"),
                           given(2, "running_var"), given(3, "weight"), given(4, "bias"),
                           given(7, "eps", 1e-5))  # fmt: skip
    return None


def _by_channel(
    call: Call, facts: dict[str, Any], unit: int, kind: str, mean: Any, variance: Any, weight: Any,
    bias: Any, eps: float,
) -> Normalisation:  # fmt: skip
    input = numbers(call.tensors[0][0, unit])
    if mean is None or variance is None:
        scope, mean, variance = IMAGE, input.mean(dtype=np.float64), input.var(dtype=np.float64)
    else:
        scope, mean, variance = RUNNING, numbers(mean[unit]), numbers(variance[unit])
    return _made(facts, kind, input, mean, variance, eps, _part(weight, unit), _part(bias, unit),
                 scope)  # fmt: skip


def _by_group(
    call: Call, facts: dict[str, Any], unit: int, groups: int, weight: Any, bias: Any, eps: float
) -> Normalisation:
    sample = numbers(call.tensors[0][0])
    size = len(sample) // groups
    first = unit // size * size
    group = sample[first : first + size]
    scope = f"channels {first} to {first + size - 1} of this image"
    if size == 1:
        scope = IMAGE
    elif groups == 1:
        scope = "all channels of this image"
    return _made(
        facts, "group normalisation", sample[unit], group.mean(dtype=np.float64),
        group.var(dtype=np.float64), eps, _part(weight, unit), _part(bias, unit), scope,
    )  # fmt: skip


def _by_place(
    call: Call, facts: dict[str, Any], unit: int, kind: str, dimensions: int, weight: Any,
    bias: Any, eps: float, centred: bool = True,
) -> Normalisation:  # fmt: skip
    """Over the last dimensions of each place."""
    sample = numbers(call.tensors[0][0])
    within = tuple(range(sample.ndim - dimensions, sample.ndim))
    if centred:
        mean = sample.mean(axis=within, keepdims=True, dtype=np.float64)
        variance = sample.var(axis=within, keepdims=True, dtype=np.float64)
    else:
        mean = np.zeros((1,) * sample.ndim)
        variance = np.square(sample.astype(np.float64)).mean(axis=within, keepdims=True)

    def of_unit(values: np.ndarray) -> np.ndarray:
        return np.asarray(values[0 if len(values) == 1 else unit])

    def spread(values: Any) -> np.ndarray | None:
        if values is None:
            return None
        ahead = (1,) * (sample.ndim - dimensions)
        return of_unit(numbers(values).reshape(*ahead, *values.shape))

    scope = "the last dimension" if dimensions == 1 else f"the last {dimensions} dimensions"
    if dimensions == sample.ndim:
        scope = "all values of this image"
    made = _made(facts, kind, sample[unit], of_unit(mean), of_unit(variance), eps, spread(weight),
                 spread(bias), scope)  # fmt: skip
    return made


def _over_channels(call: Call, facts: dict[str, Any], unit: int) -> Normalisation:
    """Of each place by itself, over its channels."""
    module: Any = call.target
    sample = numbers(call.tensors[0][0])
    return _made(
        facts, "layer normalisation over channels", sample[unit],
        sample.mean(axis=0, dtype=np.float64), sample.var(axis=0, dtype=np.float64), module.eps,
        _part(module.weight, unit), _part(module.bias, unit), "all channels at this place",
    )  # fmt: skip


def _part(values: Any, unit: int) -> np.ndarray | None:
    return None if values is None else np.asarray(numbers(values[unit]))


def _made(
    facts: dict[str, Any], kind: str, input: np.ndarray, mean: Any, variance: Any, eps: float,
    weight: np.ndarray | None, bias: np.ndarray | None, scope: str,
) -> Normalisation:  # fmt: skip
    formula = FORMULA if kind != "RMS normalisation" else "x / √(mean of x² + eps)"
    formula += " · weight" * (weight is not None) + " + bias" * (bias is not None)
    return Normalisation(
        **{**facts, "kind": kind, "formula": formula}, input=np.asarray(input),
        mean=np.asarray(mean), variance=np.asarray(variance), eps=float(eps), weight=weight,
        bias=bias, scope=scope,
    )  # fmt: skip
