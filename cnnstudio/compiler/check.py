"""What a network gives, costs, and what is wrong with it: told in words of the user's graph."""

from __future__ import annotations

from itertools import pairwise

from cnnstudio.compiler import remedies
from cnnstudio.compiler.memory import inference_bytes, training_bytes
from cnnstudio.compiler.receptive import receptive_fields
from cnnstudio.compiler.report import BlockUse, NodeCost, Report
from cnnstudio.compiler.trace import Step, Trace, trace
from cnnstudio.compiler.varying import size_problems
from cnnstudio.graph import (
    Edge,
    Network,
    Node,
    Problem,
    Project,
    problem_on,
    structural_problems,
)
from cnnstudio.layers import catalogue
from cnnstudio.layers.endings import (
    GIVE_LOG_PROBABILITIES,
    PASS_ON,
    TAKE_SOFTMAX,
    WANT_LOG_PROBABILITIES,
)


def check(project: Project, block: str | None = None) -> Report:
    """Shapes, problems and cost of the project's main network, or of a block by itself.

    Never raises for a wrong network; ProblemError if there is no block of that name.
    """
    network = project.network if block is None else project.network_named(block)
    return report_on(trace(project, network))


def warm_up() -> None:
    """Checks a small network: torch loads a good deal the first time that it finds shapes."""
    kinds = ("Input", "Conv2d", "BatchNorm2d", "Output")
    nodes = tuple(Node(id=kind, kind=kind, name=kind.lower()) for kind in kinds)
    edges = tuple(Edge(source=one, target=two) for one, two in pairwise(kinds))
    check(Project(networks=(Network(nodes=nodes, edges=edges),)))


def report_on(found: Trace) -> Report:
    """The report on a network that was traced."""
    network = found.network
    problems = [*_structural(found), *found.problems, *_habits(found), *size_problems(found)]
    order = {id: place for place, id in enumerate(network.topological())}

    def place(problem: Problem) -> tuple[bool, int]:
        top = problem.within[0] if problem.within else problem.node_id or ""
        return problem.severity != "error", order.get(top, len(order))

    problems.sort(key=place)
    used = {step.path for step in found.used}
    return Report(
        shapes={path: list(found.shape(refs[0])) for path, refs in found.values.items()},
        port_shapes={
            path: [list(found.shape(ref)) for ref in refs]
            for path, refs in found.values.items()
            if len(refs) > 1
        },
        problems=problems,
        uses={
            path: BlockUse(network=use.network.name, values=dict(use.names))
            for path, use in found.uses.items()
        },
        nodes=_costs(found),
        parameters=sum(step.cost.parameters for step in found.used),
        macs=sum(step.cost.macs for step in found.used),
        activation_bytes=sum(
            step.cost.activation_bytes for path, step in found.steps.items() if path in used
        ),
        inference_bytes=inference_bytes(found),
        training_bytes=training_bytes(found),
    )


def _structural(found: Trace) -> list[Problem]:
    """What is wrong with the wiring of the network and of each block that it uses."""
    problems = list(structural_problems(found.network))
    seen = {found.network.name}
    for use in found.uses.values():
        if use.network.name not in seen:
            seen.add(use.network.name)
            within = _ids(found, use.path)
            problems += [
                problem.model_copy(
                    update={
                        "node": f"{use.path}.{problem.node}" if problem.node else use.path,
                        "within": within,
                    }
                )
                for problem in structural_problems(use.network)
            ]
    return problems


def _ids(found: Trace, path: str) -> tuple[str, ...]:
    """Ids of the block nodes that lead to a use."""
    ids: list[str] = []
    parts = path.split(".")
    for length in range(1, len(parts) + 1):
        use = found.uses.get(".".join(parts[:length]))
        if use is not None and use.node is not None:
            ids.append(use.node.id)
    return tuple(ids)


