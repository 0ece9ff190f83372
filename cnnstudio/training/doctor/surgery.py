"""Edits that mend a network: other activations, normalisation, dropout put in or taken out."""

from __future__ import annotations

from collections.abc import Callable

from cnnstudio.compiler.remedies import insert_before
from cnnstudio.graph import (
    Edge,
    Edit,
    Group,
    Network,
    Node,
    Project,
    SetBypass,
    SetParameter,
)
from cnnstudio.graph.set_kind import SetKind
from cnnstudio.layers import catalogue

ZEROING = frozenset({"ReLU", "ReLU6"})
TWO_ENDED = frozenset({"Sigmoid", "Tanh", "Hardsigmoid", "Hardtanh"})
DROPOUTS = frozenset({"Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout"})
NORMS = {
    "Conv1d": "BatchNorm1d", "Conv2d": "BatchNorm2d", "Conv3d": "BatchNorm3d",
    "Linear": "BatchNorm1d",
}  # fmt: skip


def located(project: Project, path: str) -> tuple[Network, Node] | None:
    """The network and node that a path such as `layer1.0.relu` leads to; None if there is none."""
    network = project.network
    *way, last = [part for part in path.split(".") if not part.isdigit()]
    for part in way:
        node = next((node for node in network.nodes if node.name == part), None)
        inner = project.block(node.block) if node is not None and node.block else None
        if inner is None:
            return None
        network = inner
    found = next((node for node in network.nodes if node.name == last), None)
    return None if found is None else (network, found)


def with_kind(
    project: Project, paths: tuple[str, ...], kinds: frozenset[str], kind: str
) -> list[Edit]:
    """Makes layers of these kinds another one: those at the paths, or all if there are none."""
    if paths:
        places = [place for path in paths if (place := located(project, path)) is not None]
    else:
        places = [(network, node) for network in project.networks for node in network.nodes]
    known = catalogue[kind].defaults()
    edits: list[Edit] = []
    for network, node in dict.fromkeys((n.name, o.id) for n, o in places):
        old = project.network_named(network).node(node)
        if old.kind not in kinds:
            continue
        edits += [
            SetParameter(network=network, node_id=node, name=name, unset=True)
            for name in old.parameters
            if name not in known
        ]
        edits.append(SetKind(network=network, node_id=node, kind=kind))
    return edits


def with_norms(project: Project) -> list[Edit]:
    """Puts batch normalisation between each convolution, or linear layer behind a Flatten, and the
    activation that follows it."""

    def place(network: Network) -> tuple[Edge, str] | None:
        flat = any(node.kind == "Flatten" for node in network.nodes)
        for node in network.nodes:
            following = network.outgoing(node.id)
            if node.kind not in NORMS or len(following) != 1:
                continue
            after = network.by_id.get(following[0].target)
            kind = catalogue.get(after.kind) if after is not None else None
            if kind is None or kind.category != "Activation":
                continue
            if node.kind != "Linear" or flat:
                return following[0], NORMS[node.kind]
        return None

    return _inserted(project, place)


def with_dropout(project: Project) -> list[Edit]:
    """Puts Dropout before the last linear layer of the main network, unless there is some."""
    network = project.network
    if any(node.kind in DROPOUTS for each in project.networks for node in each.nodes):
        return []
    order = [network.by_id[id] for id in network.topological()]
    last = next((node for node in reversed(order) if node.kind == "Linear"), None)
    incoming = network.incoming(last.id) if last is not None else []
    if len(incoming) != 1:
        return []
    return list(insert_before(network, incoming[0], "Dropout", {"p": 0.5}).edits)


def without_dropout(project: Project) -> list[Edit]:
    """Switches Dropout layers off; they stay where they are."""
    return [
        SetBypass(network=network.name, node_id=node.id, bypass=True)
        for network in project.networks
        for node in network.nodes
        if node.kind in DROPOUTS and node.bypass is False
    ]


def _inserted(project: Project, place: Callable[[Network], tuple[Edge, str] | None]) -> list[Edit]:
    """Inserts layers one after the other, for as long as a place is found in some network."""
    edits: list[Edit] = []
    for name in [network.name for network in project.networks]:
        while (found := place(project.network_named(name))) is not None:
            fix = insert_before(project.network_named(name), *found)
            edit = Group(text=fix.label, edits=fix.edits)
            project, _ = edit.apply(project)
            edits.append(edit)
    return edits
