"""Where a network's weights are after its blocks were made, dissolved, folded or renamed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from cnnstudio.compiler.trace import Ref, Trace, trace
from cnnstudio.graph import ProblemError, Project
from cnnstudio.graph.blocks import dissolve as dissolve_with
from cnnstudio.graph.blocks import reads_in_channels
from cnnstudio.graph.edits import Group
from cnnstudio.graph.layout import Flow

T = TypeVar("T")


def renamed_paths(before: Project, after: Project) -> dict[str, str]:
    """For each layer with weights its path in `before` and in `after`, which compute the same.

    Both are gone through from their Outputs backwards, input by input, so it doesn't matter how
    one became the other. Raises ProblemError where they differ.
    """
    one, two = trace(before), trace(after)
    paths: dict[str, str] = {}
    seen: dict[str, str] = {}
    ends = list(zip(one.outputs.values(), two.outputs.values(), strict=False))
    if not ends or len(one.outputs) != len(two.outputs):
        raise ProblemError("The two networks don't give the same outputs.")
    waiting = ends[::-1]
    while waiting:
        a, b = waiting.pop()
        if a.port != b.port or seen.setdefault(a.path, b.path) != b.path:
            raise _differ(a, b)
        if a.path in paths:
            continue
        mine, other = one.steps[a.path], two.steps[b.path]
        if mine.kind.kind != other.kind.kind or len(mine.inputs) != len(other.inputs):
            raise _differ(a, b)
        if mine.kind.call != "input" and mine.arguments != other.arguments:
            raise _differ(a, b)
        paths[a.path] = b.path
        waiting += zip(mine.inputs, other.inputs, strict=True)
    return {
        one.steps[a].module: two.steps[b].module
        for a, b in paths.items()
        if one.steps[a].kind.call == "module"
    }


def renamed_weights(weights: Mapping[str, T], paths: Mapping[str, str]) -> dict[str, T]:
    """A state dict under other paths; what belongs to no layer in `paths` is left out."""
    found = {}
    for key, value in weights.items():
        parts = key.split(".")
        for length in range(len(parts) - 1, 0, -1):
            path = ".".join(parts[:length])
            if path in paths:
                found[".".join([paths[path], *parts[length:]])] = value
                break
    return found


def dissolve(
    project: Project,
    network_name: str,
    node_id: str,
    remove_definition: bool = False,
    flow: Flow = "down",
) -> Group:
    """As `graph.blocks.dissolve`, with the channels of the block's input found by a trace."""
    channels: list[int | str | None] = []
    if reads_in_channels(project, network_name, node_id):
        channels = channels_into(trace(project), network_name, node_id)
    return dissolve_with(project, network_name, node_id, channels, remove_definition, flow)


def channels_into(found: Trace, network_name: str, node_id: str) -> list[int | str | None]:
    """For each copy of a block node the channels of its first input: a number where all uses of
    the network agree, `=in_channels` where it is that network's own, else None."""
    network = found.project.network_named(network_name)
    wire = next((e for e in network.incoming(node_id) if e.target_port == 0), None)
    inputs = [node.id for node in network.nodes if node.kind == "Input"]
    is_own = wire is not None and inputs[:1] == [wire.source]
    known: dict[int, set[int | None]] = {}
    for use in found.uses.values():
        if use.node is None or use.node.id != node_id:
            continue
        outer, number = _outside(found, use.path)
        if outer == network_name:
            known.setdefault(number, set()).add(use.names.get("in_channels"))
    channels: list[int | str | None] = []
    for index in sorted(known):
        agreed = known[index]
        channels.append(next(iter(agreed)) if len(agreed) == 1 else None)
    if is_own and network is not found.network:
        if channels:
            channels[0] = "=in_channels"
        else:
            channels = ["=in_channels"]
    return channels


def _outside(found: Trace, path: str) -> tuple[str, int]:
    """The name of the network that a use stands in, and the number of the copy."""
    parent, _, last = path.rpartition(".")
    number = 0
    if last.isdigit():
        number = int(last)
        parent = parent.rpartition(".")[0]
    return found.uses[parent].network.name if parent in found.uses else "", number


def _differ(a: Ref, b: Ref) -> ProblemError:
    return ProblemError(f"The two networks differ at '{a.path}' and '{b.path}'.", node=b.path)
