"""Goes through a network once, in the order of computation, with its blocks unrolled.

`check`, `build` and `code` all read what is found here: one step a layer, under a dotted path
(`layer1.0.conv1` is the node `conv1` in the first copy of the block node `layer1`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnnstudio.compiler import complaints, own
from cnnstudio.compiler.outcome import Outcome, outcome
from cnnstudio.compiler.report import NodeCost
from cnnstudio.compiler.saved import NOTHING_SAVED, Saved
from cnnstudio.graph import Network, Node, Problem, ProblemError, Project, problem_on
from cnnstudio.graph.expressions import evaluate, resolve
from cnnstudio.layers import LayerKind, catalogue
from cnnstudio.layers.declaration import Shape
from cnnstudio.layers.lookup import REPEAT, block_kind, kind_of

MOST_STEPS = 20_000


@dataclass(frozen=True)
class Ref:
    """A value: the output `port` of the step at `path`."""

    path: str
    port: int = 0


@dataclass(frozen=True)
class Step:
    """One layer in one place. Shapes leave out the batch.

    `module` is the path of the layer whose weights it uses (its own, unless shared); `made_for`
    are the input shapes that these weights are made for. `parameters` hold no expressions,
    `arguments` are the target's; `saved` and `views` are as in `Outcome`.
    """

    path: str
    network: str
    node: Node
    kind: LayerKind
    module: str
    parameters: Mapping[str, Any]
    arguments: Mapping[str, Any]
    inputs: tuple[Ref, ...]
    given: tuple[Shape, ...]
    made_for: tuple[Shape, ...]
    shapes: tuple[Shape, ...]
    cost: NodeCost
    saved: Saved = NOTHING_SAVED
    views: tuple[int | None, ...] = ()

    @property
    def parameters_with_defaults(self) -> dict[str, Any]:
        return {**self.kind.defaults(), **self.parameters}


@dataclass(frozen=True)
class Use:
    """A block in one place: one copy of what a block node stands for.

    `node` is the block node, `names` what expressions in it can name, `inputs` and `outputs` the
    values at its ports. The outermost network is a use too, with the path "".
    """

    path: str
    network: Network
    node: Node | None
    names: Mapping[str, Any]
    inputs: tuple[Ref, ...]
    outputs: tuple[Ref | None, ...]
    values: Mapping[str, tuple[Ref, ...]]  # by node id: what each node's output ports give


@dataclass
class Trace:
    """All that was found. Dicts are by path and in the order of computation.

    `values` has every node: layers, blocks, bypassed nodes and a block's own ports. `used` are
    the steps that lead to an Output of the network.
    """

    project: Project
    network: Network
    steps: dict[str, Step] = field(default_factory=dict)
    uses: dict[str, Use] = field(default_factory=dict)
    values: dict[str, tuple[Ref, ...]] = field(default_factory=dict)
    outputs: dict[str, Ref] = field(default_factory=dict)  # by the Output node's name
    problems: list[Problem] = field(default_factory=list)
    used: list[Step] = field(default_factory=list)
    made_for: dict[str, tuple[Shape, ...]] = field(default_factory=dict)
    image_shapes: Mapping[str, Shape] = field(default_factory=dict)  # instead of the Inputs' own

    def shape(self, ref: Ref) -> Shape:
        return self.steps[ref.path].shapes[ref.port]


def trace(project: Project, network: Network | None = None) -> Trace:
    """Traces the project's main network, or one of its blocks by itself.

    A block's Input nodes then give images of the shape that is set at them. Never raises for a
    wrong network: what is wrong is in `problems`.
    """
    return _traced(Trace(project, network or project.network))


def retrace(found: Trace, image_shapes: Mapping[str, Shape]) -> Trace:
    """Goes through a network again with images of other shapes, by the Inputs' paths.

    The weights are those that were made before: a layer that can't take the new shapes is told.
    """
    return _traced(
        Trace(
            found.project, found.network,
            made_for=dict(found.made_for), image_shapes=dict(image_shapes),
        )
    )  # fmt: skip


def _traced(found: Trace) -> Trace:
    chosen = found.network
    try:
        names = _names_by_itself(chosen)
    except ProblemError as error:
        found.problems.append(Problem(message=error.message, hint=error.hint))
        return found
    _Walk(found, chosen, "", "", names, (), (chosen.name,)).go()
    ends = [node.name for node in chosen.nodes if node.kind == "Output"]
    found.outputs = {name: found.outputs[name] for name in ends if name in found.outputs}
    found.used = _leading_to_outputs(found)
    return found


@dataclass
class _Walk:
    """One network (or one copy of a block) being gone through."""

    found: Trace
    network: Network
    prefix: str  # of the paths of its nodes
    module_prefix: str  # of the paths of its weights
    names: dict[str, Any]
    within: tuple[str, ...]  # ids of the block nodes that lead here
    stack: tuple[str, ...]  # names of the networks that lead here
    given: tuple[Ref, ...] | None = None
    node: Node | None = None
    values: dict[str, tuple[Ref, ...]] = field(default_factory=dict)
    outputs: dict[str, Ref | None] = field(default_factory=dict)

    def go(self) -> tuple[Ref | None, ...]:
        """What arrives at the network's Output nodes, in their order."""
        leading = complaints.leading_to_output(self.network)
        for id in self.network.topological():
            if len(self.found.steps) > MOST_STEPS:
                break
            self._visit(self.network.node(id), id in leading)
        ends = [node for node in self.network.nodes if node.kind == "Output"]
        results = tuple(self.outputs.get(node.id) for node in ends)
        self.found.uses[self.prefix.removesuffix(".")] = Use(
            self.prefix.removesuffix("."), self.network, self.node, self.names,
            self._input_refs(), results, self.values,
        )  # fmt: skip
        return results

    def _input_refs(self) -> tuple[Ref, ...]:
        ids = [node.id for node in self.network.nodes if node.kind == "Input"]
        return tuple(ref for id in ids for ref in self.values.get(id, ()))

    def _visit(self, node: Node, leads_on: bool) -> None:
        kind = kind_of(self.found.project, node.kind)
        if kind is None:
            self._tell(complaints.unknown_kind(self.found.project, node))
            return
        if kind.call == "input" and self.given is not None:
            ids = [other.id for other in self.network.nodes if other.kind == "Input"]
            self._keep(node, (self.given[ids.index(node.id)],))
            return
        refs = self._inputs(node, kind, leads_on)
        if refs is None:
            return
        try:
            bypassed = self._is_bypassed(node)
            owner = self.network.by_id.get(node.shares or "", node)
            parameters = {k: resolve(v, self.names) for k, v in owner.parameters.items()}
        except ProblemError as error:
            self._tell(problem_on(node, error.message, error.hint))
            return
        if bypassed:
            if not refs:
                self._tell(complaints.nothing_to_hand_on(node))
            else:
                self._keep(node, refs[:1])
        elif kind.call == "block":
            self._visit_block(node, owner, parameters, refs)
        elif kind.call == "output":
            self._keep(node, refs)
            self.outputs[node.id] = refs[0]
            if self.given is None:
                self.found.outputs[node.name] = refs[0]
        else:
            self._visit_layer(node, owner, kind, parameters, refs)
        if not leads_on and kind.outputs and node.id in self.values:
            self._tell(complaints.leads_nowhere(node))

    def _is_bypassed(self, node: Node) -> bool:
        wish = node.bypass
        return bool(evaluate(wish, self.names) if isinstance(wish, str) else wish)

    def _visit_layer(
        self, node: Node, owner: Node, kind: LayerKind, parameters: dict[str, Any],
        refs: tuple[Ref, ...],
    ) -> None:  # fmt: skip
        blocked = own.problem_of(kind)
        if blocked is not None:
            self._tell(problem_on(node, *blocked))
            return
        module = f"{self.module_prefix}{owner.name}"
        shapes = tuple(self.found.shape(ref) for ref in refs)
        made_for = self.found.made_for.get(module, shapes)
        if kind.call == "input" and module in self.found.image_shapes:
            parameters["shape"] = list(self.found.image_shapes[module])
        result = outcome(kind, parameters, made_for, shapes)
        problem = complaints.about(self.network, node, kind, shapes, made_for, parameters, result)
        if problem is not None:
            self._tell(problem)
            return
        is_first = module not in self.found.made_for
        self.found.made_for.setdefault(module, made_for)
        path = f"{self.prefix}{node.name}"
        self.found.steps[path] = Step(
            path, self.network.name, node, kind, module, parameters, result.arguments, refs, shapes,
            made_for, result.shapes, _cost(result, is_first), result.saved, result.views,
        )  # fmt: skip
        self._keep(node, tuple(Ref(path, port) for port in range(len(result.shapes))))

    def _visit_block(
        self, node: Node, owner: Node, parameters: dict[str, Any], refs: tuple[Ref, ...]
    ) -> None:
        inner = self.found.project.block(node.block or "")
        assert inner is not None, "kind_of found it"
        if inner.name in self.stack:
            self._tell(complaints.contains_itself(node))
            return
        path, module = f"{self.prefix}{node.name}", f"{self.module_prefix}{owner.name}"
        try:
            copies = REPEAT.validate(parameters.get("repeat", 1))
        except ValueError as error:
            self._tell(complaints.wrong_repeat(self.network, node, str(error)))
            return
        if copies == 0:
            self._keep(node, refs[:1])
            return
        if copies > 1 and not complaints.can_repeat(inner):
            self._tell(complaints.ends_differ(node))
            return
        results: tuple[Ref | None, ...] = ()
        for index in range(copies):
            # A count that is set keeps the paths numbered when it happens to be one.
            number = f".{index}" if "repeat" in owner.parameters else ""
            try:
                names = self._names_inside(inner, parameters, refs, index, copies)
            except ProblemError as error:
                self._tell(problem_on(node, error.message, error.hint))
                return
            walk = _Walk(
                self.found, inner, f"{path}{number}.", f"{module}{number}.", names,
                (*self.within, node.id), (*self.stack, inner.name), refs, node,
            )  # fmt: skip
            results = walk.go()
            if number and all(results):
                self.found.values[f"{path}{number}"] = tuple(ref for ref in results if ref)
            if index < copies - 1:
                first = results[0]
                if first is None:
                    return
                refs = (first, *refs[1:])
        if len(self.found.steps) > MOST_STEPS:
            self._tell(complaints.too_many(node, MOST_STEPS))
        elif all(results):
            self._keep(node, tuple(ref for ref in results if ref))

    def _names_inside(
        self, inner: Network, parameters: Mapping[str, Any], refs: Sequence[Ref], index: int,
        repeat: int,
    ) -> dict[str, Any]:  # fmt: skip
        """What expressions in the block can name; ProblemError for a parameter that is wrong."""
        known: dict[str, Any] = {"index": index, "repeat": repeat}
        if refs and self.found.shape(refs[0]):
            known["in_channels"] = self.found.shape(refs[0])[0]
        values = _known_names(inner, parameters, known)
        block_kind(inner).validate(
            {name: value for name, value in values.items() if name not in known}
            | {name: value for name, value in parameters.items() if name not in values}
        )
        return values

    def _inputs(self, node: Node, kind: LayerKind, leads_on: bool) -> tuple[Ref, ...] | None:
        """The values at the input ports; None if one is missing or unknown, which is told once."""
        wires = {edge.target_port: edge for edge in self.network.incoming(node.id)}
        needed = kind.fewest_inputs if kind.variadic else len(kind.inputs)
        problem = complaints.about_wires(node, kind, sorted(wires), needed, leads_on)
        if problem is not None:
            self._tell(problem)
            return None
        refs = []
        for port in sorted(wires):
            given = self.values.get(wires[port].source)
            if given is None:
                return None  # the reason is told at the node that gives nothing
            if wires[port].source_port >= len(given):
                source = self.network.node(wires[port].source)
                self._tell(complaints.no_such_output(node, source))
                return None
            refs.append(given[wires[port].source_port])
        return tuple(refs)

    def _keep(self, node: Node, refs: tuple[Ref, ...]) -> None:
        self.values[node.id] = refs
        self.found.values[f"{self.prefix}{node.name}"] = refs

    def _tell(self, problem: Problem) -> None:
        """Notes a problem, once for all copies of a block."""
        told = problem.model_copy(
            update={
                "node": f"{self.prefix}{problem.node}" if problem.node else None,
                "network": self.network.name,
                "within": self.within,
            }
        )
        for other in self.found.problems:
            same_place = (other.network, other.node_id) == (told.network, told.node_id)
            if same_place and other.message == told.message:
                return
        self.found.problems.append(told)


