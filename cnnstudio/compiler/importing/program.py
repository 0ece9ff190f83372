"""Calls that no layer kind stands for, written down as torch's operators."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensor
from torch.utils._python_dispatch import TorchDispatchMode

from cnnstudio.compiler.importing.recording import (
    Batch,
    Constant,
    Event,
    Recording,
    Ref,
    Weight,
    for_batch,
    leaves,
    mapped,
    marked,
)
from cnnstudio.graph import ProblemError
from cnnstudio.modules.program import TorchProgram

# Recording these would only note what the recording itself does with tensors without data.
SILENT = ("detach", "alias", "lift_fresh", "lift_fresh_copy")


@dataclass
class Program:
    """A program's text, the values it reads, and where its weights come from.

    `weights` is from the names in the program to names in the module's state dict, or to tensors
    that are in none. `names` are the operators it calls, for people.
    """

    text: str
    inputs: list[int]
    outputs: list[int]
    weights: dict[str, str | Tensor] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)


def program(recording: Recording, events: Sequence[Event], outputs: Sequence[int]) -> Program:
    """The operators that these events, in this order, come down to; `outputs` are the values given.

    Raises ProblemError if one of them may not be written down.
    """
    inside = {value for event in events for value in event.outputs}
    inputs = list(dict.fromkeys(v for event in events for v in event.inputs if v not in inside))
    writer = _Writer(recording)
    for number in inputs:
        writer.known[number] = writer.add(recording.values[number].example)
    for event in events:
        _run(recording, event, writer)
    results = [writer.written(writer.known[number]) for number in outputs]
    text = json.dumps(
        {"calls": writer.calls, "weights": writer.declared, "results": results},
        separators=(",", ":"),
    )
    _require_allowed(text, len(inputs), events)
    names = list(dict.fromkeys(str(call[0]).split(".")[0] for call in writer.calls))
    return Program(text, inputs, list(outputs), writer.weights, names)


def _require_allowed(text: str, inputs: int, events: Sequence[Event]) -> None:
    try:
        with torch.device("meta"):
            TorchProgram(text, inputs)
    except ValueError as error:
        named = " and ".join(dict.fromkeys(event.name for event in events))
        raise ProblemError(
            f"'{named}' has no layer here and can't be kept as it is: {error}.",
            hint="Import the parts of the module before and after it.",
        ) from None


def _run(recording: Recording, event: Event, writer: _Writer) -> None:
    """Calls the event's function or module once more, on tensors without data, and listens."""

    def given(leaf: Any) -> Any:
        match leaf:
            case Ref(number):
                return writer.known[number]
            case Weight(name):
                return recording.weights[name]
            case Constant(tensor):
                return tensor
        return for_batch(leaf)

    function: Callable[..., Any] | None = event.function or event.module
    assert function is not None
    arguments, named = mapped(event.arguments, given), mapped(event.named, given)
    mode = next(iter(value.example.fake_mode for value in recording.values))  # type: ignore[attr-defined]
    with mode, torch.no_grad(), writer:
        result = function(*arguments, **named)
    flat = [leaf for leaf in leaves(_as_tree(result)) if isinstance(leaf, Tensor)]
    described = [leaf.number for leaf in leaves(event.result) if isinstance(leaf, Ref)]
    writer.known.update(zip(described, flat, strict=True))
    changed = [number for number in event.outputs if number not in described]
    if changed:  # in place: the first argument has become another value
        writer.known[changed[0]] = next(a for a in arguments if isinstance(a, Tensor))


def _as_tree(result: Any) -> Any:
    return dict(result) if isinstance(result, Mapping) else result


def _with_values(tensor: Tensor) -> Tensor:
    """A constant's values; of one that torch made of a number while recording, those it noted."""
    if isinstance(tensor, FakeTensor):
        if tensor.constant is None:
            raise ProblemError("A tensor is made while the module runs that can't be followed.")
        return tensor.constant
    return tensor


class _Writer(TorchDispatchMode):
    """Writes down every operator that runs while it is on."""

    def __init__(self, recording: Recording) -> None:
        super().__init__()
        self.calls: list[list[Any]] = []
        self.declared: dict[str, Any] = {}
        self.weights: dict[str, str | Tensor] = {}
        self.known: dict[int, Tensor] = {}  # by the recording's value
        self._places: dict[int, dict[str, Any]] = {}  # by the id of a tensor
        self._kept: list[Tensor] = []
        self._names = {id(tensor): name for name, tensor in recording.weights.items()}
        self._recording = recording
        self._inputs = 0

    def add(self, example: Tensor) -> Tensor:
        """One more input, like `example`; a copy, so that it can be changed in place."""
        mode = example.fake_mode  # type: ignore[attr-defined]
        with mode, torch.no_grad():
            tensor = torch.empty_strided(example.shape, example.stride(), dtype=example.dtype)
        self._note(tensor, {"value": self._inputs})
        self._inputs += 1
        return tensor

    def _note(self, tensor: Tensor, place: dict[str, Any]) -> None:
        self._kept.append(tensor)
        self._places[id(tensor)] = place

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        namespace, _, name = str(func.name()).partition("::")
        result = func(*args, **kwargs)
        base = name.split(".")[0]
        tensors = [leaf for leaf in leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        if base in SILENT and tensors:
            self._note(result, self.written(tensors[0]))
            return result
        given = [leaf for leaf in leaves(result) if isinstance(leaf, Tensor)]
        if not given:
            return result
        if namespace != "aten":
            name = f"{namespace}::{name}"
        full = name if "." in name else f"{name}.default"
        call = [full, mapped(list(args), self._argument), mapped(kwargs, self._argument)]
        number = self._inputs + len(self.calls)
        self.calls.append(call)
        if isinstance(result, Tensor):
            self._note(result, {"value": number})
        else:
            for item, part in enumerate(result):
                if isinstance(part, Tensor):
                    self._note(part, {"value": number, "item": item})
        return result

    def written(self, tensor: Tensor) -> dict[str, Any]:
        """How a tensor is named in the program; a weight is declared when it first occurs."""
        if id(tensor) not in self._places:
            name = self._names.get(id(tensor))
            key = self._key(name or "constant")
            learned = isinstance(tensor, torch.nn.Parameter)
            self.declared[key] = {
                "shape": list(tensor.shape),
                "dtype": str(tensor.dtype).removeprefix("torch."),
                "learned": learned,
            }
            self.weights[key] = name or _with_values(tensor)
            self._note(tensor, {"weight": key})
        return self._places[id(tensor)]

    def _key(self, name: str) -> str:
        base = name.rsplit(".", 1)[-1]
        key, number = base, 1
        while key in self.declared:
            number += 1
            key = f"{base}_{number}"
        return key

    def _argument(self, leaf: Any) -> Any:
        match leaf:
            case Tensor():
                return self.written(leaf)
            case torch.dtype():
                return {"dtype": str(leaf).removeprefix("torch.")}
            case torch.layout():
                return {"layout": str(leaf).removeprefix("torch.")}
            case torch.memory_format():
                return {"memory_format": str(leaf).removeprefix("torch.")}
            case torch.device():
                return {"device": "input"}
            case float() if not math.isfinite(leaf):
                return {"number": str(leaf)}
        number = marked(leaf)
        return {"batch": number.times} if isinstance(number, Batch) else number
