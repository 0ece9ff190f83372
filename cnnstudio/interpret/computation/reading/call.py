"""One layer's call as it happened: what was called, with which values, and what came of it."""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, fx, nn

from cnnstudio.compiler.build import PATH
from cnnstudio.compiler.running import first_tensor, names_by_node
from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.capture import node_named, require_names


@dataclass(frozen=True)
class Call:
    """`target` is a module, a function or a method's name; None of a network's input.

    Tensors in `arguments` and `options` are copies from before the call, which may work in place;
    `origins` name the layers that gave `tensors`. `output` is the first tensor that came.
    """

    layer: str
    target: nn.Module | Callable[..., Any] | str | None
    arguments: tuple[Any, ...]
    options: dict[str, Any]
    origins: tuple[str, ...]
    output: Tensor

    @property
    def name(self) -> str:
        """The function's or method's name, in place or not; of a module its class's."""
        if isinstance(self.target, nn.Module):
            return type(self.target).__name__
        name = self.target if isinstance(self.target, str) else getattr(self.target, "__name__", "")
        name = IN_PLACE.get(name, name)
        return name if name.startswith("_") else name.rstrip("_")

    @property
    def tensors(self) -> list[Tensor]:
        """All tensors that were given, those in lists too."""
        return [*_tensors(self.arguments), *_tensors(tuple(self.options.values()))]

    def argument(self, place: int, name: str, default: Any = None) -> Any:
        """What was given as argument number `place` or as `name`."""
        if place < len(self.arguments):
            return self.arguments[place]
        return self.options.get(name, default)

    def again(self, *tensors: Tensor) -> Tensor:
        """What the target gives for other tensors in the place of the first that were given."""
        left = list(tensors)

        def swap(value: Any) -> Any:
            if isinstance(value, Tensor):
                return (left.pop(0) if left else value).clone()
            if isinstance(value, tuple | list):
                return type(value)(swap(part) for part in value)
            return value

        arguments = swap(self.arguments)
        options = {name: swap(value) for name, value in self.options.items()}
        with torch.no_grad():
            if isinstance(self.target, str):
                result = getattr(arguments[0], self.target)(*arguments[1:], **options)
            else:
                assert self.target is not None
                result = self.target(*arguments, **options)
        found = first_tensor(result)
        assert found is not None
        return found


IN_PLACE = {"iadd": "add", "imul": "mul", "isub": "sub", "itruediv": "truediv"}


class _Done(Exception):
    """The layer in question has been computed: the rest of the network is not needed."""


def call_of(model: nn.Module, inputs: tuple[Tensor, ...], layer: str) -> Call:
    """The call of a layer. Raises ExplanationError if the network has none of this name."""
    require_names(model, [layer])
    with torch.no_grad():
        if isinstance(model, fx.GraphModule):
            return _Listener(model, layer).listen(inputs)
        return _module_call(model, inputs, layer)


class _Listener(fx.Interpreter):
    """Runs the graph up to one node."""

    def __init__(self, model: fx.GraphModule, layer: str) -> None:
        super().__init__(model)
        self._names = names_by_node(model)
        self._node = node_named(model, layer)
        self._layer = layer
        self._parts = _parts(self._node)
        self._found: Call | None = None

    def listen(self, inputs: tuple[Tensor, ...]) -> Call:
        with suppress(_Done):
            self.run(*inputs)
        assert self._found is not None
        return self._found

    def run_node(self, n: fx.Node) -> Any:
        if n not in self._parts:
            result = super().run_node(n)
            if n is self._node:  # one of several values that a layer gives: `_found` is that layer
                assert self._found is not None and isinstance(result, Tensor)
                self._found = replace(self._found, output=result.detach().clone())
                raise _Done
            return result
        arguments, options = self.fetch_args_kwargs_from_env(n)
        kept = _copied(tuple(arguments)), _copied(dict(options))
        origins = tuple(self._name(node) for node in _nodes(n))
        before = self._found
        result = super().run_node(n)
        output = first_tensor(result)
        if output is None:
            raise ExplanationError(f"'{self._layer}' gives no tensor.")
        target = _target(self, n)
        if before is not None:  # a sum of several, taken two by two
            kept = (*before.arguments, *kept[0][1:]), kept[1]
            origins = (*before.origins, *origins[1:])
        if n.op == "placeholder":
            kept, origins = ((output.detach().clone(),), {}), (self._layer,)
        self._found = Call(self._layer, target, *kept, origins, output.detach().clone())
        if n is self._node:
            raise _Done
        return result

    def _name(self, node: fx.Node) -> str:
        return self._names.get(node.name, [node.name])[0]


def _parts(node: fx.Node) -> list[fx.Node]:
    """The graph's nodes that are one layer to the user."""
    if node.op == "call_function" and node.target is operator.getitem:
        inner = node.args[0]
        if isinstance(inner, fx.Node) and PATH not in inner.meta and inner.op != "placeholder":
            return _parts(inner)
    parts = [node]
    while PATH in node.meta and parts[0].args and isinstance(parts[0].args[0], fx.Node):
        before = parts[0].args[0]
        if PATH in before.meta or before.target is not node.target or before.op != node.op:
            break
        parts.insert(0, before)
    return parts


def _target(interpreter: fx.Interpreter, node: fx.Node) -> Any:
    if node.op == "call_module":
        return interpreter.fetch_attr(str(node.target))
    return None if node.op == "placeholder" else node.target


def _nodes(node: fx.Node) -> list[fx.Node]:
    """The nodes that give a call its tensors, in the order of `Call.tensors`."""
    found: list[fx.Node] = []
    fx.node.map_arg((node.args, node.kwargs), lambda given: found.append(given))
    return found


def _module_call(model: nn.Module, inputs: tuple[Tensor, ...], layer: str) -> Call:
    """That of a submodule, the first time that it is called."""
    module = model.get_submodule(layer)
    given: list[tuple[Any, Any]] = []
    made: list[Tensor | None] = []

    def before(_: nn.Module, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
        given.append((_copied(arguments), _copied(options)))

    def after(_: nn.Module, arguments: Any, options: Any, result: Any) -> None:
        made.append(first_tensor(result))
        raise _Done

    handles = [
        module.register_forward_pre_hook(before, with_kwargs=True),
        module.register_forward_hook(after, with_kwargs=True),
    ]
    try:
        with suppress(_Done):
            model(*inputs)
    finally:
        for handle in handles:
            handle.remove()
    if not made or made[0] is None:
        raise ExplanationError(f"'{layer}' is not used for this image, or gives no tensor.")
    arguments, options = given[0]
    count = len(_tensors(arguments)) + len(_tensors(tuple(options.values())))
    origins = ("input",) if count == 1 else tuple(f"input {i + 1}" for i in range(count))
    return Call(layer, module, arguments, options, origins, made[0].detach().clone())


def _copied(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, tuple | list):
        return type(value)(_copied(part) for part in value)
    if isinstance(value, dict):
        return {name: _copied(part) for name, part in value.items()}
    return copy.copy(value) if isinstance(value, slice) else value


def _tensors(values: Sequence[Any]) -> list[Tensor]:
    found: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, tuple | list):
            found += _tensors(value)
    return found
