"""The shapes beside the wires."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage, QPainter

from cnnstudio.compiler.report import Report
from cnnstudio.graph import AddFrame, Disconnect, Edge, Frame, Network, Node

from .conftest import open_network


@pytest.fixture
def fan(canvas, session):
    """One output that three cards take, and a card behind one of these."""
    places = {"a": (300, 0), "b": (0, 200), "c": (300, 200), "d": (600, 200), "e": (300, 400)}
    nodes = tuple(Node(id=id, kind="ReLU", name=id, position=place) for id, place in places.items())
    pairs = ("ab", "ac", "ad", "ce")
    edges = tuple(Edge(source=source, target=target) for source, target in pairs)
    open_network(session, Network(nodes=nodes, edges=edges))
    session.report = Report(shapes={name: [8, 26, 26] for name in places})
    session.report_changed.emit(session.report)
    return canvas


def places(canvas, source: str):
    scene = canvas.canvas_scene
    found = [scene.labels.place_of(edge) for edge in scene.network.outgoing(source)]
    return [place for place in found if place is not None]


def test_what_several_wires_carry_is_said_once_beside_the_port(fan):
    (place,) = places(fan, "a")
    port = fan.canvas_scene.nodes["a"].port(0, True)
    assert port.y() < place.top() < port.y() + 10
    assert min(abs(place.left() - port.x()), abs(place.right() - port.x())) < 10
    assert len(places(fan, "c")) == 1


def test_it_is_still_said_when_the_wire_that_said_it_is_removed(fan):
    scene = fan.canvas_scene
    for _ in range(2):
        said = next(e for e in scene.network.outgoing("a") if scene.labels.place_of(e) is not None)
        fan.apply(Disconnect(edge=said))
        assert len(places(fan, "a")) == 1


def test_it_stays_beside_the_port_of_a_card_that_is_dragged(fan):
    fan.canvas_scene.move_preview({"a": (340.0, 20.0)})
    (place,) = places(fan, "a")
    assert place.top() > fan.canvas_scene.nodes["a"].rect.bottom()
    fan.canvas_scene.restore_positions()
    assert len(places(fan, "a")) == 1


def test_a_label_in_a_frame_has_the_frames_ground(fan):
    scene = fan.canvas_scene
    (place,) = places(fan, "a")
    assert scene.frames.ground(place.center()) == scene.look.canvas
    around = Frame(id="f", title="F", position=(250.0, -60.0), size=(320.0, 400.0), color="green")
    fan.apply(AddFrame(frame=around))
    assert scene.frames.ground(place.center()) == scene.look.frame("green")[0]
    image = QImage(900, 800, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    scene.render(painter, source=place)
    painter.end()
    assert image.pixelColor(1, 1).rgb() == scene.look.frame("green")[0].rgb()
