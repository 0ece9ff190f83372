"""Running a built network node by node, with an eye on what each gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, fx

from cnnstudio.compiler.build import BLOCKS, PATH

See = Callable[[str, Tensor], None]


class Watcher(fx.Interpreter):
    """Runs a network; `see(name, value)` is called with each node's tensor when it is computed.

    A later layer may work in place on the very tensor. Of a node that gives several tensors, the
    first is seen.
    """

    def __init__(self, model: fx.GraphModule, see: See) -> None:
        super().__init__(model)
        self._see = see
        self._names = names_by_node(model)

    def run_node(self, n: fx.Node) -> Any:
        result = super().run_node(n)
        value = first_tensor(result)
        if value is not None:
            for name in self._names.get(n.name, ()):
                self._see(name, value)
        return result


def names_by_node(model: fx.GraphModule) -> dict[str, list[str]]:
    """What the user calls each node of the graph, by the graph's own name: a layer's path, and
    the paths of the blocks that end with it."""
    names = {
        node.name: [node.meta.get(PATH, node.name)]
        for node in model.graph.nodes
        if node.op not in ("output", "get_attr")
    }
    for path, name in model.meta.get(BLOCKS, {}).items():
        if path not in names[name]:
            names[name].append(path)
    return names


def first_tensor(value: Any) -> Tensor | None:
    """The value itself, or the first of several; None if that is no tensor."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, tuple | list) and value and isinstance(value[0], Tensor):
        return value[0]
    return None
