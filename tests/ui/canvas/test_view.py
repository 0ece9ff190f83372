"""Looking around: zoom, pan, fit, the minimap, the empty canvas."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from cnnstudio.graph import AddNode, Edge, Move, Network, Node
from cnnstudio.ui.canvas.thumbnail import maps_parts
from cnnstudio.ui.canvas.vector_picture import peaks

from .conftest import open_network
from .hand import ALT, CONTROL, LEFT, MIDDLE, SHIFT


def test_the_wheel_zooms_about_the_pointer(chain, hand):
    place = QPoint(300, 200)
    under = chain.camera.to_scene(QPointF(place))
    hand.wheel(under, 1)
    assert chain.scale_factor > 1.0
    after = chain.camera.to_scene(QPointF(place))
    assert (after - under).manhattanLength() <= 2.0


def test_control_and_the_wheel_zoom_too(chain, hand):
    hand.wheel(hand.middle("n1"), -2, CONTROL)
    assert chain.scale_factor < 1.0


def test_the_zoom_stays_between_5_and_400_percent(chain, hand):
    for _ in range(40):
        hand.wheel(hand.middle("n1"), 3)
    assert chain.scale_factor == 4.0
    for _ in range(80):
        hand.wheel(chain.visible_rect().center(), -3)
    assert chain.scale_factor == pytest.approx(0.05)


def test_shift_and_a_sideways_wheel_pan(chain, hand):
    before, scale = chain.visible_rect(), chain.scale_factor
    hand.wheel(hand.middle("n1"), 1, SHIFT)
    assert chain.visible_rect().left() == pytest.approx(before.left() - 120 / scale, abs=1)
    hand.wheel(chain.visible_rect().center(), 0, sideways=-1)
    assert chain.visible_rect().left() == pytest.approx(before.left(), abs=1)
    assert chain.scale_factor == scale


def test_the_middle_button_pans(chain, hand):
    start = hand.on_view(hand.middle("n1"))
    under = chain.camera.to_scene(QPointF(start))
    end = start + QPoint(80, -50)
    QTest.mousePress(chain.viewport(), MIDDLE, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(chain.viewport(), start + QPoint(30, 0))
    QTest.mouseMove(chain.viewport(), end)
    QTest.mouseRelease(chain.viewport(), MIDDLE, Qt.KeyboardModifier.NoModifier, end)
    assert (chain.camera.to_scene(QPointF(end)) - under).manhattanLength() < 1e-6


def test_space_and_a_drag_pan_and_move_no_card(chain, hand):
    network = chain.session.project.network
    start = hand.on_view(hand.middle("n1"))
    before = chain.visible_rect()
    QTest.keyPress(chain, Qt.Key.Key_Space)
    QTest.mousePress(chain.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(chain.viewport(), start + QPoint(64, 0))
    QTest.mouseRelease(chain.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, start)
    QTest.keyRelease(chain, Qt.Key.Key_Space)
    assert chain.session.project.network == network
    assert chain.visible_rect().left() == pytest.approx(before.left() - 64 / chain.scale_factor)


def test_a_network_fits_the_view_when_it_is_opened(chain):
    assert chain.visible_rect().contains(chain.canvas_scene.bounds())
    assert chain.scale_factor <= 1.0


def test_the_view_keeps_the_network_in_sight_until_it_is_moved(chain, hand):
    chain.window().resize(500, 400)
    assert chain.visible_rect().contains(chain.canvas_scene.bounds())
    hand.wheel(hand.middle("n1"), 1)
    scale = chain.scale_factor
    chain.window().resize(900, 800)
    assert chain.scale_factor == scale


def test_the_zoom_actions_zoom(chain):
    actions = chain.session.actions
    actions["view.zoom_actual"].trigger()
    assert chain.scale_factor == 1.0
    actions["view.zoom_in"].trigger()
    assert chain.scale_factor == pytest.approx(1.25)
    actions["view.fit"].trigger()
    assert chain.visible_rect().contains(chain.canvas_scene.bounds())


def test_the_zoom_is_told_to_the_status_bar(chain, qtbot):
    with qtbot.waitSignal(chain.session.zoom_changed) as told:
        chain.session.actions["view.zoom_in"].trigger()
    assert told.args == [chain.scale_factor]


def test_the_overview_shows_while_a_part_is_out_of_sight_and_leads_there(chain, hand):
    assert not chain.minimap.isVisible()
    chain.camera.zoom_to(2.0)
    assert chain.minimap.isVisible()
    bottom = QPoint(chain.minimap.width() // 2, chain.minimap.height() - 10)
    chain.minimap.grab()
    QTest.mouseClick(chain.minimap, LEFT, Qt.KeyboardModifier.NoModifier, bottom)
    assert chain.visible_rect().intersects(chain.canvas_scene.nodes["n5"].rect)


def test_reveal_selects_a_node_and_brings_it_into_sight(chain):
    chain.camera.zoom_to(4.0)
    chain.reveal("n5")
    assert chain.selected_ids == ["n5"]
    assert chain.visible_rect().intersects(chain.canvas_scene.nodes["n5"].rect)


def test_an_empty_canvas_says_what_to_do(canvas, session):
    assert canvas.hint.isVisible()
    assert "Tab" in canvas.hint.text()
    session.apply(AddNode(node=Node(id="a", kind="ReLU", name="a")))
    assert not canvas.hint.isVisible()
    session.undo.undo()
    assert canvas.hint.isVisible()


@pytest.fixture
def large(session, canvas):
    """300 cards in ten columns."""
    nodes = tuple(
        Node(id=f"n{i}", kind="ReLU", name=f"r{i}", position=(i % 10 * 300, i // 10 * 200))
        for i in range(300)
    )
    open_network(session, Network(nodes=nodes))
    return canvas


def test_a_large_network_opens_at_its_beginning(large):
    nodes = large.canvas_scene.nodes
    assert large.scale_factor == 0.75
    assert large.visible_rect().contains(nodes["n0"].rect)
    assert not large.visible_rect().contains(nodes["n299"].rect)
    large.window().resize(700, 600)
    assert large.scale_factor == 0.75
    assert large.visible_rect().contains(nodes["n0"].rect)
    large.fit()
    assert large.visible_rect().contains(large.canvas_scene.bounds())


def test_from_far_away_cards_are_drawn_as_blocks(large):
    canvas = large
    canvas.fit()
    assert canvas.scale_factor < 0.3
    assert canvas.canvas_scene.far.isVisible()
    canvas.grab()
    canvas.camera.zoom_to(1.0)
    assert not canvas.canvas_scene.far.isVisible()


def test_the_theme_changes_the_pictures(chain, session):
    light = chain.grab().toImage()
    session.set_theme("dark")
    dark = chain.grab().toImage()
    assert dark.pixelColor(5, 5).lightness() < 60 < light.pixelColor(5, 5).lightness()


def test_the_flow_to_the_right_is_remembered(chain, session, show_canvas):
    session.actions["view.flow_right"].trigger()
    xs = [session.project.network.node(f"n{i}").position[0] for i in range(3)]
    assert xs == sorted(xs) and xs[0] < xs[-1]
    assert chain.canvas_scene.flow == "right"
    assert session.settings.value("canvas/flow") == "right"
    assert show_canvas(session).canvas_scene.flow == "right"


def test_the_canvas_tells_the_selection_to_a_screen_reader(chain, hand):
    assert chain.accessibleName() == "Network"
    assert chain.accessibleDescription() == "6 layers, none selected"
    hand.click(hand.middle("n1"))
    assert "conv2d1" in chain.accessibleDescription()
    chain.select(["n1", "n2"])
    assert chain.accessibleDescription() == "2 of 6 layers selected: conv2d1, relu1"


def test_many_values_become_as_many_bars_as_there_is_room_for():
    assert peaks(np.arange(10), 20).tolist() == list(range(10))
    assert peaks(np.arange(10), 5).tolist() == [1, 3, 5, 7, 9]
    assert peaks(np.arange(10), 4).tolist() == [2, 5, 8, 9]


def test_feature_maps_make_cards_taller_and_stay_in_sight(chain):
    maps = np.zeros((5, 8, 8), dtype=np.uint8)
    low = chain.canvas_scene.bounds().height()
    output = {"output1": {"maps": maps, "channels": 8, "mean": 0.5, "std": 0.25, "silent": 1}}
    chain.set_thumbnails(output)
    assert chain.canvas_scene.bounds().height() > low
    assert chain.visible_rect().contains(chain.canvas_scene.bounds())
    assert " · ".join(maps_parts(output["output1"], 5)) == "+3 maps · 0.50 ± 0.25 · 1 silent"
    chain.grab()


def test_a_revealed_card_is_not_covered_by_the_overview(chain):
    chain.camera.zoom_to(2.0)
    for x, y in ((-400, -300), (-400, 0), (0, -300)):
        chain.reveal("n0")
        rect = chain.canvas_scene.nodes["n3"].rect
        chain.centerOn(rect.center() + QPointF(x / 2, y / 2))
        chain.reveal("n3")
        shown = chain.viewportTransform().mapRect(rect)
        assert chain.minimap.isVisible()
        assert not shown.intersects(chain.minimap.geometry().toRectF())


def test_cards_close_above_others_stay_small_when_feature_maps_come(chain):
    """n0 and n1 are 24 pixels apart, the others have room."""
    chain.session.apply(Move(positions={"n1": (0.0, 80.0), "n2": (0.0, 400.0)}))
    chain.session.apply(Move(positions={f"n{i}": (0.0, 200.0 * i + 100) for i in range(3, 6)}))
    maps = np.zeros((5, 8, 8), dtype=np.uint8)
    names = [node.name for node in chain.session.project.network.nodes]
    chain.set_thumbnails({name: {"maps": maps, "channels": 8} for name in names})
    items = chain.canvas_scene.nodes
    assert items["n0"].height == 56 and items["n1"].height == 128
    boxes = [item.rect for item in items.values()]
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])
    chain.session.apply(Move(positions={"n0": (0.0, -200.0)}))
    assert items["n0"].height == 128


def test_dragging_many_cards_takes_their_wires_along(canvas, hand, monkeypatch):
    count = 60
    nodes = tuple(
        Node(id=f"n{i}", kind="ReLU", name=f"n{i}", position=(240.0 * (i % 10), 120.0 * (i // 10)))
        for i in range(count)
    )
    edges = tuple(Edge(source=f"n{i}", target=f"n{i + 10}") for i in range(count - 10))
    open_network(canvas.session, Network(nodes=nodes, edges=edges))
    scene = canvas.canvas_scene
    canvas.select([node.id for node in nodes[:50]])
    inner, loose = scene.wires[edges[0]], scene.wires[edges[45]]
    before = inner.route.points
    hand.begin_drag(hand.middle("n0"), hand.middle("n0") + QPointF(-160, 80), ALT)
    canvas.grab()
    assert loose.start != scene.source_of(loose.edge).place  # it follows the lifted card
    hand.release(hand.middle("n0") + QPointF(-160, 80), ALT)
    dx, dy = (now - was for now, was in zip(inner.route.points[0], before[0], strict=True))
    assert (dx, dy) == pytest.approx((-160, 80), abs=3)
    for wire in scene.wires.values():
        assert wire.start == scene.source_of(wire.edge).place
        assert wire.end == scene.target_of(wire.edge).place
