"""Where the layout can help it, no wire runs through a card: all templates, all their blocks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QPointF, QRectF

import cnnstudio as cs
from cnnstudio.graph import Edge, Network, Node, Project
from cnnstudio.graph.layout import arrange
from cnnstudio.layers.lookup import kind_of
from cnnstudio.ui.canvas.card import Findings
from cnnstudio.ui.canvas.scene import CanvasScene
from cnnstudio.ui.canvas.wire_item import WireItem
from tests.graph.networks import densenet, inception, resnet, unet

SIZE = (200.0, 128.0)
SAMPLES = 8  # on each short piece of a wire


def crossings(scene: CanvasScene) -> list[tuple[str, str, str]]:
    """Source, target and the card between them, for each wire that runs through a card."""
    found = []
    for edge, wire in scene.wires.items():
        for item in scene.nodes.values():
            inside = item.rect.adjusted(1, 1, -1, -1)
            if item.id not in (edge.source, edge.target) and runs_through(wire, inside):
                found.append((edge.source, edge.target, item.id))
    return found


def runs_through(wire: WireItem, rect: QRectF) -> bool:
    return wire.bounds.intersects(rect) and any(
        rect.contains(start + (end - start) * step / SAMPLES)
        for start, end in pairwise(wire.line)
        for step in range(SAMPLES + 1)
    )


def networks() -> Iterator[tuple[str, Project, Network]]:
    """Every network of every template, those that several templates share once."""
    seen = set()
    for name in cs.templates():
        project = cs.template(name)
        for network in project.networks:
            drawn = repr((network.nodes, network.edges))
            if drawn not in seen:
                seen.add(drawn)
                yield f"{name}: {network.name}", project, network


@pytest.mark.timeout(20)
def test_no_wire_of_a_template_runs_through_a_card_as_it_is_drawn(qapp):
    crossed, wires = {}, 0
    for name, project, network in networks():
        scene = CanvasScene()
        scene.show(network, Findings(), lambda kind, project=project: kind_of(project, kind))
        wires += len(scene.wires)
        if found := crossings(scene):
            crossed[name] = found
    assert wires > 500
    assert crossed == {}


def test_a_wire_through_a_card_is_seen_by_these_tests(qapp):
    places = {"a": (0.0, 0.0), "b": (0.0, 100.0), "c": (0.0, 200.0)}
    nodes = tuple(Node(id=id, kind="ReLU", name=id, position=place) for id, place in places.items())
    scene = CanvasScene()
    scene.show(Network(nodes=nodes, edges=(Edge(source="a", target="c"),)), Findings())
    assert crossings(scene) == []  # it goes around b
    (wire,) = scene.wires.values()
    on_the_way = wire.line[len(wire.line) // 2]
    scene.nodes["b"].position = (on_the_way - QPointF(100.0, 20.0)).toTuple()
    assert crossings(scene) == [("a", "c", "b")]


@pytest.mark.parametrize("flow", ["down", "right"])
@pytest.mark.parametrize("network", [resnet([2, 2]), inception(3), densenet([4, 4]), unet(4)],
                         ids=["resnet", "inception", "densenet", "unet"])  # fmt: skip
def test_no_wire_of_a_flat_network_runs_through_a_card_once_it_is_arranged(qapp, network, flow):
    places = arrange(network, lambda node: SIZE, flow)
    nodes = [node.model_copy(update={"position": places[node.id]}) for node in network.nodes]
    scene = CanvasScene(flow)
    scene.show(network.replace(nodes=nodes), Findings())
    assert crossings(scene) == []


@pytest.mark.timeout(20)
def test_a_heap_of_cards_is_wired_without_a_search_for_ways_that_are_not_there(qapp):
    nodes = tuple(
        Node(id=f"n{i}", kind="ReLU", name=f"relu{i}", position=(24.0 * (i % 40), 24.0 * (i // 25)))
        for i in range(1000)
    )
    edges = tuple(Edge(source=f"n{i}", target=f"n{i + 7}") for i in range(0, 990, 2))
    scene = CanvasScene()
    scene.show(Network(nodes=nodes, edges=edges), Findings())
    assert len(scene.wires) == len(edges)
