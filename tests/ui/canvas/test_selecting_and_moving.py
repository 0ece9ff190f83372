"""Selecting with clicks, the marquee and keys; moving with the mouse and the arrows."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from cnnstudio.graph import Move, Rename

from .hand import ALT, CONTROL, RIGHT, SHIFT


def position(canvas, id: str):
    return canvas.session.project.network.node(id).position


def test_a_click_selects_a_card_and_one_on_nothing_clears(chain, hand):
    hand.click(hand.middle("n1"))
    assert chain.session.selection == ["n1"]
    hand.click(hand.beside("n1"))
    assert chain.session.selection == []


def test_shift_and_control_add_and_take_away(chain, hand):
    hand.click(hand.middle("n1"))
    hand.click(hand.middle("n2"), SHIFT)
    hand.click(hand.middle("n3"), CONTROL)
    assert chain.session.selection == ["n1", "n2", "n3"]
    hand.click(hand.middle("n2"), CONTROL)
    assert chain.session.selection == ["n1", "n3"]


def test_a_marquee_selects_what_it_touches(chain, hand):
    start = chain.canvas_scene.nodes["n1"].rect.topLeft() - QPointF(60, 10)
    end = chain.canvas_scene.nodes["n3"].rect.center()
    hand.begin_drag(start, end)
    assert chain.canvas_scene.nodes["n2"].selected
    assert chain.session.selection == []
    hand.release(end)
    assert chain.session.selection == ["n1", "n2", "n3"]


def test_escape_takes_a_marquee_back(chain, hand):
    chain.select(["n5"])
    hand.begin_drag(hand.beside("n1"), hand.middle("n2"))
    hand.key(Qt.Key.Key_Escape)
    assert not chain.canvas_scene.nodes["n2"].selected
    assert chain.canvas_scene.nodes["n5"].selected
    assert chain.session.selection == ["n5"]


def test_the_selection_of_the_session_shows_on_the_canvas(chain):
    chain.session.select(["n2"])
    assert chain.canvas_scene.nodes["n2"].selected
    chain.session.select([])
    assert not chain.canvas_scene.nodes["n2"].selected


def test_everything_can_be_selected(chain, hand):
    hand.key(Qt.Key.Key_A, CONTROL)
    assert chain.session.selection == [f"n{i}" for i in range(6)]
    hand.key(Qt.Key.Key_Escape)
    assert chain.session.selection == []


def test_a_drag_moves_a_card_to_the_grid_as_one_step(chain, hand):
    hand.drag(hand.middle("n5"), hand.middle("n5") + QPointF(301, 203))
    x, y = position(chain, "n5")
    assert (x % 8, y % 8) == (0, 0)
    assert abs(x - 301) <= 8 and abs(y - 803) <= 8
    assert chain.session.undo.count() == 1
    chain.session.undo.undo()
    assert position(chain, "n5") == (0.0, 600.0)
    assert chain.canvas_scene.nodes["n5"].position == (0.0, 600.0)


def test_a_drag_on_a_selected_card_moves_all_selected(chain, hand):
    chain.select(["n4", "n5"])
    hand.drag(hand.middle("n5"), hand.middle("n5") + QPointF(320, 0))
    assert position(chain, "n4")[0] == position(chain, "n5")[0] >= 304


def test_a_card_aligns_with_a_near_one_and_shows_a_guide(chain, hand):
    hand.drag(hand.middle("n5"), hand.middle("n5") + QPointF(320, 0))
    start = hand.middle("n5")
    hand.begin_drag(start, start + QPointF(-317, -40))
    assert chain.canvas_scene.nodes["n5"].position[0] == 0.0
    guides = chain.input.gesture._guides
    assert any(guide.upright and guide.at == 0.0 for guide in guides)
    hand.release(start + QPointF(-317, -40))
    assert position(chain, "n5")[0] == 0.0


def test_shift_keeps_a_drag_on_one_axis(chain, hand):
    hand.drag(hand.middle("n5"), hand.middle("n5") + QPointF(240, 21), SHIFT)
    assert position(chain, "n5")[1] == 600.0


def test_a_tiny_drag_is_a_click(chain, hand):
    hand.drag(hand.middle("n5"), hand.middle("n5") + QPointF(2, 1))
    assert chain.session.undo.count() == 0
    assert chain.session.selection == ["n5"]


def test_escape_cancels_a_move(chain, hand):
    end = hand.middle("n5") + QPointF(200, 100)
    hand.begin_drag(hand.middle("n5"), end)
    hand.key(Qt.Key.Key_Escape)
    assert chain.canvas_scene.nodes["n5"].position == (0.0, 600.0)
    hand.release(end)
    assert position(chain, "n5") == (0.0, 600.0)


def test_the_other_button_cancels_a_move(chain, hand):
    end = hand.middle("n5") + QPointF(200, 100)
    hand.begin_drag(hand.middle("n5"), end)
    hand.press(end, button=RIGHT)
    assert chain.input.gesture is None
    assert chain.canvas_scene.nodes["n5"].position == (0.0, 600.0)


def test_undo_in_the_middle_of_a_drag_cancels_the_drag(chain, hand):
    chain.session.apply(Rename(node_id="n1", name="first"))
    end = hand.middle("n5") + QPointF(200, 100)
    hand.begin_drag(hand.middle("n5"), end)
    chain.session.undo.undo()
    assert chain.input.gesture is None
    hand.move(end + QPointF(30, 0))
    hand.release(end)
    assert position(chain, "n5") == (0.0, 600.0)
    assert chain.canvas_scene.nodes["n5"].position == (0.0, 600.0)
    assert chain.canvas_scene.nodes["n1"].content.name == "conv2d1"


def test_a_report_in_the_middle_of_a_drag_does_not_disturb_it(chain, hand):
    end = hand.middle("n5") + QPointF(200, 100)
    hand.begin_drag(hand.middle("n5"), end)
    chain.session.report_changed.emit(None)
    assert chain.canvas_scene.nodes["n5"].position[0] >= 192
    hand.release(end)
    assert position(chain, "n5")[0] >= 192


def test_arrows_nudge_the_selection_as_one_step(chain, hand):
    chain.select(["n5"])
    for _ in range(3):
        hand.key(Qt.Key.Key_Right)
    hand.key(Qt.Key.Key_Down, SHIFT)
    assert position(chain, "n5") == (24.0, 640.0)
    assert chain.session.undo.count() == 1
    chain.session.undo.undo()
    assert position(chain, "n5") == (0.0, 600.0)


def test_alt_and_arrows_walk_along_the_wires(chain, hand):
    hand.key(Qt.Key.Key_Down, ALT)
    assert chain.session.selection == ["n0"]
    hand.key(Qt.Key.Key_Down, ALT)
    hand.key(Qt.Key.Key_Down, ALT)
    assert chain.session.selection == ["n2"]
    hand.key(Qt.Key.Key_Up, ALT)
    assert chain.session.selection == ["n1"]
    chain.session.apply(Move(positions={"n4": (300.0, 140.0)}))
    hand.key(Qt.Key.Key_Right, ALT)
    assert chain.session.selection == ["n4"]


def test_cards_can_be_aligned_and_distributed(chain):
    chain.session.apply(Move(positions={"n1": (96.0, 120.0), "n2": (40.0, 304.0)}))
    chain.select(["n1", "n2", "n3"])
    actions = chain.session.actions
    actions["arrange.align_left"].trigger()
    assert {position(chain, id)[0] for id in ("n1", "n2", "n3")} == {0.0}
    actions["arrange.distribute_vertically"].trigger()
    tops = [position(chain, id)[1] for id in ("n1", "n2", "n3")]
    assert tops == [120.0, 240.0, 360.0]


def test_arranging_is_one_step_and_leaves_no_card_on_another(chain):
    chain.session.apply(Move(positions={f"n{i}": (0.0, 0.0) for i in range(6)}))
    steps = chain.session.undo.count()
    chain.arrange()
    assert chain.session.undo.count() == steps + 1
    items = list(chain.canvas_scene.nodes.values())
    for one in items:
        assert not any(one.rect.intersects(other.rect) for other in items if other is not one)
    chain.session.undo.undo()
    assert position(chain, "n3") == (0.0, 0.0)
