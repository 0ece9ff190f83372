"""Whether two parts of a network are the same but for their names and places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnstudio.graph.expressions import has_expression
from cnnstudio.graph.model import Network, Node


def alike(
    network: Network, first: Sequence[str], second: Sequence[str], values: bool = True
) -> bool:
    """Whether the parts compute the same; without `values`, also with other parameters' values."""
    return matched(network, first, second, values) is not None


def matched(
    network: Network, first: Sequence[str], second: Sequence[str], values: bool = False
) -> dict[str, str] | None:
    """For each node of the first part its counterpart in the second; None if they differ.

    Both are in the order of computation and end with the node that gives their tensor. They are
    gone through from there backwards, input by input.
    """
    if len(first) != len(second):
        return None
    one, two = set(first), set(second)
    pairs: dict[str, str] = {}
    outside: dict[tuple[str, int], tuple[str, int]] = {}
    waiting = [(first[-1], second[-1])]
    while waiting:
        a, b = waiting.pop()
        if a in pairs:
            if pairs[a] != b:
                return None
            continue
        if not _same(network.node(a), network.node(b), values, len(first) == 1):
            return None
        pairs[a] = b
        wires, others = network.incoming(a), network.incoming(b)
        if len(wires) != len(others):
            return None
        for wire, other in zip(wires, others, strict=True):
            if (wire.target_port, wire.source_port) != (other.target_port, other.source_port):
                return None
            if (wire.source in one) != (other.source in two):
                return None
            if wire.source in one:
                waiting.append((wire.source, other.source))
            else:
                port, counterpart = (
                    (wire.source, wire.source_port),
                    (other.source, other.source_port),
                )
                if outside.setdefault(port, counterpart) != counterpart:
                    return None
    if len(pairs) < len(first) or len(set(pairs.values())) < len(second):
        return None
    return pairs


def _same(a: Node, b: Node, values: bool, alone: bool) -> bool:
    if (a.kind, a.bypass, a.learning) != (b.kind, b.bypass, b.learning):
        return False
    if (a.shares is None) != (b.shares is None):
        return False
    mine, others = dict(a.parameters), dict(b.parameters)
    if a.block is not None:
        counts = mine.pop("repeat", 1), others.pop("repeat", 1)
        # A row of one block is a row of so many copies, however they are counted.
        if counts[0] != counts[1] and not (alone and all(isinstance(c, int) for c in counts)):
            return False
    if values:
        return mine == others
    return mine.keys() == others.keys() and all(
        mine[key] == others[key] or _may_vary(mine[key], others[key]) for key in mine
    )


def _may_vary(one: Any, other: Any) -> bool:
    """Whether two values can be those of one block parameter."""
    plain = isinstance(one, bool | int | float | str | list) and type(one) is type(other)
    return plain and not has_expression(one) and not has_expression(other)
