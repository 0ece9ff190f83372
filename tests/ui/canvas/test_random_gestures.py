"""Random gestures: whatever the hand does, document and picture agree and nothing breaks."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnstudio.graph import Edge, Network, Node
from cnnstudio.ui.canvas.view import CanvasView

from .conftest import open_network
from .hand import ALT, CONTROL, LEFT, MIDDLE, NONE, RIGHT, SHIFT, Hand

buttons = st.sampled_from([LEFT, LEFT, LEFT, MIDDLE, RIGHT])
modifiers = st.sampled_from([NONE, NONE, SHIFT, CONTROL, ALT])
places = st.tuples(st.integers(0, 899), st.integers(0, 799))
things = st.integers(0, 60)


def start_network() -> Network:
    """A residual block and a card apart."""
    kinds = ["Input", "Conv2d", "BatchNorm2d", "ReLU", "Conv2d", "Add", "Output", "Sigmoid"]
    nodes = tuple(
        Node(id=f"n{i}", kind=kind, name=f"node{i}", position=(200.0 * (i % 3), 140.0 * i))
        for i, kind in enumerate(kinds)
    )
    edges = [Edge(source=f"n{i}", target=f"n{i + 1}") for i in range(6)]
    return Network(nodes=nodes, edges=(*edges, Edge(source="n1", target="n5", target_port=1)))


class Gestures(RuleBasedStateMachine):
    canvas: CanvasView
    hand: Hand

    def __init__(self) -> None:
        super().__init__()
        self._held: Qt.MouseButton | None = None
        open_network(self.canvas.session, start_network())

    # What the hand can do

    @rule(button=buttons, thing=things, keys=modifiers)
    def press_on_something(self, button, thing, keys):
        self._press(button, self._place(thing), keys)

    @rule(button=buttons, place=places, keys=modifiers)
    def press_anywhere(self, button, place, keys):
        self._press(button, QPoint(*place), keys)

    @rule(place=places)
    def move_anywhere(self, place):
        self._move(QPoint(*place))

    @rule(thing=things)
    def move_to_something(self, thing):
        self._move(self._place(thing))

    @rule(thing=things)
    def release_on_something(self, thing):
        self._release(self._place(thing))

    @rule(place=places)
    def release_anywhere(self, place):
        self._release(QPoint(*place))

    @rule(start=things, end=things)
    def drag_between_things(self, start, end):
        self._press(LEFT, self._place(start), NONE)
        self._move((self._place(start) + self._place(end)) / 2)
        self._move(self._place(end))
        self._release(self._place(end))

    @rule(place=places, notches=st.sampled_from([-40, -3, -1, 1, 3, 40]), keys=modifiers)
    def wheel(self, place, notches, keys):
        self.hand.wheel(self.canvas.camera.to_scene(QPointF(*place)), notches, keys)

    @rule(kind=st.sampled_from(["ReLU", "Conv2d", "Add", "Input", "Output"]), thing=things)
    def drop_a_layer(self, kind, thing):
        point = self.canvas.camera.to_scene(QPointF(self._place(thing)))
        self.hand.drop_layer(kind, point)

    @rule(
        key=st.sampled_from(
            [Qt.Key.Key_Delete, Qt.Key.Key_Escape, Qt.Key.Key_Left, Qt.Key.Key_Down]
        ),
        keys=modifiers,
    )
    def type_a_key(self, key, keys):
        self.hand.key(key, keys)

    @rule(
        id=st.sampled_from(
            [
                "edit.copy",
                "edit.cut",
                "edit.paste",
                "edit.duplicate",
                "edit.duplicate_shared",
                "edit.select_all",
                "arrange.layout",
                "arrange.align_left",
                "arrange.distribute_vertically",
                "view.fit",
                "view.zoom_actual",
            ]
        )
    )
    def choose_from_a_menu(self, id):
        # Each doubles what is selected: a few in a row would be a test of patience.
        doubling = id in ("edit.paste", "edit.duplicate", "edit.duplicate_shared")
        if not doubling or len(self.canvas.canvas_scene.nodes) < 100:
            self.canvas.session.actions[id].trigger()

    @rule()
    def undo(self):
        self.canvas.session.undo.undo()

    @rule()
    def redo(self):
        self.canvas.session.undo.redo()

    @rule()
    def paint(self):
        self.canvas.grab()

    # What must hold

    @invariant()
    def document_and_picture_agree(self):
        scene, network = self.canvas.canvas_scene, self.canvas.session.project.network
        assert set(scene.nodes) == set(network.by_id)
        assert set(scene.wires) == {
            edge
            for edge in network.edges
            if edge.source in network.by_id and edge.target in network.by_id
        }
        assert set(scene.cards.boxes) == set(scene.nodes)
        if self.canvas.input.gesture is None:
            shown = {id: item.position for id, item in scene.nodes.items()}
            assert shown == {node.id: node.position for node in network.nodes}
            selected = {id for id, item in scene.nodes.items() if item.selected}
            assert selected == set(self.canvas.selected_ids)
        for wire in scene.wires.values():
            assert wire.start == scene.source_of(wire.edge).place
            assert wire.end == scene.target_of(wire.edge).place

    @invariant()
    def the_view_is_finite(self):
        transform = self.canvas.viewportTransform()
        assert all(
            math.isfinite(value)
            for value in (transform.m11(), transform.m22(), transform.dx(), transform.dy())
        )
        assert 0.05 <= self.canvas.scale_factor <= 4.0

    def teardown(self):
        if self._held is not None:
            self._release(QPoint(0, 0))
        self.canvas.input.cancel()
        undo = self.canvas.session.undo
        while undo.canUndo():
            undo.undo()
        assert self.canvas.session.project.network == start_network()
        self.document_and_picture_agree()

    # The hand

    def _place(self, thing: int) -> QPoint:
        """A place on the view that means something: a card, a port, a wire."""
        scene = self.canvas.canvas_scene
        found: list[QPointF] = []
        for item in list(scene.nodes.values())[:12]:
            found.append(item.rect.center())
            found += [port.place for port in scene.ports(item)]
        found += [wire.line[len(wire.line) // 2] for wire in list(scene.wires.values())[:12]]
        if not found:
            return QPoint(400, 300)
        place = self.hand.on_view(found[thing % len(found)])
        # Qt counts places on a widget in 16 bits here and there.
        return QPoint(max(-9999, min(place.x(), 9999)), max(-9999, min(place.y(), 9999)))

    def _press(self, button, place, keys) -> None:
        if self._held is None:
            self._held = button
            QTest.mousePress(self.canvas.viewport(), button, keys, place)
            self._close_popups()

    def _move(self, place) -> None:
        QTest.mouseMove(self.canvas.viewport(), place)

    def _release(self, place) -> None:
        if self._held is not None:
            button, self._held = self._held, None
            QTest.mouseRelease(self.canvas.viewport(), button, NONE, place)
            self._close_popups()

    def _close_popups(self) -> None:
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
            QApplication.sendPostedEvents(popup, QEvent.Type.DeferredDelete)


@pytest.mark.timeout(300)
def test_the_canvas_survives_random_gestures(canvas, hand, qtbot):
    class Machine(Gestures):
        pass

    Machine.canvas, Machine.hand = canvas, hand
    with qtbot.captureExceptions() as exceptions:

        class Watched(Machine):
            @invariant()
            def nothing_was_raised(self):
                if exceptions:
                    raise exceptions.pop(0)[1]

        run_state_machine_as_test(
            Watched,
            settings=settings(
                max_examples=60,
                stateful_step_count=40,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