def _costs(found: Trace) -> dict[str, NodeCost]:
    """Each layer's cost, and each block's: the sum of what is in it."""
    sums: dict[str, list[int]] = {}
    for path, step in found.steps.items():
        parts = path.split(".")
        for length in range(1, len(parts) + 1):
            total = sums.setdefault(".".join(parts[:length]), [0, 0, 0])
            total[0] += step.cost.parameters
            total[1] += step.cost.macs
            total[2] += step.cost.activation_bytes
    fields = receptive_fields(found)
    return {
        path: NodeCost.model_construct(
            parameters=total[0],
            macs=total[1],
            activation_bytes=total[2],
            receptive_field=fields.get(path, []),
        )
        for path, total in sums.items()
    }


def _habits(found: Trace) -> list[Problem]:
    """What works but is hardly meant: ends of the network that do not suit their losses."""
    problems = []
    for name, ref in found.outputs.items():
        step = found.steps[ref.path]
        kinds = _losses_of(found, name)
        within = next((TAKE_SOFTMAX[kind] for kind in kinds if kind in TAKE_SOFTMAX), None)
        wanting = next((kind for kind in kinds if kind in WANT_LOG_PROBABILITIES), None)
        if wanting is not None:
            if not _gives_log_probabilities(found, step):
                problems.append(_no_logarithms(found, name, step, WANT_LOG_PROBABILITIES[wanting]))
        elif within is not None and step.kind.kind in ("Softmax", "LogSoftmax"):
            problems.append(_softmax_twice(found, step, within))
    return problems


def _losses_of(found: Trace, output: str) -> list[str]:
    """The kinds of the losses of an output."""
    training = found.project.training
    if output in training.output_losses and output != next(iter(found.outputs)):
        return [training.output_losses[output].kind]
    return [training.loss.kind, *(loss.kind for loss in training.added_losses)]


def _gives_log_probabilities(found: Trace, step: Step) -> bool:
    """Whether it does, or nobody can tell: a layer of the user's own may."""
    while step.kind.kind in PASS_ON and step.inputs:
        step = found.steps[step.inputs[0].path]
    return step.kind.kind in GIVE_LOG_PROBABILITIES or step.kind.kind not in catalogue


def _no_logarithms(found: Trace, output: str, step: Step, loss: str) -> Problem:
    end = f"{step.kind.label} '{step.node.name}'"
    network = _network(found, step.network)
    if step.kind.kind == "Softmax":
        parameters = dict(step.node.parameters)
        fix = remedies.replace_kind(network, step.node, "LogSoftmax", parameters)
        hint = "Replace it with a LogSoftmax, or choose CrossEntropyLoss and remove it."
    else:
        outer = found.network
        target = next(node for node in outer.nodes if node.name == output)
        [edge] = [edge for edge in outer.edges if edge.target == target.id]
        fix = remedies.insert_before(outer, edge, "LogSoftmax")
        hint = "Add a LogSoftmax, or choose CrossEntropyLoss."
    return _at(
        found, step,
        problem_on(
            step.node,
            f"{end} stands before the Output, but the {loss} loss takes log-probabilities: of "
            "other numbers it falls below 0 without end, and nothing is learned.",
            hint, severity="warning", fix=fix,
        ),
    )  # fmt: skip


def _softmax_twice(found: Trace, step: Step, loss: str) -> Problem:
    return _at(
        found, step,
        problem_on(
            step.node,
            f"{step.kind.label} '{step.node.name}' stands before the Output, but the {loss} loss "
            "applies softmax itself.",
            "Remove it: with two of them the network learns slowly.",
            severity="warning",
            fix=remedies.remove(_network(found, step.network), step.node),
        ),
    )  # fmt: skip


def _at(found: Trace, step: Step, problem: Problem) -> Problem:
    """The problem with its place, which may be within blocks."""
    place = {"node": step.path, "network": step.network, "within": _ids(found, step.path)}
    return problem.model_copy(update=place)


def _network(found: Trace, name: str) -> Network:
    return found.network if found.network.name == name else found.project.network_named(name)
