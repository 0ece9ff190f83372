"""What one layer makes of its inputs' shapes: found by running the real layer on the meta device.

The answers are torch's own, and are kept by (kind, parameters, shapes): after an edit only what
lies downstream is found anew.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from cnnstudio.compiler.construct import call, construct, outputs
from cnnstudio.compiler.saved import NOTHING_SAVED, REFUSALS, Saved, saved_by, view_of
from cnnstudio.graph import ProblemError
from cnnstudio.layers import LayerKind
from cnnstudio.layers.declaration import Shape
from cnnstudio.layers.own.code import OWN_TARGET

BATCH = 2  # with 1, batch normalisation and squeezing would meet a special case
BYTES_PER_VALUE = 4  # float32
REMEMBERED = 20_000
MOST_REAL_VALUES = 4_000_000


@dataclass(frozen=True)
class Outcome:
    """The outputs' shapes (without the batch) and the cost for one image, or why there are none.

    `arguments` are the target's. `saved` tells what training keeps for the backward pass. `views`
    has, for each output, the number of the input that it only looks at anew, or None. `invalid` is
    a sentence about a parameter; `refused` is what torch said.
    """

    shapes: tuple[Shape, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)
    parameters: int = 0
    macs: int = 0
    activation_bytes: int = 0
    saved: Saved = NOTHING_SAVED
    views: tuple[int | None, ...] = ()
    invalid: ProblemError | None = None
    refused: str | None = None


def outcome(
    kind: LayerKind,
    parameters: Mapping[str, Any],
    made_for: tuple[Shape, ...],
    shapes: tuple[Shape, ...],
) -> Outcome:
    """Runs a kind on `shapes`; its weights are made for `made_for` (the same, if not shared).

    All shapes are without the batch dimension; `parameters` hold no expressions.
    """
    return _outcome(kind, json.dumps(parameters, sort_keys=True), made_for, shapes)


@lru_cache(maxsize=REMEMBERED)
def _outcome(
    kind: LayerKind, parameters: str, made_for: tuple[Shape, ...], shapes: tuple[Shape, ...]
) -> Outcome:
    values = json.loads(parameters)
    try:
        arguments = kind.arguments(values, made_for)
    except ProblemError as error:
        return Outcome(invalid=error)
    if kind.call == "input":
        shape = tuple(arguments["shape"])
        return Outcome((shape,), arguments, activation_bytes=math.prod(shape) * BYTES_PER_VALUE)
    try:
        return _run(kind, values, arguments, shapes, "meta")
    except REFUSALS as error:
        refusal = error
    if kind.target.startswith(OWN_TARGET) and sum(map(math.prod, shapes)) <= MOST_REAL_VALUES:
        # Code of somebody's own may look at values, which tensors on the meta device haven't.
        try:
            with torch.random.fork_rng(devices=[]):
                return _run(kind, values, arguments, shapes, "cpu")
        except REFUSALS as error:
            refusal = error
    return Outcome(refused=str(refusal), arguments=arguments)


def _run(
    kind: LayerKind,
    values: dict[str, Any],
    arguments: dict[str, Any],
    shapes: tuple[Shape, ...],
    device: str,
) -> Outcome:
    """Makes the layer and calls it on zeros. Raises what its target raises."""
    with torch.device(device), torch.no_grad():
        module = construct(kind, arguments)
        if module is not None:
            module.eval()
        inputs = [
            torch.zeros((BATCH, *shape), dtype=torch.long if index else torch.float32)
            for shape, index in zip(shapes, kind.reads_indices(len(shapes)), strict=True)
        ]
        with FlopCounterMode(display=False) as flops:
            result = call(kind, module, arguments, inputs)
        given = outputs(kind, values, result)
    for tensor in given:
        if not isinstance(tensor, Tensor):
            return Outcome(refused=f"it gives no tensor but a {type(tensor).__name__}")
        if tensor.ndim == 0 or tensor.shape[0] != BATCH:
            return Outcome(refused=f"the batch dimension is lost: {tuple(tensor.shape)}")
    views = tuple(view_of(tensor, inputs) for tensor in given)
    return Outcome(
        shapes=tuple(tuple(tensor.shape[1:]) for tensor in given),
        arguments=arguments,
        parameters=sum(p.numel() for p in module.parameters()) if module is not None else 0,
        macs=flops.get_total_flops() // (2 * BATCH),
        activation_bytes=sum(
            math.prod(tensor.shape[1:]) * BYTES_PER_VALUE
            for tensor, view in zip(given, views, strict=True)
            if view is None
        ),
        saved=saved_by(
            module,
            inputs,
            lambda given: outputs(kind, values, call(kind, module, arguments, given)),
        ),
        views=views,
    )
