"""A network up to one of its nodes, with gradients back to the image."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.nn import functional

from cnnstudio.compiler.running import first_tensor
from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.capture import node_named, require_names, run
from cnnstudio.interpret.explanations.scores import class_scores

See = Callable[[Tensor], Tensor]

RECTIFIERS: tuple[Any, ...] = (
    torch.relu, torch.relu_, functional.relu, functional.relu_, "relu", "relu_",
)  # fmt: skip
LEAK = 0.1


def seen_by(model: nn.Module, layer: str | None) -> See:
    """Images → what the node `layer` gives, or, of None, the scores (N, classes) of the first
    output. What lies behind the node isn't computed.

    Raises ExplanationError for a layer that the network doesn't have.
    """
    if layer is None:
        return lambda images: _scores(model(images.clone()))
    require_names(model, [layer])
    if not isinstance(model, fx.GraphModule):
        return lambda images: _watched(model, images, layer)
    part = up_to(model, node_named(model, layer))
    return lambda images: _tensor(part(images.clone()), layer)


def driven(model: nn.Module, layer: str | None) -> See:
    """Like `seen_by`, but a ReLU at the very end lets a tenth through below 0 too: there it has no
    gradient that could lead an image to where it is active."""
    plain = seen_by(model, layer)
    if layer is None or not isinstance(model, fx.GraphModule):
        return plain
    node = node_named(model, layer)
    if not _rectifies(model, node):
        return plain
    before = up_to(model, node.all_input_nodes[0])
    return lambda images: functional.leaky_relu(_tensor(before(images.clone()), layer), LEAK)


def up_to(model: fx.GraphModule, node: fx.Node) -> fx.GraphModule:
    """The network that ends with this node; weights are shared. All before it stays: what works in
    place there may change what the node is given."""
    graph = copy.deepcopy(model.graph)
    nodes = list(graph.nodes)
    end = next(one for one in nodes if one.name == node.name)
    for one in reversed(nodes[nodes.index(end) + 1 :]):
        graph.erase_node(one)
    graph.output(end)
    return fx.GraphModule(model, graph).train(model.training)


def _rectifies(model: fx.GraphModule, node: fx.Node) -> bool:
    if len(node.all_input_nodes) != 1:
        return False
    if node.op == "call_module":
        return isinstance(model.get_submodule(str(node.target)), nn.ReLU)
    return node.target in RECTIFIERS


def _watched(model: nn.Module, images: Tensor, layer: str) -> Tensor:
    found: list[Tensor] = []

    def keep(name: str, value: Tensor) -> None:
        if name == layer:
            found.append(value.clone())

    run(model, (images.clone(),), keep)
    return found[-1]


def _scores(result: Any) -> Tensor:
    output = next(iter(result)) if isinstance(result, dict) else None
    return class_scores(result, output)


def _tensor(value: Any, layer: str) -> Tensor:
    found = first_tensor(value)
    if found is None or not found.is_floating_point() or found.ndim < 2:
        raise ExplanationError(f"'{layer}' gives no numbers by unit: there is nothing to excite.")
    return found
