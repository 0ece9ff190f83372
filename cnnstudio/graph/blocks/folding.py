"""Rows of equal layers become one node that is repeated.

A network is cut where one single tensor leads on. The pieces between the cuts are compared, and a
run of equal pieces (or of equal groups of pieces) is folded: its first becomes a block, or is one
already, and one node with a `repeat` stands for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from cnnstudio.graph.block_edits import AddNetwork
from cnnstudio.graph.blocks.alike import alike, matched
from cnnstudio.graph.blocks.making import Cut, Shapes, cut_out, replaced
from cnnstudio.graph.blocks.uses import free_block_name
from cnnstudio.graph.edits import Edit, Group
from cnnstudio.graph.errors import ProblemError
from cnnstudio.graph.expressions import names_within
from cnnstudio.graph.layout import Flow
from cnnstudio.graph.model import BLOCK_PREFIX, BlockParameter, Network, Node, Project
from cnnstudio.graph.problems import is_valid_name

MOST_FOLDS = 200


@dataclass(frozen=True)
class Run:
    """Equal parts of a network one behind the other: the ids of each part's nodes, in order."""

    parts: tuple[tuple[str, ...], ...]

    @property
    def saved(self) -> int:
        """How many nodes fewer there are once it is folded."""
        return sum(map(len, self.parts)) - 1


def fold_repeats(
    project: Project,
    network_name: str,
    ids: Iterable[str] | None = None,
    shapes: Shapes | None = None,
    flow: Flow = "down",
) -> Group:
    """Folds the rows of equal layers among these nodes, or in the whole network.

    The longest rows go first. Runs that differ in parameters only become uses of one block that
    has these as its parameters. Raises ProblemError if there is nothing to fold.
    """
    chosen = None if ids is None else set(ids)
    edits: list[Edit] = []
    for _ in range(MOST_FOLDS):
        network = project.network_named(network_name)
        within = set(network.by_id) if chosen is None else chosen & set(network.by_id)
        runs = runs_in(project, network, within)
        if not runs:
            break
        folded, node_ids = _fold(project, network, runs, shapes or {}, flow)
        for edit in folded:
            project, _ = edit.apply(project)
        edits += folded
        if chosen is not None:
            chosen |= node_ids
    if not edits:
        where = "These nodes hold" if chosen is not None else "The network holds"
        raise ProblemError(
            f"{where} no row of equal layers.",
            hint="Equal layers, or groups of them, have to follow each other directly.",
        )
    return Group(text="Fold repeats", edits=tuple(edits))


def runs_in(project: Project, network: Network, ids: set[str]) -> list[Run]:
    """The best run among these nodes, with the others of the same structure; [] for none."""
    found: list[Run] = []
    for chain in _chains(network, ids):
        found += _runs_of(project, network, chain)
    if not found:
        return []
    best = max(found, key=lambda run: (run.saved, -len(run.parts[0])))
    same = [best]
    for run in sorted(found, key=lambda run: -run.saved):
        taken = {id for other in same for part in other.parts for id in part}
        if taken.isdisjoint(id for part in run.parts for id in part) and alike(
            network, best.parts[0], run.parts[0], values=False
        ):
            same.append(run)
    return same


def _chains(network: Network, ids: set[str]) -> list[list[tuple[str, ...]]]:
    """Rows of pieces: each takes one tensor from the piece before it and gives one to the next.

    Inside of a piece that is wider, its branches are rows too.
    """
    order = [id for id in network.topological() if id in ids]
    if len(order) < 2:
        return []
    place = {id: number for number, id in enumerate(order)}
    pieces: list[tuple[str, ...]] = []
    current: list[str] = []
    live: dict[tuple[str, int], int] = {}  # tensors that are still needed: by whom last
    for number, id in enumerate(order):
        current.append(id)
        for edge in network.outgoing(id):
            last = place.get(edge.target, len(order))
            key = (id, edge.source_port)
            live[key] = max(live.get(key, -1), last)
        live = {key: last for key, last in live.items() if last > number}
        if set(live) <= {(id, 0)}:
            pieces.append(tuple(current))
            current = []
    if current:
        pieces.append(tuple(current))
    chains = [pieces]
    for piece in pieces:
        for branch in _branches(network, piece):
            if len(branch) < len(order):
                chains += _chains(network, branch)
    return chains


def _branches(network: Network, piece: Sequence[str]) -> list[set[str]]:
    """What a piece falls into once the node where its branches join again is taken out."""
    inner = set(piece[:-1])
    found = []
    while inner:
        waiting, branch = [inner.pop()], set()
        while waiting:
            id = waiting.pop()
            branch.add(id)
            near = {e.target for e in network.outgoing(id)} | {
                e.source for e in network.incoming(id)
            }
            waiting += near & inner
            inner -= near
        found.append(branch)
    return found


