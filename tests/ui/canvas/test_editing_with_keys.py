"""Clipboard, renaming, quick add, menus and hints."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QMenu

from cnnstudio.graph import Edge, Problem
from cnnstudio.ui.canvas.hints import tooltip_at
from cnnstudio.ui.canvas.quick_add import QuickAdd
from cnnstudio.ui.session import Session
from cnnstudio.ui.settings import Settings

from .hand import CONTROL, SHIFT


def network(canvas):
    return canvas.session.project.network


def popup() -> QuickAdd:
    found = QApplication.activePopupWidget()
    assert isinstance(found, QuickAdd)
    return found


@pytest.fixture
def second(show_canvas, tmp_path: Path):
    """A canvas in another window, with another document."""
    session = Session(settings=Settings(tmp_path / "second.ini"))
    session.kernel.close()
    yield show_canvas(session)
    session.close()


# The clipboard


def test_copies_are_pasted_beside_and_selected(chain, hand):
    chain.select(["n1", "n2"])
    hand.key(Qt.Key.Key_C, CONTROL)
    hand.key(Qt.Key.Key_V, CONTROL)
    hand.key(Qt.Key.Key_V, CONTROL)
    assert len(network(chain).nodes) == 10
    assert len(chain.selected_ids) == 2
    one, two = chain.selected_ids
    assert Edge(source=one, target=two) in network(chain).edges
    places = [node.position for node in network(chain).nodes]
    assert len(set(places)) == len(places)


def test_nodes_are_copied_between_windows(chain, hand, second):
    chain.select(["n1", "n2"])
    chain.session.actions["edit.copy"].trigger()
    second.session.actions["edit.paste"].trigger()
    assert [node.kind for node in network(second).nodes] == ["Conv2d", "ReLU"]
    assert len(network(second).edges) == 1


def test_cut_takes_the_nodes_out_and_heals_the_wire(chain, hand):
    chain.select(["n2"])
    hand.key(Qt.Key.Key_X, CONTROL)
    assert Edge(source="n1", target="n3") in network(chain).edges
    assert chain.session.undo.undoText() == "Cut relu1"
    hand.key(Qt.Key.Key_V, CONTROL)
    assert network(chain).find("relu1") is not None


def test_pasting_something_else_tells_so(chain, hand, qtbot):
    QGuiApplication.clipboard().setText("[1, 2]")
    with qtbot.waitSignal(chain.session.told) as told:
        hand.key(Qt.Key.Key_V, CONTROL)
    assert told.args[0].text == "The clipboard holds no nodes."


def test_nodes_are_pasted_into_sight(chain, hand):
    chain.select(["n1"])
    hand.key(Qt.Key.Key_C, CONTROL)
    chain.pan(QPointF(-5000, 0))
    hand.key(Qt.Key.Key_V, CONTROL)
    (id,) = chain.selected_ids
    assert chain.visible_rect().contains(chain.canvas_scene.nodes[id].rect)


def test_duplicates_may_share_weights(chain, hand):
    chain.select(["n1"])
    hand.key(Qt.Key.Key_D, CONTROL)
    (plain,) = chain.selected_ids
    assert network(chain).node(plain).shares is None
    chain.select(["n1"])
    hand.key(Qt.Key.Key_D, CONTROL | SHIFT)
    (shared,) = chain.selected_ids
    assert network(chain).node(shared).shares == "n1"
    assert chain.canvas_scene.nodes[shared].content.shares == "conv2d1"


# Renaming


def test_a_double_click_on_the_name_renames_in_place(chain, hand):
    rect = chain.canvas_scene.nodes["n1"].rect
    hand.double_click(rect.topLeft() + QPointF(40, 38))
    editor = chain.findChild(QLineEdit, "canvas_name_editor")
    assert editor is not None and editor.selectedText() == "conv2d1"
    hand.type("stem\r")
    assert network(chain).node("n1").name == "stem"
    assert chain.canvas_scene.nodes["n1"].content.name == "stem"
    assert chain.hasFocus()


def test_a_name_that_is_taken_is_refused_while_it_is_typed(chain, hand, qtbot):
    chain.select(["n1"])
    hand.key(Qt.Key.Key_F2)
    editor = chain.findChild(QLineEdit, "canvas_name_editor")
    hand.type("relu1\r")
    assert editor.property("invalid") is True
    assert network(chain).node("n1").name == "conv2d1"
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    qtbot.waitUntil(chain.hasFocus)
    assert network(chain).node("n1").name == "conv2d1"


# Adding layers


def test_tab_searches_and_adds_behind_the_selected_node(chain, hand):
    chain.select(["n1"])
    hand.key(Qt.Key.Key_Tab)
    assert popup().accessibleName() == "Add a layer"
    hand.type("batch")
    hand.type("\r")
    new = network(chain).node(chain.selected_ids[0])
    assert new.kind.startswith("BatchNorm")
    assert Edge(source="n1", target=new.id) in network(chain).edges
    assert Edge(source=new.id, target="n2") in network(chain).edges


def test_arrows_move_through_the_layers_found(chain, hand):
    hand.key(Qt.Key.Key_Tab)
    hand.type("pool")
    rows = popup().findChild(QListWidget)
    second = rows.item(1).data(Qt.ItemDataRole.UserRole)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    hand.type("\r")
    assert network(chain).node(chain.selected_ids[0]).kind == second


def test_escape_closes_the_search_and_adds_nothing(chain, hand):
    before = network(chain)
    hand.key(Qt.Key.Key_Tab)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert QApplication.activePopupWidget() is None
    assert network(chain) == before


def test_a_double_click_on_the_empty_canvas_adds_there(chain, hand):
    place = hand.beside("n3")
    hand.double_click(place)
    hand.type("dropout")
    hand.type("\r")
    rect = chain.canvas_scene.nodes[chain.selected_ids[0]].rect
    assert rect.contains(place)


def test_a_search_without_a_match_says_so(chain, hand):
    hand.key(Qt.Key.Key_Tab)
    hand.type("zzz")
    rows = popup().findChild(QListWidget)
    assert rows.count() == 0
    hand.type("\r")
    popup().close()


def test_a_layer_of_the_palette_comes_behind_the_selected_one(chain):
    chain.select(["n5"])
    chain.add_layer_kind("Softmax")
    new = chain.selected_ids[0]
    assert Edge(source="n4", target=new) in network(chain).edges
    assert Edge(source=new, target="n5") in network(chain).edges


def test_layers_added_one_by_one_make_a_chain(canvas, session):
    for kind in ("Input", "Conv2d", "ReLU", "Output"):
        canvas.add_layer_kind(kind)
    assert len(network(canvas).edges) == 3
    tops = [network(canvas).find(f"{name}1").position[1] for name in ("input", "conv", "relu")]
    assert tops == sorted(tops)
    rects = [item.rect for item in canvas.canvas_scene.nodes.values()]
    assert not any(a.intersects(b) for a in rects for b in rects if a is not b)


def test_a_layer_dropped_on_the_empty_canvas_stands_under_the_pointer(canvas, hand):
    assert hand.drop_layer("Conv2d", QPointF(300, 200))
    assert network(canvas).find("conv1").position == (200.0, 176.0)
    assert not hand.drop_layer("NoSuchLayer", QPointF(0, 0))


# Menus, hints, actions


def menu_at(canvas, hand, point: QPointF) -> list[str]:
    place = hand.on_view(point)
    reason = QContextMenuEvent.Reason.Mouse
    event = QContextMenuEvent(reason, place, canvas.viewport().mapToGlobal(place))
    QApplication.sendEvent(canvas.viewport(), event)
    menu = canvas.findChild(QMenu, "canvas_menu")
    texts = [action.text() for action in menu.actions() if action.text()]
    menu.close()
    menu.setParent(None)
    return texts


def test_cards_wires_and_the_empty_canvas_have_their_menus(chain, hand):
    assert "Rename" in menu_at(chain, hand, hand.middle("n1"))
    assert chain.selected_ids == ["n1"]
    chain.select(["n1", "n2"])
    assert "Align left" in menu_at(chain, hand, hand.middle("n1"))
    between = (hand.output("n1") + hand.input("n2")) / 2
    assert menu_at(chain, hand, between) == ["Insert a layer…", "Delete"]
    assert "Paste here" in menu_at(chain, hand, hand.beside("n1"))


def test_problems_are_told_over_the_card(chain, session):
    from cnnstudio.compiler.report import Report

    problem = Problem(
        node_id="n4", severity="error", message="Linear 'fc' is wrong.", hint="Put a Flatten."
    )
    session.report = Report(shapes={"conv2d1": [8, 26, 26]}, problems=[problem])
    session.report_changed.emit(session.report)
    item = chain.canvas_scene.nodes["n4"]
    assert item.content.severity == "error"
    assert "Put a Flatten." in tooltip_at(chain.canvas_scene, item.rect.center())
    wire = chain.canvas_scene.wires[Edge(source="n1", target="n2")]
    assert wire.label == "8×26×26"
    assert chain.canvas_scene.labels.place_of(wire.edge) is not None


def test_actions_are_on_when_they_can_do_something(chain, session):
    actions = session.actions
    assert not actions["edit.copy"].isEnabled()
    chain.select(["n1", "n2"])
    assert actions["edit.copy"].isEnabled()
    assert actions["arrange.align_left"].isEnabled()
    assert not actions["arrange.distribute_vertically"].isEnabled()
    chain.hide()
    assert not actions["edit.copy"].isEnabled()
    assert not actions["edit.paste"].isEnabled()


def test_every_action_is_named_and_sorted(chain, session):
    ids = {action.objectName() for action in session.actions}
    wanted = "cut copy paste duplicate duplicate_shared delete select_all rename add".split()
    assert {f"edit.{name}" for name in wanted} <= ids
    assert {"view.zoom_in", "view.zoom_out", "view.zoom_actual", "view.fit"} <= ids
    shortcuts = [key for action in session.actions for key in action.shortcuts()]
    assert len(shortcuts) == len(set(shortcuts))
    assert {a.data() for a in session.actions} == {"File", "Edit", "View", "Arrange", "Network"}


def test_delete_during_a_drag_cancels_it_and_deletes(chain, hand):
    end = hand.middle("n5") + QPointF(120, 90)
    hand.begin_drag(hand.middle("n5"), end)
    hand.key(Qt.Key.Key_Delete)
    assert "n5" not in network(chain).by_id
    hand.release(end)
    assert chain.input.gesture is None


def test_the_menu_key_opens_the_selected_cards_menu(chain, hand):
    chain.select(["n1"])
    reason = QContextMenuEvent.Reason.Keyboard
    event = QContextMenuEvent(reason, QPoint(0, 0), QPoint(0, 0))
    QApplication.sendEvent(chain.viewport(), event)
    menu = chain.findChild(QMenu, "canvas_menu")
    assert "Rename" in [action.text() for action in menu.actions()]
    menu.close()
