"""Blocks brought into a project from elsewhere: from the clipboard, or from the user's library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cnnstudio.graph.block_edits import AddNetwork
from cnnstudio.graph.blocks.uses import free_block_name, needed_by
from cnnstudio.graph.model import BLOCK_PREFIX, Network, Node, Project


def bring(project: Project, blocks: Iterable[Network]) -> tuple[list[AddNetwork], dict[str, str]]:
    """The edits that give a project these blocks, and each one's name there.

    One that is there already is used again; a different one of the same name stays, and the new
    one gets a number. Blocks among them that others need come along under their new names too.
    """
    wanted = {block.name: block for block in blocks}
    others = Project(networks=(Network(name=" "), *wanted.values()))
    ordered = {block.name: block for block in needed_by(others, wanted.values())} | wanted
    names: dict[str, str] = {}
    edits: list[AddNetwork] = []
    for name, block in ordered.items():
        mapped = block.replace(nodes=renamed_kinds(block.nodes, names))
        known = {network.name: network for network in project.networks[1:]}
        same = next(
            (
                other
                for other in _versions(known, name)
                if mapped.changed(name=other) == known[other]
            ),
            None,
        )
        names[name] = same or free_block_name(project, name, names.values())
        if same is None:
            edits.append(AddNetwork(network=mapped.changed(name=names[name])))
    return edits, names


def renamed_kinds(nodes: Iterable[Node], names: Mapping[str, str]) -> list[Node]:
    """The nodes; those that stand for a block in `names` under its new name."""
    return [
        node.model_copy(update={"kind": f"{BLOCK_PREFIX}{names[node.block]}"})
        if node.block is not None and node.block in names
        else node
        for node in nodes
    ]


def _versions(known: Mapping[str, Network], name: str) -> list[str]:
    """Names of the project's blocks that are this name or this name with a number."""
    stem = name.rstrip("0123456789") or name
    return [other for other in known if other == name or other.rstrip("0123456789") == stem]
