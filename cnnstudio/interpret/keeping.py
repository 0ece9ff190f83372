"""Keeping what every node of a graph gives, in the time of one plain pass.

Nothing is copied but what a layer is about to write over. Copying all of it would take a third as
long as the pass itself.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from torch import Tensor, fx, nn
from torch.utils import _pytree as pytree

from cnnstudio.compiler.running import Watcher, first_tensor, names_by_node

# Functions of these homes say by their names or arguments whether they write over what they get.
KNOWN_HOMES = ("torch", "_operator", "builtins", "math")
WRITING_OPERATORS = {"iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "imatmul",
                     "iand", "ior", "ixor", "ilshift", "irshift", "setitem"}  # fmt: skip


def kept(
    model: fx.GraphModule, inputs: tuple[Tensor, ...], names: Collection[str] | None = None
) -> tuple[dict[str, Tensor], Any]:
    """What the named nodes (all if None) give, in order of computation, and what the network does.
    Call it without gradients.

    If there are names, the graph is run until the last of them, and gives None.
    """
    plan = _plan(model, names)
    if plan.function is not None:
        results, end = plan.function(model, *_cloned(inputs))
        values = zip(plan.names, map(first_tensor, results), strict=True)
        return {name: value for own, value in values if value is not None for name in own}, end
    keeping = _Keeping(model, names)
    end = keeping.go(_cloned(inputs))
    if keeping.is_intact:
        return keeping.found, end
    # A layer wrote where none was expected to: then everything is copied.
    copies: dict[str, Tensor] = {}

    def keep(name: str, value: Tensor) -> None:
        if names is None or name in names:
            copies[name] = value.clone()

    return copies, Watcher(model, keep).run(*_cloned(inputs))


@dataclass(frozen=True)
class _Plan:
    """`function(model, *inputs)` gives the values of `names` (a node may have several), and what
    the graph gives. It is None for a graph in which something may write over what it is given."""

    code: str
    names: list[list[str]]
    function: Callable[..., tuple[tuple[Any, ...], Any]] | None


_plans: WeakKeyDictionary[nn.Module, dict[frozenset[str] | None, _Plan]] = WeakKeyDictionary()
PLANS_OF_A_MODEL = 32


def _plan(model: fx.GraphModule, names: Collection[str] | None) -> _Plan:
    """Remembered as long as the graph is the same."""
    known = _plans.setdefault(model, {})
    key = None if names is None else frozenset(names)
    plan = known.get(key)
    if plan is None or plan.code != model.code:
        if len(known) >= PLANS_OF_A_MODEL:
            known.clear()
        plan = known[key] = _made(model, key)
    return plan


def _made(model: fx.GraphModule, wanted: frozenset[str] | None) -> _Plan:
    """The graph's own code, ending with the last value that is wanted, and giving all of them."""
    graph = copy.deepcopy(model.graph)
    names = names_by_node(model)
    chosen: list[fx.Node] = []
    told: list[list[str]] = []
    safe = True
    last = None
    for node in graph.nodes:
        own = [n for n in names.get(node.name, ()) if wanted is None or n in wanted]
        if own and node.op not in ("output", "get_attr"):
            chosen.append(node)
            told.append(own)
            last = node
    for node in list(graph.nodes):
        safe = safe and not may_write(model, node)
        if node is last:
            break
    if not safe:
        return _Plan(model.code, told, None)
    output = next(node for node in graph.nodes if node.op == "output")
    end = output.args[0] if wanted is None else None
    for node in reversed(list(graph.nodes)):
        if node is last or (node is not output and wanted is None):
            break
        graph.erase_node(node)
    graph.output((tuple(chosen), end))
    # The code runs on the model itself, so that a layer put in place of another is run.
    return _Plan(model.code, told, type(fx.GraphModule(model, graph)).forward)


def _cloned(inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """A first layer may work in place."""
    return tuple(one.clone() for one in inputs)


class _Enough(Exception):
    pass


class _Keeping(fx.Interpreter):
    def __init__(self, model: fx.GraphModule, names: Collection[str] | None) -> None:
        super().__init__(model)
        self._names = names_by_node(model)
        self._wanted = None if names is None else set(names)
        self._versions: dict[str, int] = {}
        self.found: dict[str, Tensor] = {}

    def go(self, inputs: tuple[Tensor, ...]) -> Any:
        """What the graph gives; None if it wasn't run to its end."""
        with contextlib.suppress(_Enough):
            return self.run(*inputs)
        return None

    @property
    def is_intact(self) -> bool:
        """Whether everything kept is as its node gave it."""
        return all(value._version == self._versions[name] for name, value in self.found.items())

    def run_node(self, n: fx.Node) -> Any:
        if self.found and may_write(self.module, n):
            self._rescue(n)
        result = super().run_node(n)
        value = first_tensor(result)
        if value is not None and n.op not in ("output", "get_attr"):
            for name in self._names.get(n.name, ()):
                self._keep(name, value)
        return result

    def _keep(self, name: str, value: Tensor) -> None:
        if self._wanted is not None and name not in self._wanted:
            return
        self._set(name, value.clone() if value.is_inference() else value.detach())
        if self._wanted is not None and len(self.found) == len(self._wanted):
            raise _Enough

    def _set(self, name: str, value: Tensor) -> None:
        self.found[name] = value
        self._versions[name] = 0 if value.is_inference() else value._version

    def _rescue(self, n: fx.Node) -> None:
        """Copies what shares memory with the node's arguments: it will be written over."""
        given = pytree.tree_leaves(self.fetch_args_kwargs_from_env(n))
        places = {_place(one) for one in given if isinstance(one, Tensor)}
        for name, value in self.found.items():
            if _place(value) in places:
                self._set(name, value.clone())


def may_write(model: nn.Module, node: fx.Node) -> bool:
    """Whether a node may write over what it is given. What isn't known may."""
    if node.op == "call_module":
        module = model.get_submodule(str(node.target))
        known = type(module).__module__.startswith(("torch.nn.", "cnnstudio.modules."))
        return not known or any(getattr(one, "inplace", False) for one in module.modules())
    if node.op == "call_method":
        return str(node.target).endswith("_") and not str(node.target).endswith("__")
    if node.op != "call_function":
        return False
    named = dict(zip(_arguments(node.target), node.args, strict=False)) | dict(node.kwargs)
    home = str(getattr(node.target, "__module__", None) or "torch")
    name = str(getattr(node.target, "__name__", ""))
    return (
        home.split(".")[0] not in KNOWN_HOMES
        or bool(named.get("inplace"))
        or named.get("out") is not None
        or name in WRITING_OPERATORS
        or (name.endswith("_") and not name.endswith("__"))
    )


@cache
def _arguments(function: Any) -> tuple[str, ...]:
    """The names of a function's arguments, as far as it tells them."""
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return ()


def _place(value: Tensor) -> int:
    return int(value.untyped_storage().data_ptr())
