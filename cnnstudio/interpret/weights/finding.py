"""The module with the weights of a node, and what stands before it."""

from __future__ import annotations

import operator
from dataclasses import dataclass

import torch
from torch import Tensor, fx, nn
from torch.nn.modules import activation, batchnorm, dropout, instancenorm, padding, pooling

from cnnstudio.compiler.build import SHAPE
from cnnstudio.compiler.running import names_by_node
from cnnstudio.graph.errors import ExplanationError, NoWeightsError
from cnnstudio.interpret.capture import node_named, require_names

LISTED = 12
_MIXING = {nn.MultiheadAttention, nn.Softmax, nn.Softmax2d, nn.LogSoftmax, nn.Softmin, nn.GLU}
# What leaves each value where it is.
_IN_PLACE = {
    nn.Identity, *(kind for kind in vars(dropout).values() if isinstance(kind, type)),
    *(getattr(activation, name) for name in activation.__all__),
    nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d,
} - _MIXING  # fmt: skip
# What leaves channels what they are.
_KEEPING = (
    *(kind for kind in _IN_PLACE if isinstance(kind, type) and issubclass(kind, nn.Module)),
    *(getattr(padding, name) for name in padding.__all__),
    *(getattr(pooling, name) for name in pooling.__all__),
    *(getattr(instancenorm, name) for name in instancenorm.__all__),
    *(getattr(batchnorm, name) for name in batchnorm.__all__),
    nn.Upsample,
)


@dataclass(frozen=True)
class Found:
    """A node's module, and where it is in the graph; None where the network is no graph."""

    layer: str
    module: nn.Module
    path: str  # of the module in the model, as its state dict has it
    model: nn.Module
    node: fx.Node | None = None


def found_at(model: nn.Module, layer: str) -> Found:
    """Where a node's weights are. Raises ExplanationError where it has none."""
    require_names(model, [layer])
    if not isinstance(model, fx.GraphModule):
        return _with_weights(Found(layer, model.get_submodule(layer), layer, model))
    node = node_named(model, layer)
    if names_by_node(model)[node.name][0] != layer:
        inside = [name for name in with_weights(model) if name.startswith(f"{layer}.")]
        raise ExplanationError(
            f"'{layer}' is a block.",
            f"Choose a layer in it: {_listed(inside)}." if inside else "It has no weights.",
        )
    while node.op == "call_function" and node.target is operator.getitem:
        node = node.all_input_nodes[0]  # a layer that gives several tensors
    if node.op != "call_module":
        raise _no_weights(model, layer)
    path = str(node.target)
    return _with_weights(Found(layer, model.get_submodule(path), path, model, node))


def with_weights(model: nn.Module, dimensions: int = 1) -> list[str]:
    """The layers that have weights, of at least so many dimensions, in the order of computation."""

    def fits(module: nn.Module, recurse: bool) -> bool:
        return any(one.ndim >= dimensions for one in module.parameters(recurse))

    if not isinstance(model, fx.GraphModule):
        return [name for name, one in model.named_modules() if name and fits(one, False)]
    names = names_by_node(model)
    return [
        names[node.name][0]
        for node in model.graph.nodes
        if node.op == "call_module" and fits(_module(model, node), True)
    ]


def parameters_of(found: Found) -> dict[str, Tensor]:
    """A module's weights by name, the one named `weight` first, then those of more dimensions."""
    module = found.module
    named: dict[str, Tensor] = dict(module.named_parameters())
    for path, one in module.named_modules():  # what a weight is made of is no weight
        for name in getattr(one, "parametrizations", {}):
            whole = f"{path}.{name}" if path else name
            inner = f"{path}.parametrizations" if path else "parametrizations"
            named = {n: p for n, p in named.items() if not n.startswith(f"{inner}.{name}.")}
            named[whole] = getattr(one, name)
    for name in [name for name in named if name.endswith("in_proj_weight")]:
        if isinstance(module, nn.MultiheadAttention):
            parts = named.pop(name).chunk(3)
            named |= dict(zip(("query", "key", "value"), parts, strict=True))
    order = sorted(named, key=lambda name: (name != "weight", -min(2, named[name].ndim)))
    return {name: named[name] for name in order}


def flattened_shape(found: Found) -> tuple[int, ...] | None:
    """The shape (C, H, W) or (C, length) that is flattened before a linear layer; None if it is
    fed otherwise, or if the shape is not known."""
    node = _before(found.node)
    while node is not None and node.op == "call_module" and _is(found, node, tuple(_IN_PLACE)):
        node = _before(node)
    if node is None or not _flattens(found, node):
        return None
    before = _before(node)
    shape = before.meta.get(SHAPE) if before is not None else None
    return tuple(shape) if shape is not None and len(shape) > 1 else None


def is_fed_by_image(found: Found) -> bool:
    """Whether a layer reads the network's input: what stands between leaves channels as they are.

    Where the network is no graph, whether it is the first with weights.
    """
    if found.node is None:
        first = next((n for n, one in found.model.named_modules() if _has_kernels(one)), None)
        return first == found.layer
    node = _before(found.node)
    while node is not None and node.op != "placeholder":
        keeps = node.op == "call_module" and _is(found, node, _KEEPING)
        node = _before(node) if keeps or _flattens(found, node) else None
    return node is not None


def _before(node: fx.Node | None) -> fx.Node | None:
    """The only node that a node reads."""
    inputs = node.all_input_nodes if node is not None else []
    return inputs[0] if len(inputs) == 1 else None


def _flattens(found: Found, node: fx.Node) -> bool:
    if node.op == "call_module":
        return _is(found, node, (nn.Flatten,))
    return (node.op, node.target) in (("call_function", torch.flatten), ("call_method", "flatten"))


def _is(found: Found, node: fx.Node, kinds: tuple[object, ...]) -> bool:
    return type(_module(found.model, node)) in kinds


def _module(model: nn.Module, node: fx.Node) -> nn.Module:
    return model.get_submodule(str(node.target))


def _has_kernels(module: nn.Module) -> bool:
    return any(one.ndim > 1 for one in module.parameters(recurse=False))


def _with_weights(found: Found) -> Found:
    if not any(True for _ in found.module.parameters()):
        raise _no_weights(found.model, found.layer)
    return found


def _no_weights(model: nn.Module, layer: str) -> NoWeightsError:
    there = with_weights(model)
    hint = f"Layers with weights are: {_listed(there)}." if there else "No layer has any."
    return NoWeightsError(f"'{layer}' has no weights: it computes the same always.", hint,
                          _nearest(model, layer))  # fmt: skip


def _nearest(model: nn.Module, layer: str) -> str | None:
    """The last layer with weights before this one, else the first after it. Kernels and matrices
    are more to see than the scale and shift of a normalisation."""
    there = with_weights(model, 2) or with_weights(model)
    names = (
        [names[0] for names in names_by_node(model).values()]
        if isinstance(model, fx.GraphModule)
        else [name for name, _ in model.named_modules()]
    )
    at = names.index(layer) if layer in names else 0
    before = [name for name in there if name in names[:at]]
    return before[-1] if before else next(iter(there), None)


def _listed(names: list[str]) -> str:
    more = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {more} more" if more > 0 else "")
