"""Long concatenations in steps: what a dense block joins anew at every layer, it joins once.

DenseNet's layers each concatenate all maps before them. Joined with the last result instead, and
by the layer that made the new maps, the values are the same, and every layer has one input and one
output.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from operator import eq

from cnnstudio.compiler.importing.draft import Draft, Placed

KIND = "Concatenate"


def in_steps(draft: Draft) -> Draft:
    """The draft in which a concatenation that begins with another's inputs uses its result."""
    known: dict[tuple[int, tuple[int, ...]], Placed] = {}
    chains: list[Placed] = []
    for node in draft.nodes:
        if node.kind != KIND:
            continue
        dim = node.parameters.get("dim", 1)
        whole = tuple(node.inputs)
        for length in range(len(whole) - 1, 1, -1):
            before = known.get((dim, whole[:length]))
            if before is not None:
                node.inputs = [before.outputs[0], *whole[length:]]
                chains += [before, node]
                break
        known.setdefault((dim, whole), node)
    return replace(draft, nodes=_moved(draft.nodes, dict.fromkeys(chains)))


def _moved(nodes: list[Placed], chains: dict[Placed, None]) -> list[Placed]:
    """Each concatenation of a chain behind what made the new maps, and in the same module."""
    makers = {number: node for node in nodes for number in node.outputs}
    behind: dict[Placed, list[Placed]] = {}
    for node in chains:
        maker = makers.get(node.inputs[-1])
        if len(node.inputs) == 2 and maker is not None:
            common = sum(takewhile(bool, map(eq, maker.scope, node.scope)))
            node.scope = maker.scope[: common + 1]
            behind.setdefault(maker, []).append(node)
    moved = {node for group in behind.values() for node in group}
    ordered: list[Placed] = []
    for node in nodes:
        if node not in moved:
            ordered.append(node)
        ordered += behind.get(node, [])
    return ordered
