"""What a network gives, costs, and what is wrong with it: told in words of the user's graph."""

from __future__ import annotations

from itertools import pairwise

from cnnstudio.compiler import remedies
from cnnstudio.compiler.memory import inference_bytes, training_bytes
from cnnstudio.compiler.receptive import receptive_fields
from cnnstudio.compiler.report import BlockUse, NodeCost, Report
from cnnstudio.compiler.trace import Trace, trace
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
    """What works but is hardly meant."""
    if found.project.training.loss.kind != "CrossEntropyLoss":
        return []
    problems = []
    for ref in found.outputs.values():
        step = found.steps[ref.path]
        if step.kind.kind not in ("Softmax", "LogSoftmax"):
            continue
        network = _network(found, step.network)
        problems.append(
            problem_on(
                step.node,
                f"{step.kind.label} '{step.node.name}' stands before the Output, but the "
                "cross-entropy loss applies softmax itself.",
                "Remove it: with two of them the network learns slowly.",
                severity="warning",
                fix=remedies.remove(network, step.node),
            ).model_copy(
                update={
                    "node": step.path,
                    "network": step.network,
                    "within": _ids(found, step.path),
                }
            )
        )
    return problems


def _network(found: Trace, name: str) -> Network:
    return found.network if found.network.name == name else found.project.network_named(name)
