"""A selection becomes a block, and one node that stands for it takes the selection's place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnstudio.graph.block_edits import AddNetwork
from cnnstudio.graph.blocks.places import box_of, ends_of, make_room, snapped
from cnnstudio.graph.blocks.uses import check_block_name
from cnnstudio.graph.edits import Edit, Group, Move, Paste, take_out
from cnnstudio.graph.errors import ProblemError
from cnnstudio.graph.expressions import GIVEN, has_expression, names_within, resolve, substitute
from cnnstudio.graph.layout import Flow
from cnnstudio.graph.model import BLOCK_PREFIX, BlockParameter, Edge, Network, Node, Project
from cnnstudio.graph.problems import is_valid_name

Port = tuple[str, int]  # a node's id and the number of its output
Shapes = Mapping[Port, Sequence[int]]


@dataclass(frozen=True)
class Cut:
    """A selection cut out of a network: the block that it makes, and the node for it.

    `sources` are the outside ports that feed the block's inputs, `results` the inside ports that
    its outputs give, both in the order of the block's ports.
    """

    block: Network
    node: Node
    sources: tuple[Port, ...]
    results: tuple[Port, ...]


def make_block(
    project: Project,
    network_name: str,
    ids: Iterable[str],
    name: str,
    shapes: Shapes | None = None,
    flow: Flow = "down",
) -> Group:
    """Makes a block of these nodes and puts a node that stands for it in their place.

    Wires that cross the border become the block's inputs and outputs. `shapes` are the tensors'
    shapes where they are known: the block then works by itself when it is opened. Raises
    ProblemError where the nodes can't be one: if a path leaves them and comes back, if they hold
    the network's own Input or Output, or share weights with others.
    """
    name = check_block_name(project, name)
    network = project.network_named(network_name)
    chosen = set(ids)
    cut = cut_out(network, chosen, name, shapes or {}, flow)
    edits: list[Edit] = [AddNetwork(network=cut.block), *replaced(network, chosen, cut, flow)]
    return Group(text=f"Make block {name}", edits=tuple(edits))


def replaced(network: Network, gone: set[str], cut: Cut, flow: Flow) -> list[Edit]:
    """The edits that put the cut's node in the place of these nodes."""
    old = box_of(network.node(id) for id in gone)
    edits: list[Edit] = [take_out(network, gone)]
    places = make_room(network, gone, old, box_of([cut.node]), flow)
    if places:
        edits.append(Move(network=network.name, positions=places))
    ports = {port: number for number, port in enumerate(cut.results)}
    edges = [
        Edge(source=source, source_port=port, target=cut.node.id, target_port=number)
        for number, (source, port) in enumerate(cut.sources)
    ]
    edges += [
        edge.model_copy(
            update={
                "source": cut.node.id,
                "source_port": ports[edge.source, edge.source_port],
            }
        )
        for edge in network.edges
        if edge.source in gone
        and edge.target not in gone
        and (edge.source, edge.source_port) in ports
    ]
    edits.append(Paste(network=network.name, nodes=(cut.node,), edges=tuple(edges)))
    return edits


