"""Finding nodes by name or kind."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from cnnstudio.graph import Document, Edge, Network, Node, Project, RemoveNode, Rename
from cnnstudio.ui.place import Place, Step

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


@pytest.fixture
def nested(canvas, session):
    """A network whose stages a and b are each a Unit, which holds a ReLU named act."""
    unit = Network(
        name="Unit",
        nodes=(
            Node(id="i", kind="Input", name="x"),
            Node(id="r", kind="ReLU", name="act", position=(0.0, 120.0)),
            Node(id="o", kind="Output", name="y", position=(0.0, 240.0)),
        ),
        edges=(Edge(source="i", target="r"), Edge(source="r", target="o")),
    )
    main = Network(
        nodes=(
            Node(id="n0", kind="Input", name="image"),
            Node(id="n1", kind="block:Unit", name="a", position=(0.0, 120.0),
                 parameters={"repeat": 3}),
            Node(id="n2", kind="block:Unit", name="b", position=(0.0, 240.0)),
        ),
        edges=(Edge(source="n0", target="n1"), Edge(source="n1", target="n2")),
    )  # fmt: skip
    session.replace_document(Document(Project(networks=(main, unit))))
    return canvas


def listed(bar) -> list[str]:
    return bar.list.model().stringList() if bar.list.isVisible() else []


def test_what_lies_in_blocks_is_listed_at_each_use_and_opens_with_enter(nested, hand):
    bar = search(nested, hand, "act")
    assert listed(bar) == ["a › Unit › act", "b › Unit › act"]
    assert nested.session.place.is_main  # nothing opens while one types
    for way in ("n1", "n2", "n1"):
        QTest.keyClick(bar.box, Qt.Key.Key_Return)
        assert nested.session.place == Place((Step(way),))
        assert nested.selected_ids == ["r"] and nested.canvas_scene.marked == {"r"}
        assert bar.box.hasFocus()
    assert bar.count.text() == "1 of 2"


def test_a_click_in_the_list_opens_the_block(nested, hand):
    bar = search(nested, hand, "act")
    row = bar.list.visualRect(bar.list.model().index(1))
    QTest.mouseClick(bar.list.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    assert nested.session.place == Place((Step("n2"),))
    assert nested.visible_rect().contains(nested.canvas_scene.nodes["r"].rect)


def test_the_copy_that_is_open_stays_open(nested, hand):
    nested.session.go(Place((Step("n1", 2),)))
    search(nested, hand, "act")
    assert nested.session.place == Place((Step("n1", 2),))
    assert nested.selected_ids == ["r"]


def test_a_block_that_nothing_uses_is_searched_too(nested, hand):
    for id in ("n1", "n2"):
        nested.apply(RemoveNode(node_id=id))
    assert listed(search(nested, hand, "act")) == ["Unit › act"]


def test_matches_in_one_network_need_no_list(chain, hand):
    assert not search(chain, hand, "e").list.isVisible()


def test_a_name_inside_a_block_is_meant_before_a_kind_here(nested, hand):
    """`a` is of kind Unit, and so is matched; but a node called so comes first."""
    nested.session.go(Place((Step("n1"),)))
    nested.apply(Rename(network="Unit", node_id="r", name="unit1"))
    nested.session.go(Place())
    nested.select([])
    bar = search(nested, hand, "unit")
    assert listed(bar)[:2] == ["a › Unit › unit1", "b › Unit › unit1"]
    assert "a" in listed(bar)
    assert nested.selected_ids == [] and nested.session.place.is_main
