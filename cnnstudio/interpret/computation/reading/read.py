"""From a call to the working of one of its units."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import nn

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.computation.moving import Unexplained
from cnnstudio.interpret.computation.reading.call import Call
from cnnstudio.interpret.computation.reading.each_value import (
    combination,
    linear,
    pointwise,
    shares,
)
from cnnstudio.interpret.computation.reading.kinds import kind_of
from cnnstudio.interpret.computation.reading.moving import moved
from cnnstudio.interpret.computation.reading.normalising import normalisation
from cnnstudio.interpret.computation.reading.sliding import convolution, numbers, pooling
from cnnstudio.interpret.computation.working import Working

# Tried in turn; the last finds out by trying.
READERS = (convolution, pooling, linear, normalisation, pointwise, shares, combination, moved)


def read(call: Call, unit: int) -> Working:
    """How a unit of the called layer computes; where that isn't known Unexplained, with the reason.

    Raises ExplanationError for a unit that the layer hasn't.
    """
    output = numbers(call.output)
    sample = output[0] if output.ndim > 1 else output.reshape(-1)[:1]
    if not 0 <= unit < len(sample):
        raise ExplanationError(
            f"'{call.layer}' has no unit {unit}.", f"Its units are 0 to {len(sample) - 1}."
        )
    facts: dict[str, Any] = {"layer": call.layer, "unit": unit, "units": len(sample)}
    facts["output"] = np.asarray(sample[unit])  # of a vector too an array, that can be sent as one
    if output.ndim > 1 and output.dtype.kind == "f":
        for reader in READERS:
            working = reader(call, facts, unit)
            if working is None:
                continue
            if working.at(working.strongest()).agrees:
                return working
            return _unexplained(call, facts, f"{_what(call)} gave another value than the usual "
                                "computation; its input and output are shown.")  # fmt: skip
    return _unexplained(call, facts, _reason(call))


def units_of(call: Call) -> int:
    """How many units the called layer has."""
    return int(call.output.shape[1]) if call.output.ndim > 1 else 1


def _unexplained(call: Call, facts: dict[str, Any], reason: str) -> Unexplained:
    kind = kind_of(call)
    tensors = call.tensors
    input = numbers(tensors[0][0]) if tensors and tensors[0].ndim > 1 else None
    title = kind.title if kind is not None else call.name
    return Unexplained(**{**facts, "kind": title}, reason=reason, input=input)


def _what(call: Call) -> str:
    kind = kind_of(call)
    return f"'{call.layer}' ({call.name if kind is None else kind.title})"


def _reason(call: Call) -> str:
    if call.name.startswith("FractionalMaxPool"):
        return f"{_what(call)} draws the places of its windows at random, anew each time; its "\
               "input and output are shown."  # fmt: skip
    if isinstance(call.target, nn.Module) and next(call.target.children(), None) is not None:
        return f"{_what(call)} computes in several steps of its own; its input and output are "\
               "shown. To see the steps, build it of single layers."  # fmt: skip
    return f"How {_what(call)} computes is not shown step by step; its input and output are."
