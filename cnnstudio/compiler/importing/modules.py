"""Calls of modules that are one layer each: the kind, and whether the call fits it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

from cnnstudio.compiler.importing.recording import Event, Recording, Ref, Viewed
from cnnstudio.compiler.read_back import read_back
from cnnstudio.layers import LayerKind


@dataclass(frozen=True)
class Found:
    """A layer kind for one call, with the values it reads and gives."""

    kind: str
    parameters: dict[str, Any]
    inputs: list[int]
    outputs: list[int]
    weights: Mapping[str, str | Viewed | Tensor] = field(default_factory=dict)


Layer = tuple[LayerKind, dict[str, Any]]


def as_layer(module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Layer | None:
    """The kind and parameters of a module that is one node: it is called as the kind calls it."""
    found = read_back(module)
    if found is None or _tensors(found[0], module, args, kwargs) is None:
        return None
    return found


def from_module_call(recording: Recording, event: Event) -> Found | None:
    """The kind of a module's call; None if something is used of its result that no port gives."""
    assert event.module is not None
    kind, parameters = event.layer
    tensors = _tensors(kind, event.module, event.arguments, event.named)
    if tensors is None or not all(isinstance(tensor, Ref) for tensor in tensors):
        return None
    count = len(kind.output_names(parameters))
    outputs = [_picked(event.result, kind.pick(port, count)) for port in range(count)]
    if not isinstance(outputs[0], Ref):
        return None
    # A port that this call gives nothing at, such as attention's weights, stays unwired.
    given = [
        output.number if isinstance(output, Ref) else -port - count * event.outputs[0]
        for port, output in enumerate(outputs)
    ]
    if any(number in recording.used and number not in given for number in event.outputs):
        return None
    prefix = f"{event.path}."
    return Found(
        kind=kind.kind,
        parameters=parameters,
        inputs=[tensor.number for tensor in tensors],
        outputs=given,
        weights={name: f"{prefix}{name}" for name in event.module.state_dict()},
    )


def _picked(result: Any, path: tuple[int, ...]) -> Any:
    for index in path:
        result = result[index]
    return result


# Options that change only what else a layer returns, or how fast it is.
HARMLESS = {"need_weights", "average_attn_weights"}


def _tensors(
    kind: LayerKind, module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> list[Any] | None:
    """The tensors at the kind's ports; None if the module is called in another way."""
    signature = inspect.signature(type(module).forward)
    try:
        bound = signature.bind(module, *args, **kwargs)
    except TypeError:
        return None
    names = [p.name for p in list(signature.parameters.values())[1:]]
    if len(names) < len(kind.inputs):
        given = list(args)  # forward(*inputs)
        return given if len(given) == len(kind.inputs) and not kwargs else None
    ports, options = names[: len(kind.inputs)], names[len(kind.inputs) :]
    expected = kind.call_arguments or {}
    for name in options:
        default = expected.get(name, signature.parameters[name].default)
        value = bound.arguments.get(name, signature.parameters[name].default)
        if value is not default and value != default and name not in HARMLESS:
            return None
    tensors = [bound.arguments.get(name) for name in ports]
    return tensors if all(isinstance(one, Ref | Tensor) for one in tensors) else None
