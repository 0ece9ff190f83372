"""Rows of equal layers become one node that is repeated.

The first of a run of equal parts becomes a block, or is one already, and one node with a `repeat`
stands for all of them. Runs that differ in parameters only become uses of one block.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from cnnstudio.graph.block_edits import AddNetwork
from cnnstudio.graph.blocks.alike import matched
from cnnstudio.graph.blocks.making import Cut, Shapes, cut_out, replaced
from cnnstudio.graph.blocks.runs import Run, runs_in
from cnnstudio.graph.blocks.uses import free_block_name
from cnnstudio.graph.edits import Edit, Group
from cnnstudio.graph.errors import ProblemError
from cnnstudio.graph.layout import Flow
from cnnstudio.graph.model import BLOCK_PREFIX, BlockParameter, Network, Node, Project
from cnnstudio.graph.problems import is_valid_name

MOST_FOLDS = 200


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
