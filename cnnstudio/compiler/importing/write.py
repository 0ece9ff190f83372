"""The project of an import: its networks, laid out, and the weights under the nodes' names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from torch import Tensor

from cnnstudio.compiler.importing.definitions import Definition
from cnnstudio.compiler.importing.recording import Viewed
from cnnstudio.compiler.importing.tree import Body, Part
from cnnstudio.graph import Edge, Network, Node, Project
from cnnstudio.graph.layout import arrange
from cnnstudio.graph.model import BLOCK_PREFIX

# A card with its thumbnail, as the canvas draws it: where a layout begins.
CARD = (184.0, 136.0)
COLUMN = 1300.0


def write_project(
    body: Body,
    definitions: Sequence[Definition],
    inputs: Mapping[str, tuple[int, ...]],
    outputs: Sequence[str],
    name: str,
) -> Project:
    """The whole picture as a project. `inputs` are the shapes by name."""
    main = _network("main", body, inputs, outputs, _settings_of(body), {})
    blocks = [
        _network(
            definition.name,
            definition.body,
            {f"x{n + 1}" if n else "x": None for n in range(len(definition.body.inputs))},
            [f"output{n + 1}" if n else "output" for n in range(len(definition.body.outputs))],
            definition.settings,
            definition.bypasses,
        ).changed(parameters=tuple(definition.parameters), description="")
        for definition in definitions
    ]
    return Project(name=name, networks=(main, *blocks))


def _settings_of(body: Body) -> dict[str, dict[str, Any]]:
    return {part.name: part.parameters for part in body.parts}


def _network(
    name: str,
    body: Body,
    inputs: Mapping[str, Any],
    outputs: Sequence[str],
    settings: Mapping[str, Mapping[str, Any]],
    bypasses: Mapping[str, str],
) -> Network:
    nodes: list[Node] = []
    edges: list[Edge] = []
    sources: dict[int, tuple[str, int]] = {}
    for (input_name, shape), number in zip(inputs.items(), body.inputs, strict=True):
        given = {"shape": list(shape)} if shape else {}
        nodes.append(Node(id=_id(nodes), kind="Input", name=input_name, parameters=given))
        sources[number] = (nodes[-1].id, 0)
    ids: dict[Part, str] = {}
    for part in body.parts:
        kind = f"{BLOCK_PREFIX}{part.copies[0].definition.name}" if part.copies else part.kind
        node = Node(
            id=_id(nodes),
            kind=kind,
            name=part.name,
            parameters={} if part.owner else dict(settings[part.name]),
            shares=ids[part.owner] if part.owner else None,
            bypass=bypasses.get(part.name, False),
        )
        nodes.append(node)
        ids[part] = node.id
        for port, number in enumerate(part.inputs):
            source, source_port = sources[number]
            edges.append(
                Edge(source=source, source_port=source_port, target=node.id, target_port=port)
            )
        for port, number in enumerate(part.outputs):
            sources[number] = (node.id, port)
    for output_name, number in zip(outputs, body.outputs, strict=True):
        node = Node(id=_id(nodes), kind="Output", name=output_name)
        source, source_port = sources[number]
        nodes.append(node)
        edges.append(Edge(source=source, source_port=source_port, target=node.id))
    network = Network(name=name, nodes=tuple(nodes), edges=tuple(edges))
    places = arrange(network, lambda _: CARD, wrap_at=COLUMN)
    return network.replace(
        nodes=(node.model_copy(update={"position": places[node.id]}) for node in network.nodes)
    )


def _id(nodes: Sequence[Node]) -> str:
    return f"n{len(nodes) + 1}"


def weights_of(
    body: Body, originals: Mapping[str, Tensor], prefix: str = ""
) -> Iterator[tuple[str, Tensor]]:
    """The state dict of the built project, name by name."""
    for part in body.parts:
        if part.owner is not None:
            continue
        for name, origin in part.weights.items():
            yield f"{prefix}{part.name}.{name}", tensor_of(origin, originals)
        settings = body.definition.settings[part.name] if body.definition else part.parameters
        for index, copy in enumerate(part.copies):
            number = f".{index}" if "repeat" in settings else ""
            yield from weights_of(copy, originals, f"{prefix}{part.name}{number}.")


def tensor_of(origin: str | Viewed | Tensor, originals: Mapping[str, Tensor]) -> Tensor:
    """A weight, by where it comes from."""
    match origin:
        case Viewed(name, shape):
            return originals[name].detach().reshape(shape)
        case str():
            return originals[origin].detach()
    return origin.detach()
