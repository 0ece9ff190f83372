"""Sums, products and other operations of two operands: values, numbers, or learned tensors."""

from __future__ import annotations

from typing import Any

import torch

from cnnstudio.compiler.importing.recording import Ref, Viewed, Weight
from cnnstudio.compiler.importing.shaping import Call, Reader, Said, are_values


def two(kind: str) -> Reader:
    """A kind of two inputs."""

    def read(call: Call) -> Said | None:
        return Said(kind) if are_values(*call.operands) else None

    return read


def added(call: Call) -> Said | None:
    if call["alpha"] != 1:
        return None
    if are_values(*call.operands):
        return Said("Add")
    value, other = _value_first(call)
    if _is_number(other) and isinstance(value, Ref):
        return Said("Shift", {"other": float(other)})
    shape = _learned_shape(call, value, other)
    # A vector for each token: anything else that is added has other names.
    if shape is not None and len(shape) == 2 and shape == call.recording.values[value.number].inner:
        view = Viewed(other.name, (1, *shape))
        return Said("LearnedPositionalEmbedding", {}, {"weight": view}, [value.number])
    return None


def multiplied(call: Call) -> Said | None:
    if are_values(*call.operands):
        return Said("Multiply")
    value, other = _value_first(call)
    if _is_number(other) and isinstance(value, Ref):
        return Said("Scale", {"other": float(other)})
    shape = _learned_shape(call, value, other)
    if shape is None:
        return None
    wide = [dim for dim, size in enumerate(shape, 1) if size != 1]
    if len(wide) != 1 or shape[wide[0] - 1] != call.recording.values[value.number].shape[wide[0]]:
        return None
    view = Viewed(other.name, (shape[wide[0] - 1],))
    return Said("LayerScale", {"dim": wide[0]}, {"weight": view}, [value.number])


def subtracted(call: Call) -> Said | None:
    if call["alpha"] != 1:
        return None
    if are_values(*call.operands):
        return Said("Subtract")
    value, other = call.operands
    if isinstance(value, Ref) and _is_number(other):
        return Said("Shift", {"other": -float(other)})  # the same, bit for bit
    return None


def subtracted_from(call: Call) -> Said | None:
    if call["alpha"] == 1 and are_values(*call.operands):
        return Said("Subtract", inputs=call.event.inputs[::-1])
    return None


def divided(call: Call) -> Said | None:
    if call["rounding_mode"] is not None:
        return None
    if are_values(*call.operands):
        return Said("Divide")
    value, other = call.operands
    if isinstance(value, Ref) and _is_number(other) and float(other).hex().startswith("0x1.0000"):
        return Said("Scale", {"other": 1.0 / float(other)})  # exact for a power of two alone
    return None


def raised(call: Call) -> Said | None:
    value, exponent = call["input"], call["exponent"]
    if are_values(value, exponent):
        return Said("PowerOf")
    if isinstance(value, Ref) and _is_number(exponent):
        return Said("Power", {"exponent": float(exponent)})
    return None


def with_class_token(call: Call) -> Said | None:
    """`cat([token.expand(n, -1, -1), x], 1)`, with which every vision transformer begins."""
    tensors = call["tensors"]
    if not isinstance(tensors, list | tuple) or len(tensors) != 2 or not are_values(*tensors):
        return None
    token, rest = tensors
    maker = call.recording.producers.get(token.number)
    if maker is None or maker.name not in ("expand", "repeat") or maker.inputs or call["dim"] != 1:
        return None
    weights = [one for one in maker.arguments if isinstance(one, Weight)]
    if len(weights) != 1 or call.recording.values[rest.number].example.ndim != 3:
        return None
    shape = tuple(call.recording.weights[weights[0].name].shape)
    if len(shape) != 3 or shape[0] != 1:
        return None
    return Said("ClassToken", {"count": shape[1]}, {"token": weights[0].name}, inputs=[rest.number])


def _value_first(call: Call) -> tuple[Any, Any]:
    """The operands of something commutative, a value before anything else."""
    first, second = call.operands
    return (first, second) if isinstance(first, Ref) else (second, first)


def _is_number(operand: Any) -> bool:
    return isinstance(operand, int | float) and not isinstance(operand, bool)


def _learned_shape(call: Call, value: Any, other: Any) -> tuple[int, ...] | None:
    """The shape of a learned operand beside a value, without the batch."""
    if not isinstance(value, Ref) or not isinstance(other, Weight):
        return None
    weight = call.recording.weights[other.name]
    rank = len(call.recording.values[value.number].shape)
    if not isinstance(weight, torch.nn.Parameter) or weight.ndim > rank:
        return None
    padded = (1,) * (rank - weight.ndim) + tuple(weight.shape)
    return padded[1:] if padded[0] == 1 else None
