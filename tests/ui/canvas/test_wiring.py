"""Wires drawn, re-plugged, inserted into and healed, with the mouse."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from cnnstudio.graph import AddNode, Edge, Network, Node
from cnnstudio.ui.canvas.quick_add import QuickAdd

from .conftest import open_network


def network(canvas):
    return canvas.session.project.network


def add(canvas, id: str, kind: str, x: float, y: float) -> None:
    canvas.session.apply(AddNode(node=Node(id=id, kind=kind, name=id, position=(x, y))))


def test_a_drag_from_an_output_to_an_input_connects_them(canvas, hand):
    add(canvas, "a", "Input", 0, 0)
    add(canvas, "b", "ReLU", 0, 160)
    hand.drag(hand.output("a"), hand.input("b"))
    assert network(canvas).edges == (Edge(source="a", target="b"),)


def test_a_drag_from_an_input_to_an_output_connects_them_too(canvas, hand):
    add(canvas, "a", "Input", 0, 0)
    add(canvas, "b", "ReLU", 0, 160)
    hand.drag(hand.input("b"), hand.output("a"))
    assert network(canvas).edges == (Edge(source="a", target="b"),)


def test_a_wire_may_be_let_go_anywhere_on_a_card(canvas, hand):
    add(canvas, "a", "Input", 0, 0)
    add(canvas, "b", "ReLU", 0, 160)
    hand.drag(hand.output("a"), hand.middle("b"))
    assert network(canvas).edges == (Edge(source="a", target="b"),)


def test_a_second_wire_on_an_add_card_takes_its_free_port(canvas, hand):
    for id, kind, x, y in (("a", "ReLU", 0, 0), ("b", "ReLU", 240, 0), ("sum", "Add", 120, 200)):
        add(canvas, id, kind, x, y)
    hand.drag(hand.output("a"), hand.middle("sum"))
    hand.drag(hand.output("b"), hand.middle("sum"))
    assert set(network(canvas).edges) == {
        Edge(source="a", target="sum", target_port=0),
        Edge(source="b", target="sum", target_port=1),
    }


def test_a_wire_that_would_close_a_loop_is_not_drawn(chain, hand):
    before = network(chain)
    hand.drag(hand.output("n2"), hand.middle("n1"))
    assert network(chain) == before


def test_the_end_of_a_wire_can_be_dragged_to_another_input(chain, hand):
    add(chain, "x", "Sigmoid", 320, 240)
    hand.drag(hand.input("n3"), hand.input("x"))
    edges = set(network(chain).edges)
    assert Edge(source="n2", target="x") in edges
    assert Edge(source="n2", target="n3") not in edges
    chain.session.undo.undo()
    assert Edge(source="n2", target="n3") in network(chain).edges


def test_the_start_of_a_wire_can_be_dragged_to_another_output(chain, hand):
    add(chain, "x", "Sigmoid", 320, 240)
    grip = hand.output("n2") + QPointF(0, 20)
    hand.drag(grip, hand.output("x"))
    edges = set(network(chain).edges)
    assert Edge(source="x", target="n3") in edges
    assert Edge(source="n2", target="n3") not in edges


def test_a_wire_end_let_go_on_nothing_is_taken_out(chain, hand):
    hand.drag(hand.input("n3"), hand.beside("n3"))
    assert Edge(source="n2", target="n3") not in network(chain).edges


def test_a_click_on_a_wire_selects_it_and_delete_removes_it(chain, hand):
    hand.click((hand.output("n2") + hand.input("n3")) / 2)
    assert chain.selected_wire == Edge(source="n2", target="n3")
    hand.key(Qt.Key.Key_Delete)
    assert chain.selected_wire is None
    assert Edge(source="n2", target="n3") not in network(chain).edges


def test_a_layer_dropped_on_a_wire_is_inserted_into_it(chain, hand):
    assert hand.drop_layer("BatchNorm2d", (hand.output("n1") + hand.input("n2")) / 2)
    new = network(chain).find("batchnorm1")
    assert new is not None
    edges = set(network(chain).edges)
    assert {Edge(source="n1", target=new.id), Edge(source=new.id, target="n2")} <= edges
    assert Edge(source="n1", target="n2") not in edges
    assert chain.selected_ids == [new.id]
    chain.session.undo.undo()
    assert network(chain).find("batchnorm1") is None
    assert Edge(source="n1", target="n2") in network(chain).edges


def test_cards_below_make_room_for_an_inserted_one(chain, hand):
    hand.drop_layer("BatchNorm2d", (hand.output("n1") + hand.input("n2")) / 2)
    boxes = sorted(item.box for item in chain.canvas_scene.nodes.values())
    assert all(above[3] < below[1] for above, below in pairwise(boxes))


def test_a_card_moved_onto_a_wire_is_inserted_into_it(chain, hand):
    add(chain, "x", "Sigmoid", 320, 240)
    hand.drag(hand.middle("x"), (hand.output("n2") + hand.input("n3")) / 2)
    edges = set(network(chain).edges)
    assert {Edge(source="n2", target="x"), Edge(source="x", target="n3")} <= edges
    chain.session.undo.undo()
    assert network(chain).node("x").position == (320, 240)
    assert Edge(source="n2", target="n3") in network(chain).edges


def test_deleting_a_node_heals_the_wire_through_it(chain, hand):
    hand.click(hand.middle("n2"))
    hand.key(Qt.Key.Key_Delete)
    assert "n2" not in network(chain).by_id
    assert Edge(source="n1", target="n3") in network(chain).edges


def test_a_wire_let_go_on_the_empty_canvas_offers_layers_and_wires_the_chosen_one(
    chain, hand, qtbot
):
    place = hand.beside("n1")
    hand.drag(hand.output("n1"), place)
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, QuickAdd)
    hand.type("sigm")
    hand.type("\r")
    new = network(chain).find("sigmoid1")
    assert new is not None
    assert Edge(source="n1", target=new.id) in network(chain).edges
    assert abs(hand.input(new.id).x() - place.x()) <= 8
    assert QApplication.activePopupWidget() is None


def test_escape_cancels_a_wire(chain, hand):
    before = network(chain)
    hand.begin_drag(hand.input("n3"), hand.beside("n3"))
    hand.key(Qt.Key.Key_Escape)
    hand.release(hand.beside("n3"))
    assert network(chain) == before
    assert all(wire.opacity == 1.0 for wire in chain.canvas_scene.wires.values())


def test_a_wire_that_would_close_a_loop_is_refused_with_a_reason(chain, hand):
    told = []
    chain.session.told.connect(told.append)
    before = network(chain)
    hand.drag(hand.output("n4"), hand.input("n1"))
    assert network(chain) == before
    assert [message.text for message in told] == [
        "A wire from linear1 to conv2d1 would close a loop."
    ]
    assert QApplication.activePopupWidget() is None
    assert chain.findChild(QuickAdd) is None


def test_a_skip_runs_on_its_ports_side_of_the_trunk(canvas):
    """Beside a straight chain the skip to the second port passes on the right."""
    kinds = ("Input", "Conv2d", "ReLU", "Add")
    nodes = tuple(
        Node(id=f"n{i}", kind=kind, name=f"n{i}", position=(0.0, 120.0 * i))
        for i, kind in enumerate(kinds)
    )
    wires = [(0, 1, 0), (1, 2, 0), (2, 3, 0), (0, 3, 1)]
    edges = tuple(Edge(source=f"n{a}", target=f"n{b}", target_port=p) for a, b, p in wires)
    open_network(canvas.session, Network(nodes=nodes, edges=edges))
    skip = canvas.canvas_scene.wires[edges[3]]
    assert max(x for x, _ in skip.route.points) > 200
    assert min(x for x, _ in skip.route.points) >= 0
