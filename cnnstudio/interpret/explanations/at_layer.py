"""One pass through a network, with gradients only from a chosen node on.

All that class activation maps need, in the time of one pass: what lies before the node is computed
without a record, and going back ends at the node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx, nn

from cnnstudio.interpret.capture import node_named


@dataclass(frozen=True)
class AtLayer:
    """What the node `layer` gave, (N, C, h, w), and what the network made of it.

    Later layers worked on a copy: in place or not, `activation` is as the node gave it.
    """

    layer: str
    activation: Tensor
    result: Any

    def gradient(self, score: Tensor) -> Tensor:
        """∂score/∂activation of scores (N,), each of its own image. RuntimeError if there is no
        way back."""
        (found,) = torch.autograd.grad(score.sum(), self.activation)
        return found


def see_at(model: nn.Module, images: Tensor, layer: str) -> AtLayer:
    """Runs the model on images (N, C, H, W) as far as `layer` without gradients, then with.

    Of a module that is no graph, `layer` is a submodule; of several uses of it the last counts.
    """
    if isinstance(model, fx.GraphModule):
        return _of_graph(model, images, layer)
    return _of_module(model, images, layer)


def _of_graph(model: fx.GraphModule, images: Tensor, layer: str) -> AtLayer:
    run = _From(model, node_named(model, layer))
    with torch.enable_grad():
        result = run.run(images.clone())
    assert run.activation is not None
    return AtLayer(layer, run.activation, result)


class _From(fx.Interpreter):
    """Keeps what a node gives, and hands a copy of it on."""

    def __init__(self, model: fx.GraphModule, node: fx.Node) -> None:
        super().__init__(model)
        self._node = node
        self.activation: Tensor | None = None

    def run_node(self, n: fx.Node) -> Any:
        with torch.set_grad_enabled(self.activation is not None):
            result = super().run_node(n)
        if n is not self._node:
            return result
        self.activation, handed_on = _opened(result)
        return handed_on


def _of_module(model: nn.Module, images: Tensor, layer: str) -> AtLayer:
    seen: list[Tensor] = []

    def hook(module: nn.Module, inputs: Any, output: Any) -> Any:
        torch.set_grad_enabled(True)
        activation, handed_on = _opened(output)
        seen.append(activation)
        return handed_on

    handle = model.get_submodule(layer).register_forward_hook(hook)
    try:
        with torch.no_grad():
            result = model(images.clone())
    finally:
        handle.remove()
    return AtLayer(layer, seen[-1], result)


def _opened(output: Any) -> tuple[Tensor, Any]:
    """The tensor that gradients lead back to, and what is handed on in place of the output."""
    first, rest = (output, None) if isinstance(output, Tensor) else (output[0], output[1:])
    activation = first.detach().clone().requires_grad_(first.is_floating_point())
    copy = activation.clone()
    return activation, copy if rest is None else type(output)((copy, *rest))