def cut_out(
    network: Network, chosen: set[str], name: str, shapes: Shapes, flow: Flow = "down"
) -> Cut:
    """What becomes of these nodes; ProblemError if they can't be a block."""
    nodes = [node for node in network.nodes if node.id in chosen]
    _refuse(network, nodes, chosen)
    place = {id: number for number, id in enumerate(network.topological())}

    def order(id: str) -> int:
        return place.get(id, len(place))

    entering = sorted(
        (e for e in network.edges if e.target in chosen and e.source not in chosen),
        key=lambda edge: (order(edge.target), edge.target_port),
    )
    leaving = sorted(
        (e for e in network.edges if e.source in chosen and e.target not in chosen),
        key=lambda edge: (order(edge.source), edge.source_port),
    )
    sources = list(dict.fromkeys((edge.source, edge.source_port) for edge in entering))
    results = list(dict.fromkeys((edge.source, edge.source_port) for edge in leaving))
    ends = [node for node in nodes if not network.outgoing(node.id)]
    results += [(node.id, 0) for node in sorted(ends, key=lambda node: order(node.id))]
    parameters, given, lifted = _lifted(network, nodes)
    inside = [
        node.model_copy(
            update={
                "parameters": {k: substitute(v, lifted) for k, v in node.parameters.items()},
                "bypass": _flag(substitute(node.bypass, lifted)),
            }
        )
        for node in nodes
    ]
    block = _block(network, name, inside, chosen, entering, sources, results, shapes, flow)
    first = box_of(nodes)
    middle = (first[0] + first[2]) / 2, (first[1] + first[3]) / 2
    along = 1 if flow == "down" else 0
    corner = [middle[0] - 100.0, middle[1] - 28.0]
    corner[along] = first[along]
    kept = [node for node in network.nodes if node.id not in chosen]
    node = Node(
        id=unused(node_name(name), {node.id for node in kept}),
        kind=f"{BLOCK_PREFIX}{name}",
        name=unused(node_name(name), {node.name for node in kept}),
        parameters=given,
        position=(snapped(corner[0]), snapped(corner[1])),
    )
    return Cut(block.changed(parameters=tuple(parameters)), node, tuple(sources), tuple(results))


