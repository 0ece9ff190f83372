"""Operations on blocks: making, dissolving, folding and unfolding, copying, their parameters.

Each takes a project and gives the edits that change it, as one step.
"""

from cnnstudio.graph.blocks.dissolving import dissolve, reads_in_channels
from cnnstudio.graph.blocks.folding import fold_repeats
from cnnstudio.graph.blocks.making import make_block, node_name
from cnnstudio.graph.blocks.parameters import (
    add_parameter,
    change_parameter,
    check_parameter_name,
    lift_parameter,
    readers_of,
    remove_parameter,
    rename_parameter,
)
from cnnstudio.graph.blocks.unfolding import unfold
from cnnstudio.graph.blocks.uses import (
    Use,
    check_block_name,
    delete_block,
    delete_unused,
    duplicate_block,
    free_block_name,
    make_independent,
    needed_by,
    needed_for,
    unused,
    uses_of,
)
from cnnstudio.graph.blocks.walking import Placed, walk

__all__ = [
    "Placed",
    "Use",
    "add_parameter",
    "change_parameter",
    "check_block_name",
    "check_parameter_name",
    "delete_block",
    "delete_unused",
    "dissolve",
    "duplicate_block",
    "fold_repeats",
    "free_block_name",
    "lift_parameter",
    "make_block",
    "make_independent",
    "needed_by",
    "needed_for",
    "node_name",
    "readers_of",
    "reads_in_channels",
    "remove_parameter",
    "rename_parameter",
    "unfold",
    "unused",
    "uses_of",
    "walk",
]
