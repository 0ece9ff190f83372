"""A layer kind's target, made and called as torch does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, reduce
from importlib import import_module
from typing import Any

from torch import nn

from cnnstudio.compiler.own import resolve_own, told_by_line
from cnnstudio.layers import LayerKind
from cnnstudio.layers.kind import Named
from cnnstudio.layers.own.code import OWN_TARGET


def resolve(target: str) -> Callable[..., Any]:
    """What a target stands for: `torch.nn.Conv2d`, `operator.add`, a class of somebody's own."""
    return resolve_own(target) if target.startswith(OWN_TARGET) else _imported(target)


@cache
def _imported(target: str) -> Callable[..., Any]:
    module, name = target.rsplit(".", 1)
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def construct(kind: LayerKind, arguments: Mapping[str, Any]) -> nn.Module | None:
    """The module of a kind; None for one that is a function. Raises what its target raises."""
    if kind.call != "module":
        return None
    given = {k: resolve(v.name) if isinstance(v, Named) else v for k, v in arguments.items()}
    with told_by_line(kind):
        module: nn.Module = resolve(kind.target)(**given)
    return module


def call(
    kind: LayerKind,
    module: nn.Module | None,
    arguments: Mapping[str, Any],
    inputs: Sequence[Any],
) -> Any:
    """What a node's target gives for these inputs: a tensor, or several nested ones.

    Works on the values of a graph that is being traced too.
    """
    match kind.call:
        case "module":
            assert module is not None
            with told_by_line(kind):
                return module(*inputs, **(kind.call_arguments or {}))
        case "fold":
            return reduce(resolve(kind.target), inputs)
        case "list":
            return resolve(kind.target)(list(inputs), **arguments)
        case "output":
            [result] = inputs
            return result
        case _:
            return resolve(kind.target)(*inputs, **arguments)


def outputs(kind: LayerKind, parameters: Mapping[str, Any], result: Any) -> list[Any]:
    """The values at a node's output ports, from what its target gave."""
    count = len(kind.output_names(parameters)) or 1
    return [picked(result, kind.pick(port, count)) for port in range(count)]


def picked(result: Any, path: Sequence[int]) -> Any:
    for index in path:
        result = result[index]
    return result
