"""A network whose activations are modules, each used once and none in place."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import fx, nn
from torch.nn import functional

from cnnstudio.interpret.explanations.overlapping import apart

NAME = "explained_activation"

# Functions as the modules that take the same arguments after the first.
FUNCTIONS: dict[Any, type[nn.Module]] = {
    torch.relu: nn.ReLU,
    torch.relu_: nn.ReLU,
    functional.relu: nn.ReLU,
    functional.relu_: nn.ReLU,
    torch.sigmoid: nn.Sigmoid,
    functional.sigmoid: nn.Sigmoid,
    torch.sigmoid_: nn.Sigmoid,
    torch.tanh: nn.Tanh,
    torch.tanh_: nn.Tanh,
    functional.tanh: nn.Tanh,
    functional.leaky_relu: nn.LeakyReLU,
    functional.leaky_relu_: nn.LeakyReLU,
    functional.elu: nn.ELU,
    functional.elu_: nn.ELU,
    functional.softplus: nn.Softplus,
    functional.max_pool1d: nn.MaxPool1d,
    functional.max_pool2d: nn.MaxPool2d,
    functional.max_pool3d: nn.MaxPool3d,
}
METHODS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "relu_": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "sigmoid_": nn.Sigmoid,
    "tanh": nn.Tanh,
    "tanh_": nn.Tanh,
}
IN_PLACE = {
    torch.relu_, functional.relu_, torch.sigmoid_, torch.tanh_, functional.leaky_relu_,
    functional.elu_, "relu_", "sigmoid_", "tanh_",
}  # fmt: skip
KINDS = tuple(dict.fromkeys(FUNCTIONS.values()))


def in_modules(model: nn.Module) -> nn.Module:
    """A network that computes the same; the given one is left as it is, weights are shared.

    Of a module that can't be traced, a copy that doesn't work in place.
    """
    graph = _traced(model)
    if graph is None:
        return _out_of_place(copy.deepcopy(model))
    made = fx.GraphModule(graph, copy.deepcopy(graph.graph))
    for number, node in enumerate(list(made.graph.nodes)):
        module = _module_for(made, node)
        if module is not None:
            _put(made, node, f"{NAME}_{number}", module)
    made.recompile()
    return made.train(model.training)


def _traced(model: nn.Module) -> fx.GraphModule | None:
    if isinstance(model, fx.GraphModule):
        return model
    try:
        return fx.symbolic_trace(model)
    except Exception:  # tracing runs the module's own code, which may raise anything
        return None


def _module_for(model: fx.GraphModule, node: fx.Node) -> nn.Module | None:
    """The module to stand for a node; None where the node may stay as it is."""
    if node.op == "call_module":
        module = model.get_submodule(str(node.target))
        if any(isinstance(one, KINDS) for one in module.modules()):
            return apart(_out_of_place(copy.deepcopy(module)))
        return None
    kind = FUNCTIONS.get(node.target) if node.op == "call_function" else None
    if node.op == "call_method":
        kind = METHODS.get(str(node.target))
    rest = node.args[1:]
    if kind is None or not node.args or len(rest) > 4:
        return None
    if any(isinstance(value, fx.Node) for value in (*rest, *node.kwargs.values())):
        return None
    return apart(_out_of_place(kind(*rest, **node.kwargs)))


def _put(model: fx.GraphModule, node: fx.Node, name: str, module: nn.Module) -> None:
    """Puts the module in the node's place, between copies of its own.

    Captum's hooks are on the tensors that go in and come out. One that a skip connection or the
    next activation holds too would be given a gradient that is not this module's alone; and what
    follows may work in place.
    """
    graph, wrote = model.graph, _writes_over_its_input(model, node)
    source, *others = node.args if node.op == "call_module" else node.args[:1]
    keywords = dict(node.kwargs) if node.op == "call_module" else {}
    model.add_submodule(name, module)
    with graph.inserting_before(node):
        given = graph.call_function(torch.clone, (source,))
        result = call = graph.call_module(name, (given, *others), keywords)
        if _gives_tensor(module):
            result = graph.call_function(torch.clone, (call,))
    node.replace_all_uses_with(result)
    if wrote and isinstance(source, fx.Node):
        # Whoever reads the input afterwards meant what was written over it.
        nodes = list(graph.nodes)
        later = set(nodes[nodes.index(node) + 1 :])
        source.replace_all_uses_with(result, delete_user_cb=lambda user: user in later)
    graph.erase_node(node)


def _writes_over_its_input(model: fx.GraphModule, node: fx.Node) -> bool:
    if node.op == "call_module":
        return bool(getattr(model.get_submodule(str(node.target)), "inplace", False))
    return node.target in IN_PLACE or bool(node.kwargs.get("inplace", False))


def _gives_tensor(module: nn.Module) -> bool:
    """Rather than several, as a composite module may."""
    if isinstance(module, nn.Sequential):
        return _gives_tensor(module[-1])
    return isinstance(module, KINDS) and not getattr(module, "return_indices", False)


def _out_of_place(module: nn.Module) -> nn.Module:
    for one in module.modules():
        if getattr(one, "inplace", None) is True:
            one.inplace = False  # type: ignore[assignment]
    return module
