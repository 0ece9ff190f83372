"""The blocks that can be added to a network: the project's, and those of the user's library."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cnnstudio.block_library import KeptBlock
from cnnstudio.graph import Network, Project
from cnnstudio.graph.blocks import needed_by
from cnnstudio.layers import LayerKind
from cnnstudio.layers.lookup import block_kind

LIBRARY_PREFIX = "library:"  # of kinds that stand for blocks of the user's own
LIBRARY_CATEGORY = "My blocks"


def block_kinds(project: Project, here: Network, kept: Iterable[KeptBlock]) -> list[LayerKind]:
    """The project's blocks that `here` is not part of, then the user's own."""
    blocks = [
        block_kind(block)
        for block in project.networks[1:]
        if block is not here and here not in needed_by(project, [block])
    ]
    return [*blocks, *map(kept_kind, kept)]


def kept_kind(kept: KeptBlock) -> LayerKind:
    """A block of the user's library as the palette shows it."""
    return replace(
        block_kind(kept.block),
        kind=f"{LIBRARY_PREFIX}{kept.name}",
        category=LIBRARY_CATEGORY,
        icon="mdi6.bookmark-outline",
    )
