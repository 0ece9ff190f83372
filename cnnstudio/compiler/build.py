"""From a graph to a module: a `torch.fx.GraphModule` whose submodules carry the nodes' names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, fx, nn

from cnnstudio.compiler.check import Checked, check
from cnnstudio.compiler.construct import construct, resolve
from cnnstudio.graph import Network, Node, ProblemError, Project
from cnnstudio.layers import LayerKind, catalogue


def build(project: Project, weights: Mapping[str, Tensor] | None = None) -> fx.GraphModule:
    """The project's main network as a module, in training mode, on the CPU.

    It takes one tensor (N, …) for each Input, in the order of their names, and returns that of the
    Output; of several Outputs a dict by name. Modules are made in the order
    of computation, so `torch.manual_seed` fixes the weights. `weights` is a state dict.

    Raises ProblemError if the network has errors, or if the weights don't fit it.
    """
    require_sound(project)
    checked = Checked(project.network)
    root = nn.Module()
    graph = fx.Graph()
    values: dict[str, fx.Node] = {}
    for node in _inputs_first(project.network, checked.used):
        kind = catalogue[node.kind]
        if kind.call != "output":
            values[node.id] = _add(graph, root, checked, node, kind, values)
    outputs = {
        node.name: values[project.network.incoming(node.id)[0].source]
        for node in project.network.nodes
        if node.kind == "Output"
    }
    graph.output(next(iter(outputs.values())) if len(outputs) == 1 else outputs)
    model = fx.GraphModule(root, graph, class_name=class_name(project.name))
    if weights is not None:
        _load(model, weights)
    return model


def class_name(name: str) -> str:
    """A class's name for a project's name: `lenet-5 (small)` becomes `Lenet5Small`."""
    joined = "".join(_words(name))
    return joined if joined.isidentifier() else f"Network{joined}"


def _words(name: str) -> list[str]:
    cleaned = "".join(c if c.isascii() and c.isalnum() else " " for c in name)
    return [word[:1].upper() + word[1:] for word in cleaned.split()]


def require_sound(project: Project) -> None:
    """Raises ProblemError with the first error that the check finds."""
    if not project.network.nodes:
        raise ProblemError("The network is empty.", hint="Add layers, or begin with a template.")
    for problem in check(project).problems:
        if problem.severity == "error":
            raise ProblemError(problem.message, node=problem.node, hint=problem.hint)


def _inputs_first(network: Network, order: list[str]) -> list[Node]:
    """The used nodes in the order of computation; the inputs as they stand in the document."""
    used = set(order)
    inputs = [node for node in network.nodes if node.kind == "Input" and node.id in used]
    return [*inputs, *(network.node(id) for id in order if network.node(id) not in inputs)]


def _add(
    graph: fx.Graph,
    root: nn.Module,
    checked: Checked,
    node: Node,
    kind: LayerKind,
    values: dict[str, fx.Node],
) -> fx.Node:
    network = checked.network
    given = [values[edge.source] for edge in network.incoming(node.id)]
    owner = network.by_id.get(node.shares or "", node)
    arguments = kind.arguments(owner.parameters, checked.made_for.get(owner.id, ()))
    match kind.call:
        case "input":
            added = graph.create_node("placeholder", node.name, name=node.name)
        case "module":
            if not hasattr(root, owner.name):
                root.add_module(owner.name, _constructed(owner, kind, arguments))
            added = graph.create_node("call_module", owner.name, tuple(given), name=node.name)
        case "fold":
            first = given[0]
            for number, other in enumerate(given[1:], 1):
                last = number == len(given) - 1
                name = node.name if last else _free_name(network, f"{node.name}_part{number}")
                first = graph.create_node(
                    "call_function", resolve(kind.target), (first, other), name=name
                )
            added = first
        case "list":
            added = graph.create_node(
                "call_function", resolve(kind.target), (given,), arguments, name=node.name
            )
        case _:
            added = graph.create_node(
                "call_function", resolve(kind.target), tuple(given), arguments, name=node.name
            )
    assert added.name == node.name, "names that torch.fx changes are refused by the check"
    return added


def _free_name(network: Network, name: str) -> str:
    while network.find(name) is not None:
        name += "_"
    return name


def _constructed(node: Node, kind: LayerKind, arguments: Mapping[str, Any]) -> nn.Module:
    try:
        module = construct(kind, arguments)
    except (RuntimeError, MemoryError) as error:  # the check made it on the meta device, which
        raise ProblemError(  # needs no memory
            f"{node.kind} '{node.name}' is too large for this machine's memory.",
            node=node.name,
            hint="Make it smaller: fewer channels or features.",
        ) from error
    assert module is not None
    return module


def _load(model: fx.GraphModule, weights: Mapping[str, Tensor]) -> None:
    try:
        model.load_state_dict(dict(weights), strict=True)
    except (RuntimeError, torch.jit.Error) as error:
        details = [line.strip() for line in str(error).splitlines()[1:]]
        raise ProblemError(
            f"The weights don't fit the network. {' '.join(details[:3])}",
            hint="Use weights of the network that they were trained with.",
        ) from None
