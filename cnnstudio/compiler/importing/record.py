"""Runs a module once on tensors without data and writes down what it calls.

Functions are seen by a torch-function mode, submodules by their `forward`, which stands aside for
the time of the run. Since the real code runs, anything that it does with shapes, loops or options
is followed; only what depends on a tensor's values can't be.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from itertools import count as counted
from typing import Any

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import (
    DataDependentOutputException,
    DynamicOutputShapeException,
    FakeTensor,
    FakeTensorMode,
)
from torch.overrides import TorchFunctionMode

from cnnstudio.compiler.importing.recording import (
    BATCH,
    Constant,
    Event,
    Frame,
    Recording,
    Ref,
    Value,
    Weight,
    leaves,
    mapped,
    marked,
)
from cnnstudio.graph import ProblemError
from cnnstudio.graph.problems import is_valid_name

# From a module, its positional and named arguments, to what layer it is; None to look into it.
AsLayer = Callable[[nn.Module, tuple[Any, ...], Mapping[str, Any]], Any]


class StaleView(ProblemError):
    """A tensor is changed in place while a view of it is still used; `path` says in what part."""

    path = ""


def record(
    module: nn.Module,
    shapes: Sequence[tuple[int, ...]],
    as_layer: AsLayer,
    whole: Collection[str] = (),
) -> Recording:
    """The calls of `module.forward` for inputs of these shapes (without the batch).

    The parts whose paths are in `whole` are not looked into. The module should be in evaluation
    mode. Raises ProblemError if it can't be followed, StaleView for what only `whole` can help.
    """
    recorder = _Recorder(module, as_layer, whole)
    fake = FakeTensorMode(allow_non_fake_inputs=True)
    names = _input_names(module, len(shapes))
    with fake, torch.no_grad():
        inputs = [torch.empty((BATCH, *shape)) for shape in shapes]
        for name, tensor in zip(names, inputs, strict=True):
            recorder.found.inputs[name] = recorder.new_value(tensor).number
        try:
            with recorder.watched_modules(), recorder:
                result = module(*inputs)
        except (DataDependentOutputException, DynamicOutputShapeException) as error:
            raise ProblemError(
                f"{recorder.place()} decides by the values of a tensor ({error.func}), which a "
                "drawing can't show.",
                hint="Only what depends on shapes and settings can be imported.",
            ) from error
        except ProblemError:
            raise
        except Exception as error:  # whatever the module's own code raises
            wanted = ", ".join("×".join(map(str, shape)) for shape in shapes)
            raise ProblemError(
                f"{recorder.place()} can't be run on an input of {wanted}: "
                f"{type(error).__name__}: {_first_line(error)}",
                hint="Give the input shape that the network is made for.",
            ) from error
        recorder.finish(result)
    return recorder.found


class _Recorder(TorchFunctionMode):
    def __init__(self, module: nn.Module, as_layer: AsLayer, whole: Collection[str]) -> None:
        super().__init__()
        self._whole = frozenset(whole)
        self.found = Recording(module)
        self.found.weights = module.state_dict(keep_vars=True)
        self._as_layer = as_layer
        self._scope: list[Frame] = []
        self._calls: dict[str, int] = {}
        self._paths = {id(part): path for path, part in module.named_modules()}
        self._weights = {
            id(tensor): name
            for name, tensor in (*module.named_parameters(), *module.named_buffers())
        }
        self._kept: list[Tensor] = []  # an id stays that of its tensor while the tensor lives
        self._values: dict[int, tuple[Ref, int]] = {}
        for path, part in module.named_modules():
            self.found.classes[path] = type(part)
        self.found.classes |= getattr(module, "classes", {})

    def new_value(self, tensor: Tensor) -> Ref:
        ref = Ref(len(self.found.values))
        self.found.values.append(Value(tensor, tuple(marked(size) for size in tensor.shape)))
        self._kept.append(tensor)
        self._values[id(tensor)] = (ref, tensor._version)
        return ref

    def place(self) -> str:
        path = self._scope[-1].path if self._scope else ""
        name = type(self.found.module).__name__
        return f"'{path}' of {name}" if path else name

    @contextmanager
    def watched_modules(self) -> Iterator[None]:
        """Every submodule's `forward` tells that it is called, until the end."""
        parts = dict.fromkeys(self.found.module.modules())
        own: dict[nn.Module, Any] = {}
        for part in parts:
            if isinstance(part, torch.jit.ScriptModule):
                raise ProblemError(
                    f"{type(part).__name__} is a scripted module, which has no Python to follow.",
                    hint="Import the module that it was scripted from.",
                )
            own[part] = part.__dict__.get("forward")
            object.__setattr__(part, "forward", self._watched(part, part.forward))
        try:
            yield
        finally:
            for part, forward in own.items():
                if forward is None:
                    del part.__dict__["forward"]
                else:
                    object.__setattr__(part, "forward", forward)

    def _watched(self, module: nn.Module, forward: Callable[..., Any]) -> Callable[..., Any]:
        path = self._paths[id(module)]

        def call(*args: Any, **kwargs: Any) -> Any:
            if self._quiet:
                return forward(*args, **kwargs)
            layer = self._as_layer(module, args, kwargs) if path else None
            if layer is not None or path in self._whole:
                event = self._event(type(module).__name__, args, kwargs)
                event.module, event.path, event.layer = module, path, layer
                self._scope.append(Frame(path))  # only to tell where it failed
                with self._unrecorded():
                    result = forward(*args, **kwargs)
                self._scope.pop()
                return self._finished(event, result, (args, kwargs), renew=True)
            number = self._calls.get(path, 0)
            self._calls[path] = number + 1
            self._scope.append(Frame(path, number))
            result = forward(*args, **kwargs)
            self._scope.pop()  # if it fails, the scope stays and tells where
            return result

        return call

    _quiet = False

    @contextmanager
    def _unrecorded(self) -> Iterator[None]:
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if self._quiet:
            return func(*args, **kwargs)
        tensors = [leaf for leaf in leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        before = [tensor._version for tensor in tensors]
        name = base_name(func)
        with self._unrecorded():
            result = func(*args, **kwargs)
        given = [leaf for leaf in leaves(result) if isinstance(leaf, Tensor)]
        changed = [t for t, version in zip(tensors, before, strict=True) if t._version != version]
        unchanged = given and all(any(one is t for t in tensors) for one in given)
        if not (given or changed) or (unchanged and not changed and "dropout" not in name):
            return result  # a size, or what was given as it was
        versions = {id(t): version for t, version in zip(tensors, before, strict=True)}
        event = self._event(name, args, kwargs, versions)
        event.function = func
        return self._finished(event, result, (args, kwargs), renew=not changed, changed=changed)

    def _event(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        versions: Mapping[int, int] | None = None,
    ) -> Event:
        def described(leaf: Any) -> Any:
            return self._described(leaf, versions) if isinstance(leaf, Tensor) else marked(leaf)

        return Event(
            name=name,
            arguments=mapped(tuple(args), described),
            named=mapped(dict(kwargs), described),
            scope=self._present_scope(),
        )

    def _present_scope(self) -> tuple[Frame, ...]:
        """The calls that this one stands in. An exported program tells them itself."""
        told = getattr(self.found.module, "frames", ())
        return tuple(told or self._scope)

    def _described(
        self, tensor: Tensor, versions: Mapping[int, int] | None
    ) -> Ref | Weight | Constant:
        if id(tensor) in self._values:
            ref, version = self._values[id(tensor)]
            if (versions or {}).get(id(tensor), tensor._version) != version:
                error = StaleView(
                    f"{self.place()} changes a tensor in place while another view of it is still "
                    "used, which a drawing can't show.",
                    hint="Write it without the in-place operation (x = x + y, not x += y).",
                )
                error.path = self._scope[-1].path if self._scope else ""
                raise error
            return ref
        if id(tensor) in self._weights:
            return Weight(self._weights[id(tensor)])
        if isinstance(tensor, FakeTensor):
            raise ProblemError(f"{self.place()} makes a tensor in a way that can't be followed.")
        self._kept.append(tensor)
        return Constant(tensor)

    def _finished(
        self,
        event: Event,
        result: Any,
        given: Any,
        renew: bool,
        changed: Sequence[Tensor] = (),
    ) -> Any:
        """Notes the event's outputs; a tensor handed through becomes one of its own."""
        tensors = {id(leaf) for leaf in leaves(given) if isinstance(leaf, Tensor)}
        outputs: list[int] = []
        refs: dict[int, Ref] = {}

        def renewed(leaf: Any) -> Any:
            given = renew and isinstance(leaf, Tensor) and id(leaf) in tensors
            unchanged = given and leaf._version == self._version_of(leaf)
            return torch.ops.aten.alias.default(leaf) if unchanged else leaf

        def noted(leaf: Any) -> Any:
            if not isinstance(leaf, Tensor):
                return marked(leaf)
            if id(leaf) not in refs:
                refs[id(leaf)] = self.new_value(leaf)
                outputs.append(refs[id(leaf)].number)
            return refs[id(leaf)]

        with self._unrecorded():
            result = _like(result, renewed)
        event.result = _plain(result, noted)
        for tensor in changed:
            noted(tensor)
        event.outputs = tuple(outputs)
        self.found.events.append(event)
        return result

    def _version_of(self, tensor: Tensor) -> int | None:
        known = self._values.get(id(tensor))
        return known[1] if known else None

    def finish(self, result: Any) -> None:
        """Notes what the module returned: one tensor, or several by name or in order."""
        named: dict[str, Any]
        if isinstance(result, Tensor):
            named = {"output": result}
        elif isinstance(result, Mapping):
            named = {str(key): part for key, part in result.items()}
        elif hasattr(result, "_asdict"):
            named = result._asdict()
        elif isinstance(result, tuple | list):
            named = {f"output_{number}": part for number, part in enumerate(result)}
        else:
            named = dict(getattr(result, "__dict__", {}))
        for name, part in named.items():
            if part is None:
                continue
            if not isinstance(part, Tensor):
                raise ProblemError(
                    f"{self.place()} returns {type(part).__name__} as '{name}', not a tensor.",
                    hint="Import the part of it that returns a tensor, or several by name.",
                )
            described = self._described(part, None)
            if not isinstance(described, Ref):
                raise ProblemError(f"{self.place()} returns a tensor that no input leads to.")
            self.found.outputs[name] = described.number
        if not self.found.outputs:
            raise ProblemError(f"{self.place()} returns no tensor.")


def base_name(function: Callable[..., Any]) -> str:
    """What a function is called, however it is spelled: `add` for `a + b`, `a.add_(b)`, …"""
    packet = getattr(function, "overloadpacket", None)
    name: str = packet.__name__ if packet is not None else getattr(function, "__name__", "")
    if name in ("__get__", "__set__"):
        owner = getattr(function, "__self__", None)
        return str(getattr(owner, "__name__", name))
    if name[:2] == name[-2:] == "__":
        name = name[2:-2]
        return name[1:] if name in IN_PLACE_OPERATORS else name
    return name[:-1] if name.endswith("_") and not name.endswith("__") else name


IN_PLACE_OPERATORS = ("iadd", "isub", "imul", "itruediv", "ipow", "ifloordiv", "imod", "iand",
                      "ior", "ixor")  # fmt: skip


def _like(tree: Any, change: Callable[[Any], Any]) -> Any:
    """The same containers, dicts and named tuples kept, with tensors changed."""
    match tree:
        case Mapping():
            return type(tree)({key: _like(part, change) for key, part in tree.items()})  # type: ignore[call-arg]
        case tuple() if hasattr(tree, "_fields"):
            return type(tree)(*(_like(part, change) for part in tree))
        case torch.Size():
            return tree
        case tuple():
            return tuple(_like(part, change) for part in tree)
        case list():
            return [_like(part, change) for part in tree]
        case _:
            return change(tree)


def _plain(tree: Any, change: Callable[[Any], Any]) -> Any:
    return mapped(dict(tree) if isinstance(tree, Mapping) else tree, change)


def _input_names(module: nn.Module, count: int) -> list[str]:
    """The names of the first arguments of `forward`, another where it can't be a node's."""
    told: Sequence[str] = getattr(module, "input_names", ())
    names = (
        list(told)[:count]
        or [
            parameter.name
            for parameter in inspect.signature(module.forward).parameters.values()
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ][:count]
    )
    names += [f"input_{number}" for number in range(len(names), count)]
    found: list[str] = []
    for name in names:  # `input`, as torch's own containers call it, is Python's
        found.append(name if is_valid_name(name) else _free("image", {*names, *found}))
    return found


def _free(name: str, taken: Collection[str]) -> str:
    """`image`, or `image_2`, …"""
    tries = chain([name], (f"{name}_{number}" for number in counted(2)))
    return next(one for one in tries if one not in taken)


def _first_line(error: Exception) -> str:
    first = next(iter(str(error).strip().splitlines()), "")
    return first.replace(str(BATCH), "N")
