"""What a card says of blocks: how often one is repeated, what is bypassed, values worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnstudio.graph import Node, ProblemError
from cnnstudio.graph.expressions import has_expression, resolve

Values = Mapping[str, Any]


@dataclass(frozen=True)
class BlockMarks:
    """`repeat` is empty for a node that isn't repeated. `bypassed` is empty for one that is used;
    `bypassed`, or of copies that differ `bypassed in 3 of 4 copies`."""

    is_block: bool = False
    repeat: str = ""
    bypassed: str = ""
    passes: bool = False  # bypassed in the copy that is looked at


NO_MARKS = BlockMarks()


def block_marks(node: Node, values: Values, siblings: Sequence[Values]) -> BlockMarks:
    """The marks of a node, where names have these values; `siblings` has all copies' values."""
    repeat = ""
    if node.block is not None and "repeat" in node.parameters:
        count = worked_out(node.parameters["repeat"], values)
        repeat = f"× {count}"
    passes = is_bypassed(node, values)
    words = "bypassed" if passes else ""
    if has_expression(node.bypass) and len(siblings) > 1:
        count = sum(is_bypassed(node, one) for one in siblings)
        if 0 < count < len(siblings):
            words = f"bypassed in {count} of {len(siblings)} copies"
    return BlockMarks(node.block is not None, repeat, words, passes)


def is_bypassed(node: Node, values: Values) -> bool:
    """Whether a node is bypassed; an expression that can't be worked out counts as no."""
    found = worked_out(node.bypass, values)
    return bool(found) and not has_expression(found)


def worked_out(value: Any, values: Values) -> Any:
    """A parameter's value with its expressions worked out; as it stands where that can't be."""
    if not has_expression(value) or not values:
        return value
    try:
        return resolve(value, values)
    except ProblemError:
        return value  # the report says on the node what is wrong with it


def shown_parameters(node: Node, values: Values) -> dict[str, Any]:
    """A node's parameters as its card shows them."""
    return {key: worked_out(value, values) for key, value in node.parameters.items()}
