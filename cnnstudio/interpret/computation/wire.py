"""Workings as plain messages, and back: the kernel sends them to the window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from cnnstudio.interpret.computation.axes import Axis
from cnnstudio.interpret.computation.moving import Moved, Unexplained
from cnnstudio.interpret.computation.normalising import Normalisation
from cnnstudio.interpret.computation.pointwise import Pointwise
from cnnstudio.interpret.computation.shares import Shares
from cnnstudio.interpret.computation.sliding import Convolution, Pooling
from cnnstudio.interpret.computation.summing import Combination, Linear
from cnnstudio.interpret.computation.working import Working

FORMS: dict[str, type[Working]] = {
    form.__name__: form
    for form in (
        Convolution, Pooling, Pointwise, Shares, Normalisation, Linear, Combination, Moved,
        Unexplained,
    )
}  # fmt: skip


def to_message(working: Working) -> dict[str, Any]:
    """Of JSON's types and arrays."""
    told = {field.name: getattr(working, field.name) for field in fields(working)}
    if "axes" in told:
        told["axes"] = [asdict(axis) for axis in told["axes"]]
    return {"form": type(working).__name__, **told}


def from_message(message: Mapping[str, Any]) -> Working:
    """The working that `to_message` told of."""
    told = dict(message)
    form = FORMS[told.pop("form")]
    if "axes" in told:
        told["axes"] = tuple(Axis(**axis) for axis in told["axes"])
    for name, value in told.items():
        if isinstance(value, list):
            told[name] = tuple(value)
    return form(**{field.name: told[field.name] for field in fields(form)})


def size_of(working: Working) -> int:
    """The bytes of its arrays."""
    total = 0
    for field in fields(working):
        value = getattr(working, field.name)
        for part in value if isinstance(value, tuple) else (value,):
            total += part.nbytes if isinstance(part, np.ndarray) else 0
    return total
