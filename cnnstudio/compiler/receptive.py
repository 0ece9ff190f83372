"""The receptive field of every node: how much of the image one of its values can see.

Araujo, Norris and Sim, 2019: Computing receptive fields of convolutional neural networks. A layer's
window widens the field by (window − 1) steps of its input; a stride makes the steps longer. Fields
are the theoretical ones; normalisation over a whole map is left out, as is usual.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnstudio.compiler.trace import Ref, Step, Trace
from cnnstudio.layers.declaration import Shape

# Categories whose layers work at each place by itself, or only add places.
POINTWISE = ("Activation", "Normalisation", "Regularisation", "Arithmetic", "Padding")
# Layers that put values elsewhere, although sizes may stay as they were.
MOVING = ("Permute", "Transpose", "Roll", "Flip", "Reshape", "Fold", "Unfold")


@dataclass(frozen=True)
class Field:
    """In pixels of the image along one direction: `size` seen at a time, `step` from one value to
    the next. An infinite size is the whole image."""

    size: float
    step: float


Fields = tuple[Field, ...]
WHOLE = Field(math.inf, 1.0)


def receptive_fields(found: Trace) -> dict[str, list[int] | None]:
    """By path, the size seen in each direction, in pixels; None where it is the whole image.

    Nodes that no image with positions leads to are left out.
    """
    fields = fields_of(found)
    told: dict[str, list[int] | None] = {}
    for path, refs in found.values.items():
        field = fields.get(refs[0]) if refs else None
        if field is None:
            continue
        whole = any(math.isinf(one.size) for one in field)
        told[path] = None if whole else [math.ceil(one.size) for one in field]
    return told


def fields_of(found: Trace) -> dict[Ref, Fields]:
    """The field of each value, one entry a direction of the image that it comes from."""
    fields: dict[Ref, Fields] = {}
    for step in found.steps.values():
        if step.kind.call == "input":
            directions = len(step.shapes[0]) - 1
            if directions:
                fields[Ref(step.path)] = (Field(1.0, 1.0),) * directions
            continue
        seen = [fields[ref] for ref in step.inputs if ref in fields]
        if not seen:
            continue
        for port in range(len(step.shapes)):
            fields[Ref(step.path, port)] = _after(step, port, seen)
    return fields


def _after(step: Step, port: int, seen: Sequence[Fields]) -> Fields:
    directions = max(len(field) for field in seen)
    seen = [field for field in seen if len(field) == directions]
    widest = tuple(
        Field(max(f[d].size for f in seen), max(f[d].step for f in seen)) for d in range(directions)
    )
    before, after = step.given[0], step.shapes[port]
    if len(after) != directions + 1 or len(before) != directions + 1:
        return (WHOLE,) * directions
    works_on_windows = "kernel_size" in step.parameters_with_defaults
    if step.kind.kind in MOVING:
        return (WHOLE,) * directions
    by_itself = step.kind.category in POINTWISE or step.kind.kind == "Identity"
    if not works_on_windows and (by_itself or step.kind.call in ("fold", "list")):
        return widest
    return tuple(
        _through(field, step, direction, before, after) for direction, field in enumerate(widest)
    )


def _through(field: Field, step: Step, direction: int, before: Shape, after: Shape) -> Field:
    """One direction of a layer that works on places."""
    values = step.parameters_with_defaults
    old, new = before[direction + 1], after[direction + 1]
    if "output_size" in values and "kernel_size" not in values:  # adaptive pooling
        window = math.ceil(old / new) + (1 if old % new else 0)
        return WHOLE if new == 1 else _widened(field, min(window, old), old / new)
    if "downscale_factor" in values:
        return _widened(field, old / new, old / new)
    if "scale_factor" in values or "upscale_factor" in values:
        between = 1 if values.get("mode", "nearest") == "nearest" else 2
        return _widened(field, between, old / new)
    kernel = _along(values, "kernel_size", direction)
    if kernel is None:
        # A function that keeps the size takes channels apart, or works on each value.
        return field if old == new and step.kind.call == "function" else WHOLE
    reach = (kernel - 1) * (_along(values, "dilation", direction) or 1) + 1
    stride = _along(values, "stride", direction)
    if step.kind.kind.startswith("ConvTranspose"):
        return _widened(field, math.ceil(reach / (stride or 1)), 1 / (stride or 1))
    default = kernel if step.kind.category == "Pooling" else 1
    return _widened(field, reach, stride or default)


def _widened(field: Field, window: float, stride: float) -> Field:
    return Field(field.size + (window - 1) * field.step, field.step * stride)


def _along(values: Mapping[str, Any], name: str, direction: int) -> int | None:
    """A size in one direction; None if the layer has no such parameter or leaves it open."""
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | list | tuple):
        return None
    if isinstance(value, int | float):
        return int(value)
    return int(value[direction]) if direction < len(value) else None
