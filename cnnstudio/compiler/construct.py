"""A layer kind's target, made and called as torch does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, reduce
from importlib import import_module
from typing import Any

from torch import Tensor, nn

from cnnstudio.layers import LayerKind


@cache
def resolve(target: str) -> Callable[..., Any]:
    """What a dotted name stands for: `torch.nn.Conv2d`, `operator.add`."""
    module, name = target.rsplit(".", 1)
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def construct(kind: LayerKind, arguments: Mapping[str, Any]) -> nn.Module | None:
    """The module of a kind; None for one that is a function. Raises what its target raises."""
    if kind.call != "module":
        return None
    module: nn.Module = resolve(kind.target)(**arguments)
    return module


def call(
    kind: LayerKind,
    module: nn.Module | None,
    arguments: Mapping[str, Any],
    inputs: Sequence[Tensor],
) -> Tensor:
    """What a node gives for these inputs."""
    match kind.call:
        case "module":
            assert module is not None
            result = module(*inputs)
        case "fold":
            result = reduce(resolve(kind.target), inputs)
        case "list":
            result = resolve(kind.target)(list(inputs), **arguments)
        case "output":
            [result] = inputs
        case _:
            result = resolve(kind.target)(*inputs, **arguments)
    return result
