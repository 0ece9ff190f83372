"""From a constructed module back to the layer kind and parameters that make one like it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from cnnstudio.compiler.construct import construct, resolve
from cnnstudio.graph import ProblemError
from cnnstudio.layers import LayerKind, catalogue

# Whether a module overwrites its input says nothing about what it computes.
IRRELEVANT = ("training", "inplace")
Simple = bool | int | float | str | tuple | list | None


def read_back(module: nn.Module) -> tuple[LayerKind, dict[str, Any]] | None:
    """The catalogue's kind for a module, and the parameters that differ from its defaults.

    None if no kind makes a module that computes the same: only what makes a module with an equal
    configuration and equally shaped weights counts. Of several kinds that do, the one is taken that
    needs to be told least: a convolution with a group for each channel is a depthwise one.
    """
    found = [
        (kind, parameters)
        for kind in _kinds_of(type(module))
        if (parameters := parameters_from(kind, module)) is not None
    ]
    return min(found, key=lambda pair: len(pair[1]), default=None)


def _kinds_of(cls: type) -> list[LayerKind]:
    # Names are compared first, since resolving a target loads its package.
    return [
        kind
        for kind in catalogue.values()
        if kind.call == "module"
        and kind.target.endswith(f".{cls.__name__}")
        and resolve(kind.target) is cls
    ]


def parameters_from(kind: LayerKind, module: nn.Module) -> dict[str, Any] | None:
    """The parameters, without those at their default, with which `kind` makes such a module.

    Lists are `list`, as the project file holds them. None if it can't make one.
    """
    try:
        values = {
            one.name: one.validate(_plain(_read(kind, module, one.name))) for one in kind.parameters
        }
        arguments = {name: _inferred(kind, module, name, values) for name in kind.inferences or {}}
    except (AttributeError, ValueError, IndexError):
        return None  # it was made with what this kind can't be told
    if not _agree(kind, arguments):
        return None
    shown = {k: v for k, v in values.items() if k not in kind.hidden}
    if not _alike(module, kind, {**shown, **arguments}):
        return None
    return {
        one.name: _plain(values[one.name])
        for one in kind.parameters
        if _plain(values[one.name]) != _plain(one.validate(one.default))
    }


def _inferred(kind: LayerKind, module: nn.Module, name: str, values: dict[str, Any]) -> Any:
    """An argument that isn't asked for: as the module has it, or as it follows from the rest."""
    if name not in values and (name in (kind.reads or {}) or hasattr(module, name)):
        return _read(kind, module, name)
    return (kind.inferences or {})[name](values, ())


def _agree(kind: LayerKind, arguments: Mapping[str, Any]) -> bool:
    """Whether arguments that follow from the wire in the same way are the same."""
    known: dict[Any, Any] = {}
    return all(
        known.setdefault(infer, arguments[name]) == arguments[name]
        for name, infer in (kind.inferences or {}).items()
    )


def _read(kind: LayerKind, module: nn.Module, name: str) -> Any:
    reads = kind.reads or {}
    return reads[name](module) if name in reads else getattr(module, name)


def _plain(value: Any) -> Any:
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _alike(module: nn.Module, kind: LayerKind, arguments: Mapping[str, Any]) -> bool:
    """Whether the kind's target, made with these arguments, is configured as the module is."""
    try:
        with torch.device("meta"):
            twin = construct(kind, arguments)
    except (RuntimeError, ValueError, TypeError, ProblemError):
        return False
    assert twin is not None
    return _configuration(twin) == _configuration(module)


def _configuration(module: nn.Module) -> list[Any]:
    """Everything that decides what a module computes, but the values of its weights."""
    return [
        (
            name,
            type(part),
            {k: _short(v) for k, v in vars(part).items() if _counts(k, v)},
            {k: _shape(v) for k, v in part._parameters.items()},
            {k: _shape(v) for k, v in part._buffers.items()},
        )
        for name, part in module.named_modules()
    ]


def _short(value: Any) -> Any:
    """A list of equal items as one of them: torch takes 2 and (2, 2) for the same."""
    if isinstance(value, list | tuple) and value:
        items = [_short(item) for item in value]
        return items[0] if all(item == items[0] for item in items) else items
    return value


def _counts(name: str, value: Any) -> bool:
    return not name.startswith("_") and name not in IRRELEVANT and isinstance(value, Simple)


def _shape(tensor: Tensor | None) -> tuple[int, ...] | None:
    return None if tensor is None else tuple(tensor.shape)
