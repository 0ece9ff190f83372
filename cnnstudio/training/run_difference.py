"""In what the projects of several runs differ: settings, layers, wires."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnnstudio.graph import Network, Project
from cnnstudio.training.paths import BLOCKS, NETWORK, settings_of

# Stands where a project has no such setting, node or wire.
MISSING = None


@dataclass(frozen=True)
class Row:
    """One thing in which they differ, by its path, and its value in each project."""

    path: str
    values: tuple[Any, ...]

    @property
    def about_network(self) -> bool:
        return self.path.startswith((f"{NETWORK}.", f"{BLOCKS}."))


def difference(projects: Sequence[Project]) -> list[Row]:
    """What is not the same in all of them: settings first, then nodes and wires of the networks.

    Where nodes stand on the canvas is of no matter. A node that one of them lacks is told once, as
    its kind, without its parameters. A wire reads `conv1 → relu1` and is there (True) or not.
    """
    told = [settings_of(project) | _wires(project) for project in projects]
    paths = list(dict.fromkeys(path for settings in told for path in settings))
    rows = [Row(path, tuple(settings.get(path, MISSING) for settings in told)) for path in paths]
    differing = [row for row in rows if any(value != row.values[0] for value in row.values[1:])]
    lacking = [
        row.path for row in differing
        if row.about_network and row.path.count(".") == 1 and MISSING in row.values
    ]  # fmt: skip
    kept = [row for row in differing if not row.path.startswith(tuple(f"{p}." for p in lacking))]
    order = ("training.", "data.", f"{NETWORK}.", f"{BLOCKS}.")
    return sorted(kept, key=lambda row: [not row.path.startswith(start) for start in order])


def _wires(project: Project) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for network in project.networks:
        where = NETWORK if network is project.network else f"{BLOCKS}.{network.name}"
        found |= dict.fromkeys((f"{where}: {wire}" for wire in _wires_of(network)), True)
    return found


def _wires_of(network: Network) -> list[str]:
    names = {node.id: node.name for node in network.nodes}
    return [
        f"{_end(names.get(edge.source, '?'), edge.source_port)} → "
        f"{_end(names.get(edge.target, '?'), edge.target_port)}"
        for edge in network.edges
    ]


def _end(name: str, port: int) -> str:
    return f"{name}[{port}]" if port else name
