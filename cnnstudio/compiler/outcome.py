"""What one node makes of its inputs' shapes: found by running the real layer on the meta device.

The answers are torch's own, and are kept by (kind, parameters, shapes): after an edit only what
lies downstream is found anew.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from cnnstudio.compiler.construct import call, construct
from cnnstudio.graph import ProblemError
from cnnstudio.layers import catalogue
from cnnstudio.layers.declaration import Shape

BATCH = 2  # with 1, batch normalisation and squeezing would meet a special case
BYTES_PER_VALUE = 4  # float32
REMEMBERED = 20_000


@dataclass(frozen=True)
class Outcome:
    """The output's shape (without the batch) and cost for one image, or why there is none.

    `invalid` is a sentence about a parameter; `refused` is what torch said.
    """

    shape: Shape | None = None
    parameters: int = 0
    macs: int = 0
    activation_bytes: int = 0
    invalid: ProblemError | None = None
    refused: str | None = None


def outcome(
    kind: str, parameters: Mapping[str, Any], made_for: tuple[Shape, ...], shapes: tuple[Shape, ...]
) -> Outcome:
    """Runs a known kind on `shapes`; its weights are made for `made_for` (the same, if not shared).

    All shapes are without the batch dimension.
    """
    return _outcome(kind, json.dumps(parameters, sort_keys=True), made_for, shapes)


@lru_cache(maxsize=REMEMBERED)
def _outcome(
    name: str, parameters: str, made_for: tuple[Shape, ...], shapes: tuple[Shape, ...]
) -> Outcome:
    kind = catalogue[name]
    try:
        arguments = kind.arguments(json.loads(parameters), made_for)
    except ProblemError as error:
        return Outcome(invalid=error)
    if kind.call == "input":
        shape = tuple(arguments["shape"])
        return Outcome(shape=shape, activation_bytes=math.prod(shape) * BYTES_PER_VALUE)
    try:
        with torch.device("meta"), torch.no_grad():
            module = construct(kind, arguments)
            if module is not None:
                module.eval()
            inputs = [torch.empty((BATCH, *shape)) for shape in shapes]
            with FlopCounterMode(display=False) as flops:
                output = call(kind, module, arguments, inputs)
    except (RuntimeError, ValueError, TypeError, IndexError, AssertionError) as error:
        return Outcome(refused=str(error))
    if output.ndim == 0 or output.shape[0] != BATCH:
        return Outcome(refused=f"the batch dimension is lost: {tuple(output.shape)}")
    shape = tuple(output.shape[1:])
    looks_anew = output._is_view() or any(output is given for given in inputs)
    return Outcome(
        shape=shape,
        parameters=sum(p.numel() for p in module.parameters()) if module is not None else 0,
        macs=flops.get_total_flops() // (2 * BATCH),
        activation_bytes=0 if looks_anew else math.prod(shape) * BYTES_PER_VALUE,
    )
