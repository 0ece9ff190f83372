"""Which nodes each use of a block needs, and which uses can be objects of one class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cnnstudio.compiler.trace import Trace, Use
from cnnstudio.graph import Edge, Network, Node, ProblemError
from cnnstudio.graph.expressions import evaluate
from cnnstudio.layers import LayerKind
from cnnstudio.layers.lookup import kind_of


@dataclass(eq=False)
class Demand:
    """What one use of a block has to work out, so that the wanted outputs are there.

    `nodes` are ids in the order of computation, bypassed ones among them; `outputs` and `inputs`
    are numbers of ports. `copies` has the uses inside, by block node; none if it is bypassed.
    """

    use: Use
    outputs: tuple[int, ...]
    nodes: tuple[str, ...]
    inputs: tuple[int, ...]
    bypassed: frozenset[str]
    copies: dict[str, list[Demand]]
    variant: Variant | None = None

    @property
    def prefix(self) -> str:
        return f"{self.use.path}." if self.use.path else ""


@dataclass(eq=False)
class Variant:
    """A block as one class: its uses need the same nodes, and the same classes within."""

    network: Network
    outputs: tuple[int, ...]
    nodes: tuple[str, ...]
    inputs: tuple[int, ...]
    fixed: dict[str, bool]  # whether a node is bypassed, where all uses agree or must
    uses: list[Demand] = field(default_factory=list)
    children: dict[str, tuple[Variant, ...]] = field(default_factory=dict)

    def wires(self, id: str) -> list[Edge]:
        """Wires to the inputs of a node, by port."""
        return sorted(self.network.incoming(id), key=lambda edge: edge.target_port)

    def ports(self, kind: str) -> list[Node]:
        """The network's Inputs or Outputs, in the order of its ports."""
        return [node for node in self.network.nodes if node.kind == kind]


def variants(found: Trace) -> list[Variant]:
    """The classes that a network needs: what a class is made of comes before it."""
    ends = [node.name for node in found.network.nodes if node.kind == "Output"]
    ports = tuple(port for port, name in enumerate(ends) if name in found.outputs)
    demand = _demand(found, found.uses[""], ports)
    made: list[Variant] = []
    _assign(found, demand, made)
    made = _inner_first(made)
    for variant in made:
        for id in variant.nodes:
            states = {id in use.bypassed for use in variant.uses}
            if len(states) == 1:
                variant.fixed[id] = states.pop()
    return made


def _inner_first(made: list[Variant]) -> list[Variant]:
    ordered: dict[Variant, None] = {}

    def add(variant: Variant) -> None:
        for children in variant.children.values():
            for child in children:
                add(child)
        ordered.setdefault(variant)

    for variant in made:
        add(variant)
    return list(ordered)


def _demand(found: Trace, use: Use, outputs: Sequence[int]) -> Demand:
    network = use.network
    ends = [node.id for node in network.nodes if node.kind == "Output"]
    starts = [node.id for node in network.nodes if node.kind == "Input"]
    wanted: dict[str, set[int]] = {ends[port]: {0} for port in outputs}
    copies: dict[str, list[Demand]] = {}
    bypassed = set()
    order = network.topological()
    for id in reversed(order):
        if id not in wanted:
            continue
        node = network.node(id)
        wires = sorted(network.incoming(id), key=lambda edge: edge.target_port)
        if is_bypassed(node, use):
            bypassed.add(id)
            wires = wires[:1]
        elif node.block is not None:
            copies[id], inputs = _copies(found, use, node, wanted[id])
            if copies[id]:
                wires = [wire for wire in wires if wire.target_port in inputs]
            else:
                wires = wires[:1]
        for wire in wires:
            wanted.setdefault(wire.source, set()).add(wire.source_port)
    return Demand(
        use=use,
        outputs=tuple(sorted(outputs)),
        nodes=tuple(id for id in order if id in wanted),
        inputs=tuple(port for port, id in enumerate(starts) if id in wanted),
        bypassed=frozenset(bypassed),
        copies=copies,
    )


def is_bypassed(node: Node, use: Use) -> bool:
    wish = node.bypass
    return bool(evaluate(wish, use.names) if isinstance(wish, str) else wish)


def _copies(found: Trace, use: Use, node: Node, outputs: set[int]) -> tuple[list[Demand], set[int]]:
    """The uses that a block node stands for, from first to last, and the inputs they need."""
    path = f"{use.path}.{node.name}" if use.path else node.name
    if path in found.uses:
        only = _demand(found, found.uses[path], sorted(outputs))
        return [only], set(only.inputs)
    uses: list[Use] = []
    while f"{path}.{len(uses)}" in found.uses:
        uses.append(found.uses[f"{path}.{len(uses)}"])
    made: list[Demand] = []
    needed: set[int] = set()
    for number, one in enumerate(reversed(uses)):
        made.append(_demand(found, one, sorted(outputs) if number == 0 else (0,)))
        needed.update(made[-1].inputs)
        if 0 not in made[-1].inputs and number < len(uses) - 1:
            raise ProblemError(
                f"The copies of '{path}' don't use what the copy before them gives.",
                node=path,
                hint="Set repeat to 1, or wire the block's first Input.",
            )
    return made[::-1], needed


def _assign(found: Trace, demand: Demand, made: list[Variant]) -> Variant:
    """Finds or makes the class of a use, and those of the uses within it before."""
    children: dict[str, tuple[Variant, ...]] = {}
    for id in demand.nodes:
        kinds = tuple(_assign(found, copy, made) for copy in demand.copies.get(id, ()))
        if kinds:
            children[id] = kinds[:1] if len(set(kinds)) == 1 else kinds
    fixed = {id: id in demand.bypassed for id in demand.nodes if not _can_vary(found, demand, id)}
    for variant in made:
        if (
            variant.network.name == demand.use.network.name
            and demand.use.path
            and variant.outputs == demand.outputs
            and variant.nodes == demand.nodes
            and variant.fixed == fixed
            and all(variant.children.get(id, kinds) == kinds for id, kinds in children.items())
        ):
            break
    else:
        variant = Variant(
            demand.use.network, demand.outputs, demand.nodes, demand.inputs, fixed
        )  # fmt: skip
        made.append(variant)
    variant.children.update(children)
    variant.uses.append(demand)
    demand.variant = variant
    return variant


def _can_vary(found: Trace, demand: Demand, id: str) -> bool:
    """Whether one class can have the node both bypassed and not, by a condition."""
    node = demand.use.network.node(id)
    if not isinstance(node.bypass, str):
        return False
    kind = kind_of(found.project, node.kind)
    assert kind is not None, "the trace found it"
    return is_replaceable(kind, len(demand.use.network.incoming(id)))


def is_replaceable(kind: LayerKind, wires: int) -> bool:
    """Whether another expression can stand for a node: it gives one tensor.

    A module or block takes one tensor besides, so that an Identity can stand for it.
    """
    one = kind.outputs_from is None and len(kind.outputs) == 1
    return one and (wires == 1 or kind.call not in ("module", "block"))
