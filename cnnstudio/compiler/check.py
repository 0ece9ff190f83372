"""What a network gives, costs, and what is wrong with it: told in words of the user's graph."""

from __future__ import annotations

from dataclasses import dataclass, field

from cnnstudio.compiler import remedies
from cnnstudio.compiler.outcome import Outcome, outcome
from cnnstudio.compiler.refusals import Case, refused, wrong_rank
from cnnstudio.compiler.report import NodeCost, Report
from cnnstudio.graph import Network, Node, Problem, Project, problem_on, structural_problems
from cnnstudio.layers import LayerKind, catalogue
from cnnstudio.layers.declaration import Shape


def check(project: Project) -> Report:
    """Shapes, problems and cost of the project's main network. Never raises for a wrong network."""
    checked = Checked(project.network)
    problems = [*structural_problems(project.network), *checked.problems]
    problems += _habits(project, checked)
    order = {id: place for place, id in enumerate(project.network.topological())}
    problems.sort(key=lambda p: (p.severity != "error", order.get(p.node_id or "", len(order))))
    counted = [checked.costs[id] for id in checked.used if id in checked.costs]
    by_id = project.network.by_id
    return Report(
        shapes={by_id[id].name: list(shape) for id, shape in checked.shapes.items()},
        problems=problems,
        nodes={by_id[id].name: cost for id, cost in checked.costs.items()},
        parameters=sum(cost.parameters for cost in counted),
        macs=sum(cost.macs for cost in counted),
        activation_bytes=sum(cost.activation_bytes for cost in counted),
    )


