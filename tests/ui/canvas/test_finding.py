"""Finding nodes by name or kind."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from .hand import CONTROL, SHIFT


def search(canvas, hand, text: str):
    hand.key(Qt.Key.Key_F, CONTROL)
    hand.qtbot.waitUntil(canvas.find_bar.box.hasFocus)
    hand.type(text)
    return canvas.find_bar


def test_typing_shows_the_first_match_and_marks_all(chain, hand):
    chain.camera.zoom_to(3.0)
    bar = search(chain, hand, "e")  # relu1, flatten1, linear1
    assert chain.canvas_scene.marked == {"n2", "n3", "n4"}
    assert chain.selected_ids == ["n2"]
    QTest.keyClick(bar.box, Qt.Key.Key_Return)
    assert chain.visible_rect().intersects(chain.canvas_scene.nodes["n3"].rect)
    assert bar.count.text() == "2 of 3"


def test_a_name_that_begins_so_comes_first(chain, hand):
    search(chain, hand, "l")
    assert chain.selected_ids == ["n4"]  # linear1


def test_enter_steps_through_the_matches_and_shift_enter_back(chain, hand):
    bar = search(chain, hand, "e")
    order = [chain.selected_ids[0]]
    for _ in range(3):
        QTest.keyClick(bar.box, Qt.Key.Key_Return)
        order.append(chain.selected_ids[0])
    assert order == ["n2", "n3", "n4", "n2"]
    QTest.keyClick(bar.box, Qt.Key.Key_Return, SHIFT)
    assert chain.selected_ids == ["n4"]


def test_a_kind_is_found_by_its_title_too(chain, hand):
    search(chain, hand, "convolution")
    assert chain.selected_ids == ["n1"]


def test_nothing_found_is_said(chain, hand):
    bar = search(chain, hand, "nothing")
    assert bar.count.text() == "none"
    assert chain.canvas_scene.marked == set()


def test_escape_closes_the_bar_and_keeps_what_was_found(chain, hand):
    bar = search(chain, hand, "relu")
    QTest.keyClick(bar.box, Qt.Key.Key_Escape)
    assert not bar.isVisible() and chain.hasFocus()
    assert chain.canvas_scene.marked == set()
    assert chain.selected_ids == ["n2"]


def test_a_deleted_match_is_no_match_any_more(chain, hand):
    bar = search(chain, hand, "relu")
    chain.commands.delete()
    assert bar.count.text() == "none"


def test_a_match_is_not_covered_by_the_bar(chain, hand):
    chain.camera.zoom_to(4.0)
    bar = search(chain, hand, "relu")
    rect = chain.viewportTransform().mapRect(chain.canvas_scene.nodes["n2"].rect)
    assert not rect.intersects(bar.geometry().toRectF())
