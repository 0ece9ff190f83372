"""Where a project's blocks are used, and what they need of each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cnnstudio.graph.block_edits import AddNetwork, RemoveNetwork
from cnnstudio.graph.edits import Edit, Group, RemoveNode
from cnnstudio.graph.errors import ProblemError
from cnnstudio.graph.model import BLOCK_PREFIX, Network, Node, Project
from cnnstudio.graph.set_kind import SetKind


class Use(NamedTuple):
    """A node that stands for a block: the network that it is in, and its id."""

    network: str
    node_id: str


def uses_of(project: Project, name: str) -> list[Use]:
    """The nodes that stand for a block, in all networks."""
    kind = f"{BLOCK_PREFIX}{name}"
    return [
        Use(network.name, node.id)
        for network in project.networks
        for node in network.nodes
        if node.kind == kind
    ]


def needed_by(project: Project, networks: Iterable[Network]) -> list[Network]:
    """The blocks that stand in these networks, and those in them, each before what uses it."""
    found: dict[str, Network] = {}

    def visit(network: Network, above: tuple[str, ...]) -> None:
        for node in network.nodes:
            inner = project.block(node.block) if node.block else None
            if inner is not None and inner.name not in found and inner.name not in above:
                visit(inner, (*above, inner.name))
                found[inner.name] = inner

    for network in networks:
        visit(network, (network.name,))
    return list(found.values())


def needed_for(project: Project, nodes: Iterable[Node]) -> list[Network]:
    """The blocks that these nodes stand for, and those in them."""
    return needed_by(project, [Network(name="", nodes=tuple(nodes))])


def unused(project: Project) -> list[str]:
    """Names of the blocks that the main network doesn't lead to."""
    needed = {network.name for network in needed_by(project, [project.network])}
    return [network.name for network in project.networks[1:] if network.name not in needed]


def delete_unused(project: Project) -> Group:
    """Takes the blocks out that the main network doesn't lead to."""
    names = unused(project)
    text = f"Delete {len(names)} unused blocks" if len(names) != 1 else f"Delete block {names[0]}"
    return Group(text=text, edits=tuple(RemoveNetwork(name=name) for name in names))


def delete_block(project: Project, name: str) -> Group:
    """Takes a block out, with the nodes that stand for it."""
    edits: list[Edit] = [
        RemoveNode(network=use.network, node_id=use.node_id) for use in uses_of(project, name)
    ]
    return Group(text=f"Delete block {name}", edits=(*edits, RemoveNetwork(name=name)))


def duplicate_block(project: Project, name: str, new_name: str | None = None) -> Group:
    """Adds a copy of a block under another name."""
    block = existing_block(project, name)
    copied = block.changed(name=new_name or free_block_name(project, name))
    return Group(text=f"Duplicate block {name}", edits=(AddNetwork(network=copied),))


def make_independent(
    project: Project, network: str, node_ids: Sequence[str], new_name: str | None = None
) -> Group:
    """Gives these nodes, which stand for one block, a copy of it for themselves."""
    nodes = [project.network_named(network).node(id) for id in node_ids]
    names = {node.block for node in nodes}
    name = next(iter(names), None)
    if len(names) != 1 or name is None:
        raise ProblemError("Choose nodes that stand for one and the same block.")
    block = existing_block(project, name)
    copied = block.changed(name=new_name or free_block_name(project, name))
    kind = f"{BLOCK_PREFIX}{copied.name}"
    changed = tuple(SetKind(network=network, node_id=node.id, kind=kind) for node in nodes)
    return Group(
        text=f"Make {nodes[0].name} independent", edits=(AddNetwork(network=copied), *changed)
    )


def existing_block(project: Project, name: str) -> Network:
    """The block of this name; ProblemError if there is none."""
    block = project.block(name)
    if block is None:
        raise ProblemError(f"The project has no block named '{name}'.")
    return block


def free_block_name(project: Project, base: str, taken: Iterable[str] = ()) -> str:
    """`base`, with a number behind it if another network, or a use of a missing one, has it."""
    known = {network.name for network in project.networks} | set(taken)
    known |= {node.block for network in project.networks for node in network.nodes if node.block}
    stem, number, name = base.rstrip("0123456789") or base, 1, base
    while name in known:
        number += 1
        name = f"{stem}{number}"
    return name


def check_block_name(project: Project, name: str, own: str | None = None) -> str:
    """The name, stripped; ProblemError if it is empty, too long or taken."""
    name = name.strip()
    if not name:
        raise ProblemError("A block needs a name.")
    if len(name) > 60 or not name.isprintable() or "/" in name or "\\" in name:
        raise ProblemError(
            f"'{name[:60]}' can't be a block's name.",
            hint="Use up to 60 letters, digits and signs, without / and \\.",
        )
    if name != own and name in {network.name for network in project.networks}:
        raise ProblemError(f"The project already has a block named '{name}'.")
    return name
