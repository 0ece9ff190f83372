"""Running a network while keeping what its nodes give: layers and functions alike."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, fx, nn

from cnnstudio.compiler.running import See, Watcher, first_tensor, names_by_node
from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.keeping import kept


def node_names(model: nn.Module) -> list[str]:
    """Names that `run` can keep, in the order of computation.

    Those of the graph's nodes; inside of a block, and for a block itself, dotted paths. Of a
    module that is no graph, those of its submodules.
    """
    if isinstance(model, fx.GraphModule):
        return [name for names in names_by_node(model).values() for name in names]
    return [name for name, _ in model.named_modules() if name]


def require_names(model: nn.Module, names: Collection[str]) -> None:
    """Raises ExplanationError for a name that the network doesn't have."""
    known = node_names(model)
    for name in names:
        if name not in known:
            raise ExplanationError(
                f"The network has no layer '{name}'.", f"It has: {', '.join(known)}."
            )


def run(model: nn.Module, inputs: tuple[Tensor, ...], keep: See) -> Any:
    """Runs the model; `keep(name, value)` sees each node's tensor when it is computed. Returns what
    the model gives.

    A later layer may work in place on the very tensor: keep a copy. Of a node that gives several
    tensors, the first is seen.
    """
    if isinstance(model, fx.GraphModule):
        return Watcher(model, keep).run(*inputs)
    with _watched_modules(model, keep):
        return model(*inputs)


def collect(
    model: nn.Module, inputs: tuple[Tensor, ...], names: Collection[str] | None = None
) -> dict[str, Tensor]:
    """What the named nodes (all if None) give, in order of computation; no gradients.

    As the nodes gave it, whatever works in place later; but two may share memory, where the one
    only hands on or views the other. A graph is run no further than it must be.
    """
    with torch.no_grad():
        if isinstance(model, fx.GraphModule):
            return kept(model, inputs, names)[0]
        return _copies(model, inputs, names)[0]


def collect_all(model: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[dict[str, Tensor], Any]:
    """What all nodes give, as `collect` has it, and what the network gives; no gradients."""
    with torch.no_grad():
        if isinstance(model, fx.GraphModule):
            return kept(model, inputs)
        return _copies(model, inputs, None)


def value_at(model: nn.Module, images: Tensor, layer: str) -> Tensor:
    """What `layer` gives for images, (N, …), without gradients."""
    return collect(model, (images,), [layer])[layer]


def _copies(
    model: nn.Module, inputs: tuple[Tensor, ...], names: Collection[str] | None
) -> tuple[dict[str, Tensor], Any]:
    found: dict[str, Tensor] = {}

    def keep(name: str, value: Tensor) -> None:
        if names is None or name in names:
            found[name] = value.detach().clone()

    # A first layer may work in place.
    return found, run(model, tuple(one.clone() for one in inputs), keep)


def node_named(model: fx.GraphModule, name: str) -> fx.Node:
    """The graph's node of a layer or block by its path. KeyError if there is none."""
    own = next((key for key, names in names_by_node(model).items() if name in names), None)
    for node in model.graph.nodes:
        if node.name == own:
            return node
    raise KeyError(name)


@contextmanager
def _watched_modules(model: nn.Module, keep: See) -> Iterator[None]:
    def hook(name: str) -> Callable[[nn.Module, Any, Any], None]:
        def seen(module: nn.Module, inputs: Any, output: Any) -> None:
            value = first_tensor(output)
            if value is not None:
                keep(name, value)

        return seen

    handles = [
        module.register_forward_hook(hook(name)) for name, module in model.named_modules() if name
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
