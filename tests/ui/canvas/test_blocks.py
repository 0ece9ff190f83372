"""Blocks on the canvas, with the mouse and the keys: made, opened, left, dissolved, folded."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QToolButton

from cnnstudio.graph import Document, Edge, Network, Node, Project, dumps
from cnnstudio.graph.blocks import make_block
from cnnstudio.ui.canvas.passage import Passage
from cnnstudio.ui.canvas.view import CanvasView
from cnnstudio.ui.place import Place, Step
from cnnstudio.ui.session import Session

from .hand import ALT, CONTROL, SHIFT, Hand

ROW = ("Input", "Conv2d", "ReLU", "Conv2d", "ReLU", "Output")


@pytest.fixture
def row(canvas: CanvasView, session: Session) -> CanvasView:
    """Input, twice a convolution and a ReLU, Output: n0 … n5 in a column."""
    nodes = tuple(
        Node(id=f"n{i}", kind=kind, name=f"{kind.lower()}{i}", position=(0.0, 120.0 * i),
             parameters={"out_channels": 8} if kind == "Conv2d" else {})
        for i, kind in enumerate(ROW)
    )  # fmt: skip
    edges = tuple(Edge(source=f"n{i}", target=f"n{i + 1}") for i in range(len(ROW) - 1))
    session.replace_document(Document(Project(networks=(Network(nodes=nodes, edges=edges),))))
    return canvas


@pytest.fixture
def made(row: CanvasView, session: Session) -> CanvasView:
    """The row with its first convolution and ReLU made a block `Unit`; the node is `unit`."""
    session.apply(make_block(session.project, "main", ["n1", "n2"], "Unit"))
    return row


def type_into(canvas: CanvasView, text: str) -> None:
    editor = canvas.findChild(QLineEdit, "canvas_name_editor")
    assert editor is not None and editor.hasFocus()
    editor.selectAll()
    hand = Hand(canvas, None)
    hand.type(text)
    hand.key_in(editor, Qt.Key.Key_Return)


def names(session: Session) -> list[str]:
    return [node.name for node in session.network.nodes]


def test_a_selection_is_made_a_block_with_keys(row, session, hand):
    hand.click(hand.middle("n1"))
    hand.click(hand.middle("n2"), CONTROL)
    before = dumps(session.project)
    hand.key(Qt.Key.Key_G, CONTROL | SHIFT)
    type_into(row, "Unit")
    assert session.project.block("Unit") is not None
    (node,) = [node for node in session.network.nodes if node.block]
    assert session.selection == [node.id] and node.name == "unit"
    assert row.canvas_scene.nodes[node.id].content.label == "Unit"
    session.undo.undo()
    assert dumps(session.project) == before


def test_what_can_not_be_a_block_is_refused_before_a_name_is_asked_for(row, session, hand):
    told = []
    session.told.connect(told.append)
    hand.click(hand.middle("n1"))
    hand.click(hand.middle("n3"), CONTROL)
    hand.key(Qt.Key.Key_G, CONTROL | SHIFT)
    assert row.findChild(QLineEdit, "canvas_name_editor") is None
    assert "comes back" in told[0].text


def test_a_double_click_opens_a_block_and_escape_leaves_it(made, session, hand):
    hand.double_click(hand.middle("unit"))
    assert session.network.name == "Unit"
    assert set(made.canvas_scene.nodes) == {"input", "n1", "n2", "output"}
    assert made.breadcrumb.isVisible()
    hand.key(Qt.Key.Key_Escape)
    assert session.place.is_main and session.selection == ["unit"]
    assert not made.breadcrumb.isVisible()


def test_enter_opens_the_selected_block_and_the_crumb_leads_back(made, session, hand, qtbot):
    hand.click(hand.middle("unit"))
    hand.key(Qt.Key.Key_Return)
    assert session.network.name == "Unit"
    root = made.breadcrumb.findChild(QToolButton, "root")
    qtbot.mouseClick(root, Qt.MouseButton.LeftButton)
    assert session.place.is_main
    hand.key(Qt.Key.Key_Return)
    hand.key(Qt.Key.Key_Up, ALT)
    assert session.place.is_main


def test_the_view_is_remembered_by_level(made, session, hand):
    made.camera.zoom_to(1.3)
    made.centerOn(QPointF(40, 300))
    seen = made.camera.view()
    hand.double_click(hand.middle("unit"))
    made.camera.zoom_to(0.8)
    inside = made.camera.view()
    hand.key(Qt.Key.Key_Escape)
    again = made.camera.view()
    assert again.scale == seen.scale
    assert again.centre == pytest.approx(seen.centre, abs=1.0)
    hand.key(Qt.Key.Key_Return)
    assert made.camera.scale == pytest.approx(inside.scale)


def test_editing_inside_and_undoing_outside_leads_back_in(made, session, hand):
    hand.double_click(hand.middle("unit"))
    hand.click(hand.middle("n2"))
    hand.key(Qt.Key.Key_Delete)
    assert "n2" not in session.network.by_id
    hand.key(Qt.Key.Key_Escape)
    assert session.place.is_main
    session.undo.undo()
    assert session.network.name == "Unit" and "n2" in session.network.by_id
    session.undo.undo()
    assert session.place.is_main, "the block is gone with the undone step"


def test_layers_are_added_and_pasted_inside(made, session, hand):
    hand.click(hand.middle("n4"))
    hand.key(Qt.Key.Key_C, CONTROL)
    hand.double_click(hand.middle("unit"))
    hand.key(Qt.Key.Key_V, CONTROL)
    assert [n.kind for n in session.network.nodes].count("ReLU") == 2
    assert hand.drop_layer("Tanh", hand.beside("n1"))
    assert any(node.kind == "Tanh" for node in session.network.nodes)
    assert len(session.project.network.nodes) == 5, "the main network is as it was"


def test_a_block_is_not_offered_inside_of_itself(made, session, hand):
    assert "block:Unit" in {kind.kind for kind in session.kinds()}
    hand.double_click(hand.middle("unit"))
    assert "block:Unit" not in {kind.kind for kind in session.kinds()}


def test_dissolving_puts_the_layers_back(made, session, hand):
    told = []
    session.told.connect(told.append)
    hand.click(hand.middle("unit"))
    hand.key(Qt.Key.Key_U, CONTROL | SHIFT)
    assert {"conv2d1", "relu2"} <= set(names(session))
    assert session.project.block("Unit") is not None
    label, remove = told[0].actions[0]
    assert label == "Delete Unit"
    remove()
    assert session.project.block("Unit") is None


def test_folding_the_network_and_unfolding_the_node(row, session, hand):
    row.session.actions["block.fold"].trigger()
    (node,) = [node for node in session.network.nodes if node.block]
    assert node.parameters["repeat"] == 2
    assert row.canvas_scene.nodes[node.id].content.marks.repeat == "× 2"
    hand.click(hand.middle(node.id))
    row.session.actions["block.unfold"].trigger()
    assert sum(one.block is not None for one in session.network.nodes) == 2


def test_a_repeated_block_shows_which_copy_is_open(row, session, hand, qtbot):
    row.session.actions["block.fold"].trigger()
    (node,) = [node for node in session.network.nodes if node.block]
    hand.double_click(hand.middle(node.id))
    number = row.breadcrumb.findChild(QLabel, "copy_number")
    assert number.text() == "copy 1/2"
    after = row.breadcrumb.findChild(QToolButton, "copy_after")
    qtbot.mouseClick(after, Qt.MouseButton.LeftButton)
    assert session.place == Place((Step(node.id, 1),))
    shown = [
        label for label in row.breadcrumb.findChildren(QLabel, "copy_number") if label.isVisible()
    ]
    assert [label.text() for label in shown] == ["copy 2/2"]


def test_bypassing_with_a_key_is_drawn_and_undone(row, session, hand):
    hand.click(hand.middle("n2"))
    hand.key(Qt.Key.Key_M, CONTROL)
    assert session.network.node("n2").bypass is True
    marks = row.canvas_scene.nodes["n2"].content.marks
    assert marks.passes and marks.bypassed == "bypassed"
    hand.key(Qt.Key.Key_M, CONTROL)
    assert session.network.node("n2").bypass is False


def test_a_used_block_says_so_and_is_made_independent(made, session, hand, qtbot):
    hand.click(hand.middle("unit"))
    hand.key(Qt.Key.Key_D, CONTROL)
    hand.double_click(hand.middle("unit"))
    assert made.breadcrumb.note.text() == "Used 2 times: editing changes all"
    qtbot.mouseClick(made.breadcrumb.independent, Qt.MouseButton.LeftButton)
    assert session.network.name == "Unit2"
    assert made.breadcrumb.note.text() == "Used once"
    assert not made.breadcrumb.independent.isVisible()


def test_the_menu_of_a_block_offers_what_can_be_done_with_it(made, session, hand):
    hand.click(hand.middle("unit"))
    point = hand.on_view(hand.middle("unit"))
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, point, made.viewport().mapToGlobal(point)
    )
    QApplication.sendEvent(made.viewport(), event)
    menu = made.findChild(QMenu, "canvas_menu")
    found = {action.text(): action.isEnabled() for action in menu.actions() if action.text()}
    menu.close()
    assert found["Open the block"] and found["Dissolve the block"] and found["Bypass"]
    assert not found["Unfold the copies"], "it isn't repeated"


def test_a_block_goes_to_another_project_by_the_clipboard(made, session, hand):
    hand.click(hand.middle("unit"))
    hand.key(Qt.Key.Key_C, CONTROL)
    session.replace_document(Document(Project()))
    hand.key(Qt.Key.Key_V, CONTROL)
    assert session.project.block("Unit") is not None
    assert session.network.nodes[0].block == "Unit"
    session.undo.undo()
    assert session.project == Project()


def test_a_kept_block_is_dropped_into_another_project(made, session, hand, qtbot):
    hand.click(hand.middle("unit"))
    with qtbot.waitSignal(session.library_changed, timeout=5000):
        session.actions["block.keep"].trigger()
    with qtbot.waitSignal(session.library_loaded, timeout=5000):
        session.load_library()
    session.replace_document(Document(Project()))
    assert hand.drop_layer("library:Unit", QPointF(0, 0))
    assert session.project.block("Unit") is not None
    assert [node.block for node in session.network.nodes] == ["Unit"]
    session.undo.undo()
    assert session.project == Project(), "one step"


def test_several_outputs_are_ports_with_names(made, session, hand):
    inner = session.project.block("Unit")
    more = inner.replace(
        nodes=(*inner.nodes, Node(id="output2", kind="Output", name="early")),
        edges=(*inner.edges, Edge(source="n1", target="output2")),
    )
    session.replace_document(Document(session.project.with_network(more)))
    content = made.canvas_scene.nodes["unit"].content
    assert content.outputs == 2 and content.output_names == ("out", "early")
    place = hand.output("unit", 1)
    hand.drag(place, hand.input("n5"))
    wired = [edge for edge in session.network.edges if edge.target == "n5"]
    assert [(edge.source, edge.source_port) for edge in wired] == [("unit", 1)]


def test_the_passage_inwards_is_short_and_lets_the_mouse_through(made, session, hand, qtbot):
    hand.double_click(hand.middle("unit"))
    assert len(made.viewport().findChildren(Passage)) == 1
    hand.click(hand.middle("n1"))
    assert session.selection == ["n1"]
    qtbot.waitUntil(lambda: not made.viewport().findChildren(Passage), timeout=1000)
