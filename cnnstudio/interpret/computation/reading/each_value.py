"""Functions of single values, shares, and arithmetic of several inputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cnnstudio.interpret.computation.pointwise import Pointwise
from cnnstudio.interpret.computation.reading.call import Call
from cnnstudio.interpret.computation.reading.kinds import is_curve, kind_of
from cnnstudio.interpret.computation.reading.sliding import numbers
from cnnstudio.interpret.computation.shares import Shares
from cnnstudio.interpret.computation.summing import Combination, Linear
from cnnstudio.interpret.computation.working import Working

CURVE_POINTS = 241
MARGIN = 0.1
LEAST_REACH = 1.0

COMBINED = {
    "add": "sum", "mul": "product", "multiply": "product", "sub": "difference",
    "truediv": "quotient", "div": "quotient", "maximum": "maximum", "minimum": "minimum",
    "pow": "power", "Average": "mean",
}  # fmt: skip
COMBINED_FORMULAS = {
    "sum": "a + b + …", "product": "a · b · …", "difference": "a − b", "quotient": "a / b",
    "power": "aᵇ", "maximum": "max(a, b)", "minimum": "min(a, b)", "mean": "(a + b + …) / number",
}  # fmt: skip
# (sign, whether the logarithm is taken)
SHARES = {
    "softmax": (1, False), "log_softmax": (1, True), "softmin": (-1, False),
    "Softmax": (1, False), "LogSoftmax": (1, True), "Softmin": (-1, False), "Softmax2d": (1, False),
}  # fmt: skip


def pointwise(call: Call, facts: dict[str, Any], unit: int) -> Working | None:
    """None if the call is no function of single values."""
    if not is_curve(call):
        return None
    kind = kind_of(call)
    input = call.tensors[0]
    if input.shape != call.output.shape:
        return None
    values = input[0, unit] if input.ndim > 1 else input[0]
    reach = _curve_range(numbers(values))
    x = torch.linspace(*reach, CURVE_POINTS, dtype=input.dtype, device=input.device)
    y = _alone(call, torch.cat([x, values.reshape(-1)]), unit)
    is_activation = kind is not None and kind.category == "Activation"
    in_words = {
        "kind": "activation" if is_activation else "function of each value",
        "formula": kind.formula if kind is not None else "",
    }
    return Pointwise(
        **{**facts, **in_words}, input=numbers(values),
        results=numbers(y[CURVE_POINTS:].reshape(values.shape)), x=numbers(x),
        y=numbers(y[:CURVE_POINTS]),
    )  # fmt: skip


def _alone(call: Call, values: Tensor, unit: int) -> Tensor:
    """The function of some values (n,), as the unit's. Its parameters may differ from unit to
    unit."""
    shape = call.tensors[0].shape
    if len(shape) == 1:
        return call.again(values)
    if len(shape) == 2:
        return call.again(values[:, None].expand(-1, shape[1]))[:, unit]
    given = values.reshape(1, 1, *(1,) * (len(shape) - 3), -1)
    result = call.again(given.expand(1, shape[1], *given.shape[2:]))
    return result[0, unit].reshape(-1)


def _curve_range(values: np.ndarray) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    low = min(-LEAST_REACH, float(known.min())) if known.size else -LEAST_REACH
    high = max(LEAST_REACH, float(known.max())) if known.size else LEAST_REACH
    more = MARGIN * (high - low)
    return low - more, high + more


def shares(call: Call, facts: dict[str, Any], unit: int) -> Working | None:
    """None if the call is no softmax, or one over the batch."""
    if call.name not in SHARES:
        return None
    input = call.tensors[0]
    module: Any = call.target
    dimension = 1
    if call.name == "Softmax2d":
        dimension = input.ndim - 3
    else:
        is_module = isinstance(call.target, nn.Module)
        told = module.dim if is_module else call.argument(1, "dim")
        if told is None:  # as torch guesses it
            told = 0 if input.ndim in (0, 1, 3) else 1
        dimension = told % input.ndim
    if dimension == 0:
        return None
    sign, logarithm = SHARES[call.name]
    formula = "eˣ / Σ eˣ" if sign > 0 else "e⁻ˣ / Σ e⁻ˣ"
    names = {"softmax": "softmax", "log_softmax": "log-softmax", "softmin": "softmin",
             "LogSoftmax": "log-softmax", "Softmin": "softmin"}  # fmt: skip
    return Shares(
        **{**facts, "kind": names.get(call.name, "softmax"),
           "formula": f"log({formula})" if logarithm else formula},
        input=numbers(input[0]), dimension=dimension - 1, sign=sign, logarithm=logarithm,
    )  # fmt: skip


def linear(call: Call, facts: dict[str, Any], unit: int) -> Working | None:
    """None if the call is no linear layer."""
    module: Any = call.target
    weight: Any
    bias: Any
    if isinstance(module, nn.Linear) and type(module).forward is nn.Linear.forward:
        weight, bias = module.weight, module.bias
    elif call.name == "linear" and not isinstance(module, nn.Module):
        weight, bias = call.argument(1, "weight"), call.argument(2, "bias")
    else:
        return None
    input = call.tensors[0][0]
    if input.ndim == 1:
        chosen = slice(unit, unit + 1)
        weight, bias = weight[chosen], None if bias is None else bias[chosen]
    else:
        input = input[unit]
    return Linear(
        **{**facts, "kind": "linear", "formula": "Σ input · weight + bias"},
        input=numbers(input), weight=numbers(weight), bias=None if bias is None else numbers(bias),
    )  # fmt: skip


def combination(call: Call, facts: dict[str, Any], unit: int) -> Working | None:
    """None if the call is no arithmetic of several tensors."""
    if call.name not in COMBINED or len(call.tensors) < 2 or call.options.get("alpha", 1) != 1:
        return None
    if isinstance(call.target, nn.Module) and kind_of(call) is None:
        return None
    operation = COMBINED[call.name]
    given = [value for value in call.arguments if isinstance(value, Tensor | int | float)]
    if len(given) != len(call.tensors):
        return None
    operands = tuple(
        numbers(torch.as_tensor(value).broadcast_to(call.output.shape)[0, unit]) for value in given
    )
    return Combination(
        **{**facts, "kind": operation, "formula": COMBINED_FORMULAS[operation]},
        operation=operation, names=call.origins, operands=operands,
    )  # fmt: skip
