"""Which nodes are still what they were after edits."""

from __future__ import annotations

import pytest

from cnnstudio.graph import Document, Edge, Move, Project, Rename, SetParameter
from cnnstudio.ui.design.unchanged import unchanged

ALL = {f"n{i}" for i in range(6)}


@pytest.fixture
def document(small_project: Project) -> Document:
    return Document(small_project)


def still_same(before: Project, document: Document) -> set[str]:
    return unchanged(before.network, document.project.network)


def test_moving_and_renaming_change_nothing(small_project, document):
    document.apply(Move(positions={"n1": (8.0, 400.0)}))
    document.apply(Rename(node_id="n1", name="first"))
    assert still_same(small_project, document) == ALL


def test_a_parameter_changes_the_node_and_what_follows_it(small_project, document):
    inverse = document.apply(SetParameter(node_id="n2", name="inplace", value=True))
    assert still_same(small_project, document) == {"n0", "n1"}
    document.apply(inverse)
    assert still_same(small_project, document) == ALL


def test_a_wire_changes_what_follows_it(small_project):
    network = small_project.network
    around = [edge for edge in network.edges if edge.target != "n3"]
    rewired = network.replace(edges=[*around, Edge(source="n1", target="n3")])
    assert unchanged(network, rewired) == {"n0", "n1", "n2"}


def test_shared_weights_change_with_their_owner(small_project):
    network = small_project.network
    conv, relu = network.node("n1"), network.node("n2")
    twin = conv.model_copy(update={"id": "n9", "name": "twin", "shares": "n1"})
    wires = [*network.edges, Edge(source="n0", target="n9")]
    shared = network.replace(nodes=[*network.nodes, twin], edges=wires)
    assert unchanged(shared, shared) == ALL | {"n9"}
    changed = conv.model_copy(update={"parameters": {**conv.parameters, "bias": False}})
    kept = [node for node in shared.nodes if node.id != "n1"]
    assert unchanged(shared, shared.replace(nodes=[*kept, changed])) == {"n0"}
    assert relu.id not in unchanged(shared, shared.replace(nodes=[*kept, changed]))


def test_a_node_on_a_cycle_is_left_out(small_project):
    network = small_project.network
    circle = network.replace(edges=[*network.edges, Edge(source="n2", target="n1", target_port=1)])
    assert unchanged(circle, circle) == {"n0"}
