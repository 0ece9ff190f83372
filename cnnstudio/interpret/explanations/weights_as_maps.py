"""CAM: the weights of the layer that gives the scores, applied at each position of the maps."""

from __future__ import annotations

from typing import TypeGuard

import torch
from torch import Tensor, fx, nn
from torch.nn import functional

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.explanations.case import Case
from cnnstudio.interpret.explanations.class_activation import enlarged

NO_LINEAR = "CAM needs a linear layer at the network's end that gives the scores."
HINT = "Use Grad-CAM, which is the same where CAM can be had, and needs no such layers."
# What may stand between the last layer with weights and the network's end.
SOFTMAX = (nn.Softmax, nn.LogSoftmax)
UNCHANGED = (nn.Identity, nn.Dropout, nn.Dropout2d, nn.Flatten)


@torch.no_grad()
def cam(case: Case) -> Tensor:
    """Heat (N, H, W), signed: Σ over units of the class's weight × activation.

    Zhou et al. 2016, https://arxiv.org/abs/1512.04150. Where the maps are one for each class and
    their means are the scores, the class's own map.
    """
    seen = case.at_layer
    activation, targets = seen.activation.detach(), case.scores.targets
    means = activation.mean((2, 3))
    scores = case.scores.of_result(seen.result)
    if scores.shape == means.shape and _alike(scores, means):
        weights = functional.one_hot(targets, means.shape[1]).to(means)
    else:
        weights = _weights(case, means, scores)[targets]
    return enlarged(case, (weights[:, :, None, None] * activation).sum(1, keepdim=True))


def _weights(case: Case, means: Tensor, scores: Tensor) -> Tensor:
    """(classes, units) of the last layer; ExplanationError unless it takes the maps' means."""
    name, layer = _last_layer(case)
    weights = layer.weight.flatten(1)
    if weights.shape == (scores.shape[1], means.shape[1]):
        raw = functional.linear(means, weights, layer.bias)
        if any(_alike(scores, one) for one in (raw, raw.softmax(1), raw.log_softmax(1))):
            return weights
    raise ExplanationError(
        f"CAM needs the means of the maps of '{case.at_layer.layer}' to go straight into "
        f"'{name}', which gives the scores; here they do not.",
        HINT,
    )


def _last_layer(case: Case) -> tuple[str, nn.Linear | nn.Conv2d]:
    """The linear layer, or convolution of one pixel, at the end of the network."""
    model = case.model
    if not isinstance(model, fx.GraphModule):
        return _last_module(model)
    end = next(node for node in model.graph.nodes if node.op == "output").args[0]
    node = end[case.scores.output] if isinstance(end, dict) else end
    while isinstance(node, fx.Node):
        module = model.get_submodule(str(node.target)) if node.op == "call_module" else None
        if _is_linear(module):
            return node.name, module
        if module is not None and not isinstance(module, (*SOFTMAX, *UNCHANGED)):
            break
        if len(node.all_input_nodes) != 1:
            break
        [node] = node.all_input_nodes
    raise ExplanationError(NO_LINEAR, HINT)


def _last_module(model: nn.Module) -> tuple[str, nn.Linear | nn.Conv2d]:
    leaves = [(name, one) for name, one in model.named_modules() if not any(one.children())]
    leaves = [(n, one) for n, one in leaves if not isinstance(one, (*SOFTMAX, *UNCHANGED))]
    name, last = leaves[-1] if leaves else ("", None)
    if _is_linear(last):
        return name, last
    raise ExplanationError(NO_LINEAR, HINT)


def _is_linear(module: nn.Module | None) -> TypeGuard[nn.Linear | nn.Conv2d]:
    return isinstance(module, nn.Linear) or (
        isinstance(module, nn.Conv2d) and module.kernel_size == (1, 1) and module.groups == 1
    )


def _alike(one: Tensor, other: Tensor) -> bool:
    return torch.allclose(one, other, rtol=1e-4, atol=1e-5)
