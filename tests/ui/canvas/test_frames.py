"""Frames and notes, by mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPlainTextEdit

from cnnstudio.graph import AddFrame, Frame
from cnnstudio.ui.canvas.frame_layer import frame_rect, handle_rect

from .hand import ALT, CONTROL, LEFT, NONE


@pytest.fixture
def framed(chain):
    """The chain with a frame around n1 and n2 (at y 120 and 240), titled Stem."""
    frame = Frame(id="frame1", title="Stem", position=(-16, 72), size=(232, 240))
    chain.session.apply(AddFrame(frame=frame))
    chain.select([])
    return chain


def frame(canvas, id: str = "frame1") -> Frame:
    return canvas.session.project.network.frame(id)


def title(canvas, id: str = "frame1") -> QPointF:
    """A place of the title bar beside the wire that runs over it."""
    return handle_rect(frame(canvas, id)).center() + QPointF(-60, 0)


def test_control_g_frames_the_selection_and_asks_for_a_title(chain, hand):
    chain.select(["n1", "n2"])
    hand.key(Qt.Key.Key_G, CONTROL)
    editor = chain.findChild(QLineEdit, "canvas_name_editor")
    assert editor is not None and editor.hasFocus()
    hand.type("Stem")
    hand.qtbot.keyClick(editor, Qt.Key.Key_Return)
    made = frame(chain)
    assert made.title == "Stem"
    assert made.holds(chain.canvas_scene.nodes["n1"].box)
    assert made.holds(chain.canvas_scene.nodes["n2"].box)
    assert not made.holds(chain.canvas_scene.nodes["n3"].box)


def test_dragging_the_title_moves_the_frame_and_what_lies_inside(framed, hand):
    before = framed.session.project
    hand.drag(title(framed), title(framed) + QPointF(400, 0), ALT)
    network = framed.session.project.network
    assert frame(framed).position == pytest.approx((384, 72), abs=2)
    assert network.node("n1").position == pytest.approx((400, 120), abs=2)
    assert network.node("n0").position == (0, 0)
    framed.session.undo.undo()
    assert framed.session.project == before


def test_a_frame_snaps_to_cards_while_it_is_moved(framed, hand):
    start = title(framed)
    hand.drag(start, start + QPointF(219, 2))  # its left edge comes 3 beside the cards' right one
    assert frame(framed).position == (200, 72)


def test_an_edge_resizes_the_frame_and_rests_at_a_cards_edge(framed, hand):
    rect = frame_rect(frame(framed))
    edge = QPointF(rect.left() + 40, rect.bottom())
    card = framed.canvas_scene.nodes["n3"].rect  # from y 360 to 416
    hand.drag(edge, QPointF(edge.x(), card.bottom() + 3))
    assert frame(framed).box == (-16, 72, 216, card.bottom())
    assert framed.session.project.network.node("n3").position == (0, 360)


def test_a_frame_cannot_be_made_too_small_to_take_hold_of(framed, hand):
    rect = frame_rect(frame(framed))
    hand.drag(rect.bottomRight(), rect.topLeft() - QPointF(60, 60), ALT)
    assert min(frame(framed).size) >= 48


def test_escape_takes_a_dragged_frame_back(framed, hand):
    before = framed.session.project
    hand.begin_drag(title(framed), title(framed) + QPointF(100, 100))
    hand.key(Qt.Key.Key_Escape)
    hand.release(title(framed))
    assert framed.session.project == before
    assert framed.canvas_scene.frames.shown["frame1"] == frame(framed)
    assert framed.canvas_scene.nodes["n1"].position == (0, 120)


def test_inside_a_frame_a_drag_selects_as_on_the_empty_canvas(framed, hand):
    hand.drag(QPointF(-8, 190), QPointF(100, 300))
    assert framed.selected_ids == ["n2"]
    assert framed.selected_frames == []


def test_delete_removes_the_frame_and_keeps_its_nodes(framed, hand):
    nodes = framed.session.project.network.nodes
    hand.click(title(framed))
    hand.key(Qt.Key.Key_Delete)
    network = framed.session.project.network
    assert network.frames == () and network.nodes == nodes
    framed.session.undo.undo()
    assert framed.session.project.network.frames == (frame(framed),)


def test_a_frame_is_copied_with_its_nodes(framed, hand):
    framed.select(["n1", "n2"], ["frame1"])
    hand.key(Qt.Key.Key_C, CONTROL)
    hand.key(Qt.Key.Key_V, CONTROL)
    network = framed.session.project.network
    assert [f.title for f in network.frames] == ["Stem", "Stem"]
    assert len(network.nodes) == 8
    assert framed.selected_frames == [network.frames[1].id]


def test_a_double_click_on_the_title_renames(framed, hand):
    hand.double_click(title(framed))
    editor = framed.findChild(QLineEdit, "canvas_name_editor")
    hand.type("Body")
    hand.qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert frame(framed).title == "Body"


def test_a_note_is_written_in_place(chain, hand):
    chain.session.actions["edit.note"].trigger()
    editor = chain.findChild(QPlainTextEdit, "canvas_text_editor")
    hand.type("why 7x7?")
    hand.qtbot.keyClick(editor, Qt.Key.Key_Return, CONTROL)
    note = frame(chain)
    assert note.is_note and note.text == "why 7x7?"
    # All of a note is its handle.
    hand.drag(frame_rect(note).center(), frame_rect(note).center() + QPointF(200, 0), ALT)
    assert frame(chain).position[0] == pytest.approx(note.position[0] + 200, abs=2)


def test_escape_keeps_a_notes_text_and_undo_takes_it_back(chain, hand):
    chain.session.actions["edit.note"].trigger()
    editor = chain.findChild(QPlainTextEdit, "canvas_text_editor")
    hand.type("second thoughts")
    hand.qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert frame(chain).text == "second thoughts"
    assert chain.hasFocus()
    chain.session.undo.undo()
    assert frame(chain).text == "Note"


def test_the_menu_changes_the_colour(framed, hand):
    hand.qtbot.mouseClick(framed.viewport(), LEFT, NONE, hand.on_view(title(framed)))
    from cnnstudio.ui.canvas.context_menu import context_menu

    menu = context_menu(framed, title(framed))
    colors = menu.findChild(QMenu, "canvas_frame_colors")
    next(action for action in colors.actions() if action.text() == "Green").trigger()
    assert frame(framed).color == "green"


def test_arranging_keeps_the_frame_around_its_nodes(framed):
    framed.arrange()
    boxes = framed.canvas_scene.cards.boxes
    assert {id for id, box in boxes.items() if frame(framed).holds(box)} == {"n1", "n2"}
    framed.session.undo.undo()
    assert frame(framed).position == (-16, 72)


def test_a_marquee_around_all_takes_the_frame_with_it(framed, hand):
    hand.drag(QPointF(-80, -60), QPointF(300, 700))
    assert framed.selected_frames == ["frame1"]
    assert len(framed.selected_ids) == 6
    hand.drag(hand.middle("n0"), hand.middle("n0") + QPointF(64, 0), ALT)
    assert frame(framed).position == pytest.approx((48, 72), abs=2)
    QApplication.processEvents()