def node_name(block: str) -> str:
    """A node's name for a block's: `Basic block` becomes `basic_block`."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", block)
    name = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
    return name if name and name[0].isalpha() else f"block_{name}".rstrip("_")


def unused(base: str, taken: set[str]) -> str:
    """`base`, with a number behind it if it is taken or can't be a node's name; then taken."""
    name, number = base, 0
    while name in taken or not is_valid_name(name):
        number += 1
        name = f"{base}{number}"
    taken.add(name)
    return name


def _refuse(network: Network, nodes: Sequence[Node], chosen: set[str]) -> None:
    if not nodes:
        raise ProblemError("Choose the nodes that are to be a block.")
    for node in nodes:
        if node.kind in ("Input", "Output"):
            raise ProblemError(
                f"'{node.name}' is the network's own {node.kind}, so it can't be in a block.",
                node=node.name,
                hint="Choose the layers between Input and Output.",
            )
    for node in network.nodes:
        if node.shares in network.by_id and (node.id in chosen) != (node.shares in chosen):
            owner = network.node(node.shares or "")
            raise ProblemError(
                f"'{node.name}' uses the weights of '{owner.name}', so they can't be parted.",
                node=node.name,
                hint="Choose both of them, or neither.",
            )
    between = _reached(network, chosen, True) & _reached(network, chosen, False)
    if between:
        first = next(id for id in network.by_id if id in between)
        name = network.node(first).name
        raise ProblemError(
            f"A path leaves these nodes through '{name}' and comes back, so they can't be one.",
            node=name,
            hint=f"Choose '{name}' too.",
        )


def _reached(network: Network, chosen: set[str], forwards: bool) -> set[str]:
    """The other nodes that lie behind these, or before them."""
    found: set[str] = set()
    waiting = list(chosen)
    while waiting:
        id = waiting.pop()
        edges = network.outgoing(id) if forwards else network.incoming(id)
        for edge in edges:
            other = edge.target if forwards else edge.source
            if other not in chosen and other not in found and other in network.by_id:
                found.add(other)
                waiting.append(other)
    return found


def _lifted(
    network: Network, nodes: Sequence[Node]
) -> tuple[list[BlockParameter], dict[str, Any], dict[str, str]]:
    """The parameters of the network that a block of these nodes needs as parameters of its own.

    Returns them, the values that the block's node gives them, and new names for what has another
    meaning inside: `in_channels` is there the block's own.
    """
    read = {
        name
        for node in nodes
        for value in (*node.parameters.values(), node.bypass)
        for name in names_within(value)
    }
    known = network_values(network)
    parameters: list[BlockParameter] = []
    given: dict[str, Any] = {}
    lifted: dict[str, str] = {}
    for old in network.parameters:
        if old.name in read:
            default = old.default
            if has_expression(default):
                default = known.get(old.name, 1)  # 1 where it follows from a place alone
            parameters.append(old.model_copy(update={"default": default}))
            given[old.name] = f"={old.name}"
    for name in GIVEN:
        if name in read:
            own = f"outer_{name}"
            while own in given:
                own = f"outer_{own}"
            parameters.append(
                BlockParameter(
                    name=own,
                    default=known[name],
                    help=f"{name} of the network that the block was made in",
                )
            )
            given[own] = f"={name}"
            lifted[name] = f"={own}"
    return parameters, given, lifted


def network_values(network: Network) -> dict[str, Any]:
    """What names stand for in a network by itself: its parameters at their defaults."""
    first = next((node for node in network.nodes if node.kind == "Input"), None)
    shape = first.parameters.get("shape") if first else None
    channels = shape[0] if isinstance(shape, list | tuple) and shape else 1
    names: dict[str, Any] = {"index": 0, "repeat": 1, "in_channels": channels}
    for parameter in network.parameters:
        try:
            names[parameter.name] = resolve(parameter.default, names)
        except ProblemError:
            continue  # the check tells it; whoever needs the value finds none
    return names


def _block(
    network: Network,
    name: str,
    inside: Sequence[Node],
    chosen: set[str],
    entering: Sequence[Edge],
    sources: Sequence[Port],
    results: Sequence[Port],
    shapes: Shapes,
    flow: Flow,
) -> Network:
    """The block with its own Input and Output nodes, at their places, starting at (0, 0)."""
    taken_ids, taken_names = {n.id for n in inside}, {n.name for n in inside}
    fed = [[e.target for e in entering if (e.source, e.source_port) == port] for port in sources]
    before, behind = ends_of(inside, fed, [id for id, _ in results], flow)
    nodes = list(inside)
    edges = [edge for edge in network.edges if edge.source in chosen and edge.target in chosen]
    ids = _numbered("input", len(sources), taken_ids)
    for number, port in enumerate(sources):
        source = network.by_id.get(port[0])
        wish = source.name if source and len(sources) > 1 else "x"
        shape = shapes.get(port)
        own = Node(
            id=ids[number],
            kind="Input",
            name=unused(wish, taken_names),
            parameters={} if shape is None else {"shape": list(shape)},
            position=before[number],
        )
        nodes.append(own)
        edges += [
            Edge(source=own.id, target=edge.target, target_port=edge.target_port)
            for edge in entering
            if (edge.source, edge.source_port) == port
        ]
    ids = _numbered("output", len(results), taken_ids)
    for number, (id, source_port) in enumerate(results):
        wish = f"{network.node(id).name}_out" if len(results) > 1 else "out"
        own = Node(
            id=ids[number], kind="Output", name=unused(wish, taken_names),
            position=behind[number],
        )  # fmt: skip
        nodes.append(own)
        edges.append(Edge(source=id, source_port=source_port, target=own.id))
    left, top, *_ = box_of(nodes)
    placed = [
        node.model_copy(update={"position": (node.position[0] - left, node.position[1] - top)})
        for node in nodes
    ]
    return Network(name=name, nodes=tuple(placed), edges=tuple(edges))


def _numbered(base: str, count: int, taken: set[str]) -> list[str]:
    """Free ids in natural order: the order of a block's ports is that of their ids."""
    while any(id.startswith(base) for id in taken):
        base = f"{base}_"
    return [base if count == 1 else f"{base}{number}" for number in range(1, count + 1)]


def _flag(value: Any) -> bool | str:
    return value if isinstance(value, str) else bool(value)
