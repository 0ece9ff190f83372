"""Layers whose output still has positions (C×H×W), and the one to explain by default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, fx, nn

from cnnstudio.compiler.running import names_by_node
from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.capture import node_named, require_names, run
from cnnstudio.interpret.images import shape_text


@dataclass(frozen=True)
class LayerChoice:
    """A layer and why it is the one."""

    layer: str
    reason: str


_shapes: WeakKeyDictionary[nn.Module, tuple[Any, dict[str, torch.Size]]] = WeakKeyDictionary()


def choose_layer(
    model: nn.Module, images: Tensor, layer: str | None, output: str | None
) -> LayerChoice:
    """The layer asked for, if class activation can be shown there; else the last that it can.

    Raises ExplanationError with the reason and another layer's name.
    """
    shapes = node_shapes(model, images[:1])
    upstream = leading_to(model, output)
    fit = [name for name in shapes if has_positions(shapes[name]) and name in upstream]
    inputs = _inputs(model)
    inner = [name for name in fit if name not in inputs]
    if layer is None:
        if not inner:
            raise ExplanationError(
                "The network has no layer with positions (C×H×W) in its output.",
                "Explain it with 'gradients' or 'integrated_gradients', which need none.",
            )
        return _default(model, inner, shapes)
    require_names(model, [layer])
    if layer in fit:
        return LayerChoice(layer, "")
    hint = f"Choose one that has, such as '{inner[-1]}'." if inner else ""
    if layer not in upstream:
        where = f"the output '{output}'" if output else "the network's output"
        raise ExplanationError(f"'{layer}' does not lead to {where}.", hint)
    raise ExplanationError(
        f"'{layer}' gives {shape_text(shapes[layer][1:])}, without positions (C×H×W) to show.",
        hint,
    )


def node_shapes(model: nn.Module, images: Tensor) -> dict[str, torch.Size]:
    """Every node's output shape, in order of computation. Of a graph they are remembered, so that
    choosing a layer costs no pass the next time."""
    key = _identity(model, images)
    known = _shapes.get(model)
    if known is not None and key is not None and known[0] == key:
        return known[1]
    shapes: dict[str, torch.Size] = {}

    def keep(name: str, value: Tensor) -> None:
        shapes[name] = value.shape

    with torch.no_grad():
        run(model, (images.clone(),), keep)
    _shapes[model] = key, shapes
    return shapes


def _identity(model: nn.Module, images: Tensor) -> Any:
    """What decides the shapes; None for a module that is no graph, whose code may do anything."""
    if not isinstance(model, fx.GraphModule):
        return None
    weights = tuple(parameter.shape for parameter in model.parameters())
    return tuple(images.shape), model.code, weights


def has_positions(shape: torch.Size) -> bool:
    """Whether this is (N, C, H, W) with more than one position."""
    return len(shape) == 4 and shape[2] * shape[3] > 1


def first_output(model: nn.Module) -> str | None:
    """The first of several outputs; None where there is but one, or that can't be known."""
    if not isinstance(model, fx.GraphModule):
        return None
    result = next(node for node in model.graph.nodes if node.op == "output").args[0]
    return next(iter(result)) if isinstance(result, dict) else None


def leading_to(model: nn.Module, output: str | None) -> set[str]:
    """Names of the nodes that this output (the only one if None) is computed from."""
    if not isinstance(model, fx.GraphModule):
        return {name for name, _ in model.named_modules()}
    end = next(node for node in model.graph.nodes if node.op == "output")
    result = end.args[0]
    start = result.get(output, end) if isinstance(result, dict) else end
    waiting: list[fx.Node] = [start] if isinstance(start, fx.Node) else []
    found: set[str] = set()
    while waiting:
        node = waiting.pop()
        if node.name not in found:
            found.add(node.name)
            waiting.extend(node.all_input_nodes)
    names = names_by_node(model)
    return {name for own in found for name in names.get(own, ())}


def _default(model: nn.Module, names: list[str], shapes: dict[str, torch.Size]) -> LayerChoice:
    """The last layer with positions, or what it pools: pooling only makes the map coarser."""
    last = chosen = names[-1]
    while (before := _only_shrinks(model, chosen, shapes)) in names:
        chosen = str(before)
    size = shape_text(shapes[chosen][1:])
    if chosen == last:
        return LayerChoice(chosen, f"'{chosen}' ({size}) is the last layer with positions.")
    return LayerChoice(
        chosen,
        f"'{chosen}' ({size}) is the last layer with positions before '{last}' makes them coarser.",
    )


def _only_shrinks(model: nn.Module, name: str, shapes: dict[str, torch.Size]) -> str | None:
    """The node that this one takes the maps of, making them smaller with nothing learnt."""
    if not isinstance(model, fx.GraphModule):
        return None
    node = node_named(model, name)
    sources = node.all_input_nodes
    if len(sources) != 1:
        return None
    source = names_by_node(model).get(sources[0].name, [""])[-1]
    if source not in shapes:
        return None
    learns = node.op == "call_module" and any(
        True for _ in model.get_submodule(str(node.target)).parameters()
    )
    before, after = shapes[source], shapes[name]
    pools = before[:2] == after[:2] and before[2:].numel() > after[2:].numel()
    return source if pools and not learns else None


def _inputs(model: nn.Module) -> set[str]:
    if not isinstance(model, fx.GraphModule):
        return set()
    return {node.name for node in model.graph.nodes if node.op == "placeholder"}