@dataclass
class Checked:
    """A network gone through once: all by node id. Shapes leave out the batch.

    `made_for` are the input shapes that a node's weights are made for, `used` the nodes that lead
    to an Output, in the order of computation.
    """

    network: Network
    shapes: dict[str, Shape] = field(default_factory=dict)
    made_for: dict[str, tuple[Shape, ...]] = field(default_factory=dict)
    costs: dict[str, NodeCost] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    used: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        order = self.network.topological()
        leading = _leading_to_output(self.network)
        self.used = [id for id in order if id in leading]
        for id in order:
            self._visit(self.network.node(id), id in leading)

    def _visit(self, node: Node, used: bool) -> None:
        kind = catalogue.get(node.kind)
        if kind is None:
            self.problems.append(
                problem_on(
                    node,
                    f"'{node.name}': there is no layer kind '{node.kind}' here.",
                    "Replace it, or install what provides it. Its settings are kept.",
                )
            )
            return
        shapes = self._input_shapes(node, kind, used)
        if shapes is None:
            return
        owner = self.network.by_id.get(node.shares or "", node)
        made_for = self.made_for.get(owner.id, shapes)
        found = outcome(node.kind, owner.parameters, made_for, shapes)
        problem = self._problem(node, kind, shapes, made_for, found)
        if problem is not None:
            self.problems.append(problem)
            return
        assert found.shape is not None
        self.made_for.setdefault(owner.id, made_for)
        self.shapes[node.id] = found.shape
        self.costs[node.id] = NodeCost(
            parameters=found.parameters if owner is node else 0,
            macs=found.macs,
            activation_bytes=found.activation_bytes,
        )
        if not used and kind.outputs:
            self.problems.append(
                problem_on(
                    node,
                    f"'{node.name}' leads to no Output, so it is left out of the network.",
                    "Wire it on, or delete it.",
                    severity="warning",
                )
            )

    def _input_shapes(self, node: Node, kind: LayerKind, used: bool) -> tuple[Shape, ...] | None:
        """Shapes at the input ports; None if one is missing or unknown, which is told once."""
        wires = {edge.target_port: edge for edge in self.network.incoming(node.id)}
        needed = range(2 if kind.variadic else len(kind.inputs))
        if not kind.variadic and (extra := [port for port in wires if port not in needed]):
            self.problems.append(
                problem_on(
                    node,
                    f"{node.kind} '{node.name}' takes {len(needed)} input"
                    f"{'s' * (len(needed) != 1)}, and a wire leads to number {extra[0] + 1}.",
                    "Remove the wire, or join the inputs with Add or Concatenate.",
                )
            )
            return None
        if len(wires) < len(needed):
            self.problems.append(self._unwired(node, kind, len(wires), len(needed), used))
            return None
        given = [self.shapes.get(wires[port].source) for port in sorted(wires)]
        if any(shape is None for shape in given):
            return None  # the reason is told at the node that has no shape
        for port in wires.values():
            outputs = catalogue[self.network.node(port.source).kind].outputs
            if port.source_port >= len(outputs):
                source = self.network.node(port.source).name
                self.problems.append(
                    problem_on(
                        node,
                        f"A wire to '{node.name}' starts at an output that '{source}' hasn't.",
                        "Remove the wire and draw it again.",
                    )
                )
                return None
        return tuple(shape for shape in given if shape is not None)

    @staticmethod
    def _unwired(node: Node, kind: LayerKind, wires: int, needed: int, used: bool) -> Problem:
        if wires == 0:
            message = f"{node.kind} '{node.name}' has no input."
            hint = "Draw a wire to it from the layer before."
        else:
            message = f"{node.kind} '{node.name}' needs {needed} inputs and has {wires}."
            hint = "Draw another wire to it, or delete it."
        ends = kind.call == "output"
        return problem_on(node, message, hint, severity="error" if used or ends else "warning")

    def _problem(
        self,
        node: Node,
        kind: LayerKind,
        shapes: tuple[Shape, ...],
        made_for: tuple[Shape, ...],
        found: Outcome,
    ) -> Problem | None:
        if found.invalid is not None:
            wrong = [name for name in node.parameters if not _valid(kind, node, name)]
            fix = remedies.reset_parameters(self.network, node, wrong, "Use the default")
            return problem_on(
                node, found.invalid.message, found.invalid.hint, fix=fix if wrong else None
            )
        case = Case(self.network, node, kind, {}, shapes)
        problem = wrong_rank(case)
        if problem is not None:
            return problem
        if found.refused is None:
            return None
        if made_for != shapes:
            owner = self.network.by_id[node.shares or node.id].name
            given, wanted = (
                " and ".join("×".join(map(str, s)) for s in some) for some in (shapes, made_for)
            )
            return problem_on(
                node,
                f"'{node.name}' uses the weights of '{owner}', made for {wanted}, but gets "
                f"{given}.",
                "Give both inputs of equal size, or let it have weights of its own.",
            )
        owner_node = self.network.by_id.get(node.shares or "", node)
        values = kind.validate(owner_node.parameters)
        return refused(Case(self.network, node, kind, values, shapes, found.refused))


def _valid(kind: LayerKind, node: Node, name: str) -> bool:
    try:
        kind.parameter(name).validate(node.parameters[name])
    except (KeyError, ValueError):
        return False
    return True


def _leading_to_output(network: Network) -> set[str]:
    waiting = [node.id for node in network.nodes if node.kind == "Output"]
    found: set[str] = set()
    while waiting:
        id = waiting.pop()
        if id not in found and id in network.by_id:
            found.add(id)
            waiting += [edge.source for edge in network.incoming(id)]
    return found


def _habits(project: Project, checked: Checked) -> list[Problem]:
    """What works but is hardly meant."""
    network = project.network
    problems = []
    for node in network.nodes:
        if node.kind != "Output":
            continue
        for edge in network.incoming(node.id):
            last = network.by_id.get(edge.source)
            if last is None or last.kind not in ("Softmax", "LogSoftmax"):
                continue
            if project.training.loss.kind == "CrossEntropyLoss":
                problems.append(
                    problem_on(
                        last,
                        f"{last.kind} '{last.name}' stands before the Output, but the "
                        "cross-entropy loss applies softmax itself.",
                        "Remove it: with two of them the network learns slowly.",
                        severity="warning",
                        fix=remedies.remove(network, last),
                    )
                )
    return problems
