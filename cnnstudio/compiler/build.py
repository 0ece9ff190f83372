"""From a graph to a module: a `torch.fx.GraphModule` whose submodules carry the nodes' names."""

from __future__ import annotations

import operator
from collections.abc import Mapping

import torch
from torch import Tensor, fx, nn

from cnnstudio.compiler.check import report_on
from cnnstudio.compiler.construct import construct, resolve
from cnnstudio.compiler.trace import Ref, Step, Trace, trace
from cnnstudio.graph import ProblemError, Project

BLOCKS = "blocks"  # in a model's `meta`: the name of the value that each block gives, by its path
SHAPE = "shape"  # beside it: the shape of this value, without the batch
PATH = "path"  # in the `meta` of a graph's node: the path of the layer that gives this value


def build(project: Project, weights: Mapping[str, Tensor] | None = None) -> fx.GraphModule:
    """The project's main network as a module, in training mode, on the CPU.

    It takes one tensor (N, …) for each Input, in the order of their names, and returns that of the
    Output; of several Outputs a dict by name. Blocks are unrolled: the graph is flat, and the
    modules are nested as the blocks are (`layer1.0.conv1`). Modules are made in the order of
    computation, so `torch.manual_seed` fixes the weights. `weights` is a state dict.

    Raises ProblemError if the network has errors, or if the weights don't fit it.
    """
    model = assemble(sound(project))
    if weights is not None:
        _load(model, weights)
    return model


def sound(project: Project) -> Trace:
    """The project's network, traced. Raises ProblemError with the first error that it has."""
    if not project.network.nodes:
        raise ProblemError("The network is empty.", hint="Add layers, or begin with a template.")
    found = trace(project)
    for problem in report_on(found).problems:
        if problem.severity == "error":
            raise ProblemError(problem.message, node=problem.node, hint=problem.hint)
    return found


def assemble(found: Trace) -> fx.GraphModule:
    """The module of a network that was traced and has no errors."""
    graph = fx.Graph()
    root = nn.Module()
    values: dict[Ref, fx.Node] = {}
    names = _Names(found)
    for step in _inputs_first(found):
        _add(graph, root, step, values, names)
    results = {name: values[ref] for name, ref in found.outputs.items()}
    graph.output(next(iter(results.values())) if len(results) == 1 else results)
    model = fx.GraphModule(root, graph, class_name=class_name(found.project.name))
    model.meta[BLOCKS] = {
        path: values[refs[0]].name
        for path, refs in found.values.items()
        if path not in found.steps and refs and refs[0] in values
    }
    _list_copies(model, found)
    return model


def class_name(name: str) -> str:
    """A class's name for a project's name: `lenet-5 (small)` becomes `Lenet5Small`."""
    joined = "".join(_words(name))
    return joined if joined.isidentifier() else f"Network{joined}"


def _words(name: str) -> list[str]:
    cleaned = "".join(c if c.isascii() and c.isalnum() else " " for c in name)
    return [word[:1].upper() + word[1:] for word in cleaned.split()]


def _inputs_first(found: Trace) -> list[Step]:
    """The used steps in the order of computation; the inputs as they stand in the document."""
    by_id = {step.node.id: step for step in found.used if step.kind.call == "input"}
    inputs = [by_id[node.id] for node in found.network.nodes if node.id in by_id]
    return [*inputs, *(step for step in found.used if step.kind.call != "input")]


class _Names:
    """A name in the graph for each value: a layer's own, with `_` for `.` inside of a block."""

    def __init__(self, found: Trace) -> None:
        self._taken = {node.name for node in found.network.nodes}

    def of(self, path: str) -> str:
        return path if "." not in path else self.free(path.replace(".", "_"))

    def free(self, name: str) -> str:
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name


def _add(
    graph: fx.Graph, root: nn.Module, step: Step, values: dict[Ref, fx.Node], names: _Names
) -> None:
    """Adds a layer's call, and its outputs to `values`."""
    kind, name = step.kind, names.of(step.path)
    given = [values[ref] for ref in step.inputs]
    given = [
        graph.create_node("call_method", "long", (value,), name=names.free(f"{name}_indices"))
        if index
        else value
        for value, index in zip(given, kind.reads_indices(len(given)), strict=True)
    ]
    picks = [kind.pick(port, len(step.shapes)) for port in range(len(step.shapes))]
    whole = name if picks == [()] else names.free(f"{name}_all")
    arguments = dict(step.arguments)
    match kind.call:
        case "input":
            result = graph.create_node("placeholder", name, name=whole)
        case "module":
            _give_module(root, step)
            result = graph.create_node(
                "call_module", step.module, tuple(given), dict(kind.call_arguments or {}), whole
            )
        case "fold":
            function = resolve(kind.target)
            result = given[0]
            for number, other in enumerate(given[1:], 1):
                last = number == len(given) - 1
                part = whole if last else names.free(f"{name}_part{number}")
                result = graph.create_node("call_function", function, (result, other), name=part)
        case "list":
            result = graph.create_node(
                "call_function", resolve(kind.target), (given,), arguments, whole
            )
        case _:
            result = graph.create_node(
                "call_function", resolve(kind.target), tuple(given), arguments, whole
            )
    for port, pick in enumerate(picks):
        value = result
        for depth, index in enumerate(pick, 1):
            last = depth == len(pick)
            own = name if port == 0 and last else names.free(f"{name}_{port + 1}")
            value = graph.create_node("call_function", operator.getitem, (value, index), name=own)
        values[Ref(step.path, port)] = value
    first = values[Ref(step.path)]
    first.meta[PATH] = step.path
    first.meta[SHAPE] = step.shapes[0]
    assert first.name == name, "names that torch.fx changes are refused by the check"


def _give_module(root: nn.Module, step: Step) -> None:
    """Makes the module of a layer where its path says, unless it is there: weights are shared."""
    *way, name = step.module.split(".")
    holder = root
    for part in way:
        if not hasattr(holder, part):
            holder.add_module(part, nn.Module())
        holder = getattr(holder, part)
    if not hasattr(holder, name):
        holder.add_module(name, _constructed(step))


def _list_copies(model: nn.Module, found: Trace) -> None:
    """Makes a ModuleList of a repeated block's copies, so that they can be counted and indexed."""
    repeated = {path.rpartition(".")[0] for path in found.uses if path.rpartition(".")[2].isdigit()}
    for path in sorted(repeated, key=lambda path: path.count(".")):
        holder_path, _, name = path.rpartition(".")
        try:
            holder = model.get_submodule(holder_path)
            copies = dict(getattr(holder, name).named_children())
        except AttributeError:  # nothing in it has weights
            continue
        if list(copies) == [str(number) for number in range(len(copies))]:
            setattr(holder, name, nn.ModuleList(copies.values()))


def _constructed(step: Step) -> nn.Module:
    try:
        module = construct(step.kind, step.arguments)
    except (RuntimeError, MemoryError) as error:  # it was made on the meta device, which
        raise ProblemError(  # needs no memory
            f"{step.kind.label} '{step.path}' is too large for this machine's memory.",
            node=step.path,
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