def _known_names(
    network: Network, parameters: Mapping[str, Any], known: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The network's parameters by name; a default may name those before it."""
    names = dict(known or {})
    for parameter in network.parameters:
        names[parameter.name] = resolve(parameters.get(parameter.name, parameter.default), names)
    return names


def _names_by_itself(network: Network) -> dict[str, Any]:
    """What expressions can name in a network that no node stands for."""
    known: dict[str, Any] = {"index": 0, "repeat": 1}
    first = next((node for node in network.nodes if node.kind == "Input"), None)
    if first is not None:
        shape = first.parameters.get("shape", catalogue["Input"].defaults()["shape"])
        if isinstance(shape, list | tuple) and shape:
            known["in_channels"] = shape[0]
    return _known_names(network, {}, known)


def _cost(result: Outcome, is_first: bool) -> NodeCost:
    return NodeCost.model_construct(
        parameters=result.parameters if is_first else 0,
        macs=result.macs,
        activation_bytes=result.activation_bytes,
        receptive_field=[],
    )


def _leading_to_outputs(found: Trace) -> list[Step]:
    wanted = {ref.path for ref in found.outputs.values()}
    used = []
    for path, step in reversed(found.steps.items()):
        if path in wanted:
            used.append(step)
            wanted.update(ref.path for ref in step.inputs)
    return used[::-1]
