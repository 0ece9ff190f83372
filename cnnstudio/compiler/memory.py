"""How much memory a network's activations take: while it answers, and while it learns."""

from __future__ import annotations

import math

from cnnstudio.compiler.outcome import BYTES_PER_VALUE
from cnnstudio.compiler.trace import Ref, Trace


def inference_bytes(found: Trace) -> int:
    """The most that activations of one image take at a time, each freed after its last use."""
    last_use: dict[Ref, int] = {}
    for number, step in enumerate(found.used):
        for ref in step.inputs:
            last_use[_owner(found, ref)] = number
    for ref in found.outputs.values():
        last_use[_owner(found, ref)] = len(found.used)
    living: dict[Ref, int] = {}
    most = 0
    for number, step in enumerate(found.used):
        for port in range(len(step.shapes)):
            ref = Ref(step.path, port)
            if _owner(found, ref) == ref:
                living[ref] = _bytes(found, ref)
        most = max(most, sum(living.values()))
        living = {ref: size for ref, size in living.items() if last_use.get(ref, -1) > number}
    return most


def training_bytes(found: Trace) -> int:
    """What of one image autograd keeps for the backward pass, each tensor counted once."""
    kept: set[Ref] = set()
    other = 0
    learning = _with_gradients(found)
    for step in found.used:
        if step.path not in learning:
            continue
        kept |= {_owner(found, step.inputs[number]) for number in step.saved.inputs}
        kept |= {_owner(found, Ref(step.path, number)) for number in step.saved.outputs}
        other += step.saved.other_bytes
    return other + sum(_bytes(found, ref) for ref in kept)


def _with_gradients(found: Trace) -> set[str]:
    """Paths of the steps that a gradient comes back to: those with weights, and what follows."""
    weighty = {step.module for step in found.steps.values() if step.cost.parameters}
    learning: set[str] = set()
    for step in found.used:
        if step.module in weighty or any(ref.path in learning for ref in step.inputs):
            learning.add(step.path)
    return learning


def _owner(found: Trace, ref: Ref) -> Ref:
    """The value whose memory this one looks at."""
    while True:
        step = found.steps[ref.path]
        source = step.views[ref.port] if ref.port < len(step.views) else None
        if source is None:
            return ref
        ref = step.inputs[source]


def _bytes(found: Trace, ref: Ref) -> int:
    return math.prod(found.shape(ref)) * BYTES_PER_VALUE