def _runs_of(project: Project, network: Network, pieces: list[tuple[str, ...]]) -> list[Run]:
    """The runs of equal groups in a row of pieces that don't overlap, the best ones first."""
    count, tokens = len(pieces), _tokens(project, network, pieces)
    candidates: list[tuple[int, int, int, int]] = []  # saved, period, start, how often
    for period in range(1, count // 2 + 1):
        start = 0
        while start + 2 * period <= count:
            length = 0
            while start + period + length < count and (
                tokens[start + length] == tokens[start + period + length]
            ):
                length += 1
            often = length // period + 1
            if often >= 2:
                for shift in range(length % period + 1):
                    begin = start + shift
                    nodes = sum(len(p) for p in pieces[begin : begin + often * period])
                    candidates.append((nodes - 1, period, begin, often))
            start += max(length, 1) if often >= 2 else 1
    # Of equal ones the last: an activation belongs behind what it follows.
    candidates.sort(key=lambda c: (-c[0], c[1], -c[2]))
    taken: set[int] = set()
    runs = []
    for saved, period, begin, often in candidates:
        covered = range(begin, begin + often * period)
        if saved < 2 and often < 3 and not _is_block(network, pieces[begin]):
            continue
        if not taken.isdisjoint(covered):
            continue
        parts = tuple(
            tuple(id for piece in pieces[at : at + period] for id in piece)
            for at in range(begin, begin + often * period, period)
        )
        if len(parts[0]) == 1 and not _is_block(network, pieces[begin]) and often < 3:
            continue
        if not _is_row(network, parts):
            continue
        taken.update(covered)
        runs.append(Run(parts))
    return runs


def _is_block(network: Network, piece: Sequence[str]) -> bool:
    return len(piece) == 1 and network.node(piece[0]).block is not None


def _is_row(network: Network, parts: Sequence[Sequence[str]]) -> bool:
    """Whether each part takes one tensor, the one before it its last node's, and gives no other."""
    everything = {id for part in parts for id in part}
    for number, part in enumerate(parts):
        inside = set(part)
        entering = {
            (e.source, e.source_port)
            for id in part
            for e in network.incoming(id)
            if e.source not in inside
        }
        leaving = {
            (e.source, e.source_port, e.target in everything)
            for id in part
            for e in network.outgoing(id)
            if e.target not in inside
        }
        is_last = number == len(parts) - 1
        if len(entering) != 1 or not leaving <= {(part[-1], 0, not is_last)}:
            return False
        if number and entering != {(parts[number - 1][-1], 0)}:
            return False
    return True


def _tokens(project: Project, network: Network, pieces: list[tuple[str, ...]]) -> list[int]:
    """A number for each piece, the same for equal ones; one that can't repeat has its own."""
    tokens: list[int] = []
    known: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for number, piece in enumerate(pieces):
        token = number
        if _may_repeat(project, network, piece):
            nodes = [network.node(id) for id in piece]
            first = known.setdefault(str(sorted(node.kind for node in nodes)), [])
            token = next((t for t, other in first if alike(network, other, piece)), number)
            if token == number:
                first.append((number, piece))
        tokens.append(token)
    return tokens


def _may_repeat(project: Project, network: Network, piece: Sequence[str]) -> bool:
    """Whether copies of these nodes can be one node's: no ends, no shared weights."""
    owners = {node.shares for node in network.nodes if node.shares}
    for id in piece:
        node = network.node(id)
        if node.kind in ("Input", "Output") or node.shares or node.id in owners:
            return False
        block = project.block(node.block) if node.block else None
        if block is not None and _differs_by_copy(block):
            return False
        if node.block is not None and not isinstance(node.parameters.get("repeat", 1), int):
            return False
    return True


def _differs_by_copy(block: Network) -> bool:
    values: list[Any] = [
        value for node in block.nodes for value in (*node.parameters.values(), node.bypass)
    ]
    values += [parameter.default for parameter in block.parameters]
    return any({"index", "repeat"} & names_within(value) for value in values)


def _fold(
    project: Project, network: Network, runs: list[Run], shapes: Shapes, flow: Flow
) -> tuple[list[Edit], set[str]]:
    """The edits that fold these runs, and the new nodes' ids."""
    first = runs[0].parts[0]
    if len(first) == 1 and network.node(first[0]).block is not None:
        run = runs[0]
        node = network.node(first[0])
        total = sum(network.node(p[0]).parameters.get("repeat", 1) for p in run.parts)
        stands = node.model_copy(update={"parameters": {**node.parameters, "repeat": total}})
        return _fold_nodes(network, run, stands, flow), {node.id}
    edits: list[Edit] = []
    ids: set[str] = set()
    name = free_block_name(project, _block_name(network, first))
    cut = cut_out(network, set(first), name, shapes, flow)
    varied, parameters = _varied(network, runs, {p.name for p in cut.block.parameters})
    ends = {node.name for node in cut.block.nodes if node.id not in first}
    names = _without_common({id: network.node(id).name for id in first}, ends)
    own = {
        node.id: node.model_copy(update={"name": names.get(node.id, node.name)})
        for node in cut.block.nodes
    }
    for one in varied:
        node = own[one.id]
        changed = {**node.parameters, one.key: one.expression}
        own[one.id] = node.model_copy(update={"parameters": changed})
    block = cut.block.replace(nodes=own.values())
    edits.append(AddNetwork(network=block.changed(parameters=(*block.parameters, *parameters))))
    for number, run in enumerate(runs):
        cut = cut_out(network, set(run.parts[0]), name, shapes, flow)
        values = {
            one.expression[1:]: one.values[number]
            for one in varied
            if one.expression[1:] in {parameter.name for parameter in parameters}
        }
        given = {**cut.node.parameters, **values, "repeat": len(run.parts)}
        node = cut.node.model_copy(update={"parameters": given})
        folded = _fold_nodes(network, run, node, flow)
        for edit in folded:
            network, _ = _applied(network, edit)
        edits += folded
        ids.add(node.id)
    return edits, ids


def _applied(network: Network, edit: Any) -> tuple[Network, Edit]:
    changed: tuple[Network, Edit] = edit.change(network)
    return changed


def _fold_nodes(network: Network, run: Run, node: Node, flow: Flow) -> list[Edit]:
    """Edits that put `node` in the place of all parts of a run."""
    inside = {id for part in run.parts for id in part}
    source = next(
        (e.source, e.source_port)
        for id in run.parts[0]
        for e in network.incoming(id)
        if e.source not in inside
    )
    last = run.parts[-1]
    leaving = [
        (e.source, e.source_port)
        for id in last
        for e in network.outgoing(id)
        if e.target not in inside
    ]
    result = leaving[0] if leaving else (last[-1], 0)
    return replaced(network, inside, Cut(Network(), node, (source,), (result,)), flow)


def _varied(
    network: Network, runs: list[Run], taken: set[str]
) -> tuple[list[Varied], list[BlockParameter]]:
    """Parameters that differ between runs, by the first one's nodes, and the block parameters that
    they follow from. What always is so many times another follows it: `=out_channels * 4`."""
    first = runs[0].parts[0]
    pairs = [matched(network, first, run.parts[0]) or {} for run in runs]
    found: dict[str, dict[tuple[str, ...], list[Varied]]] = {}  # by name, then by values
    for id in first:
        for key in network.node(id).parameters:
            values = [network.node(pair[id]).parameters[key] for pair in pairs]
            if any(value != values[0] for value in values):
                same = found.setdefault(key, {}).setdefault(tuple(map(repr, values)), [])
                same.append(Varied(id, key, values, ""))
    varied: list[Varied] = []
    parameters: list[BlockParameter] = []
    for key, groups in found.items():
        bases: list[tuple[str, list[Any]]] = []
        # The smallest first: others are multiples of it.
        ordered = sorted(groups.values(), key=lambda group: _size(group[0].values[0]))
        for group in ordered:
            values = group[0].values
            multiple = next((m for name, base in bases if (m := _times(name, base, values))), None)
            if multiple is None:
                name = f"{network.node(group[0].id).name}_{key}"
                name = name if bases or key in taken else key
                bases.append((name, values))
                parameters.append(BlockParameter(name=name, default=values[0]))
                multiple = f"={name}"
            varied += [one._replace(expression=multiple) for one in group]
    return varied, parameters


class Varied(NamedTuple):
    """A node's parameter that differs between runs: its values, and what it is in the block."""

    id: str
    key: str
    values: list[Any]
    expression: str


def _times(name: str, base: list[Any], values: list[Any]) -> str | None:
    """The expression by which values follow from others: one whole factor for all of them."""
    whole = all(isinstance(v, int) and not isinstance(v, bool) for v in (*base, *values))
    if not whole or any(one <= 0 for one in base) or values[0] % base[0]:
        return None
    factor = values[0] // base[0]
    fits = factor > 1 and all(v == b * factor for b, v in zip(base, values, strict=True))
    return f"={name} * {factor}" if fits else None


def _size(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _without_common(names: dict[str, str], taken: set[str]) -> dict[str, str]:
    """The names without the words that all of them begin with: `stage1_conv1` as `conv1`."""
    split = [name.split("_") for name in names.values()]
    count = 0
    while all(len(words) > count + 1 and words[count] == split[0][count] for words in split):
        count += 1
    short = {id: "_".join(name.split("_")[count:]) for id, name in names.items()}
    usable = len({*short.values()} - taken) == len(short) and all(
        map(is_valid_name, short.values())
    )
    return short if usable else names


def _block_name(network: Network, part: Sequence[str]) -> str:
    """A name for what these layers make: `ConvBatchNormReLU`."""
    kinds = [network.node(id).kind.removeprefix(BLOCK_PREFIX) for id in part]
    if len(kinds) > 4:
        return "Block"
    return "".join(kind.removesuffix("2d").removesuffix("1d").removesuffix("3d") for kind in kinds)
