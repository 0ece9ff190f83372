"""Auto-layout of a large network: asked of another process, one undo step, dropped if outdated."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from cnnstudio.graph import Edge, Move, Network, Node
from cnnstudio.ui.canvas import arranging
from cnnstudio.ui.session import Session
from cnnstudio.ui.settings import Settings

from ..conftest import wait_for
from .conftest import open_network


def ladder(count: int) -> Network:
    nodes = tuple(
        Node(id=f"n{i}", kind="ReLU", name=f"relu{i}", position=(8.0 * i, 5000.0))
        for i in range(count)
    )
    return Network(
        nodes=nodes,
        edges=tuple(Edge(source=f"n{i}", target=f"n{i + 1}") for i in range(count - 1)),
    )


@pytest.fixture
def large(qapp, kernel, tmp_path, show_canvas):
    """A canvas with 150 nodes, on a session whose kernel answers."""
    session = Session(kernel=kernel, settings=Settings(tmp_path / "settings.ini"))
    canvas = show_canvas(session)
    open_network(session, ladder(150))
    yield canvas
    session.close()
    session.deleteLater()


def positions(canvas) -> dict[str, tuple[float, float]]:
    return {node.id: node.position for node in canvas.session.project.network.nodes}


def test_a_large_network_is_arranged_as_one_undo_step(large, qtbot):
    before = positions(large)
    large.session.actions["arrange.layout"].trigger()
    assert positions(large) == before  # the window did not wait
    wait_for(qtbot, lambda: positions(large) != before)
    assert len(set(positions(large).values())) == 150
    assert large.visible_rect().contains(large.canvas_scene.bounds())
    assert large.session.undo.undoText() == "Arrange network"
    large.session.undo.undo()
    assert positions(large) == before


def test_what_was_computed_for_another_network_is_dropped(large, qtbot):
    told = []
    large.session.told.connect(told.append)
    large.arrange()
    large.session.apply(Move(positions={"n0": (0.0, 0.0)}))
    changed = positions(large)
    wait_for(qtbot, lambda: bool(told))
    assert "changed while" in told[0].text
    assert positions(large) == changed


def test_escape_cancels_the_arranging(large, hand_on, qtbot):
    before = positions(large)
    large.arrange()
    hand_on(large).key(Qt.Key.Key_Escape)
    assert not large.arranging.going_on and not large.busy.isVisible()
    qtbot.wait(1500)
    assert positions(large) == before


def test_what_takes_long_is_told_with_a_button_to_stop_it(large, qtbot, monkeypatch):
    # A kernel that never answers.
    monkeypatch.setattr(large.session, "ask", lambda *args, **kwargs: None)
    large.arrange()
    assert not large.busy.isVisible()
    wait_for(qtbot, large.busy.isVisible)
    qtbot.mouseClick(large.busy.button, Qt.MouseButton.LeftButton)
    assert not large.busy.isVisible() and not large.arranging.going_on


def test_undoing_an_arranging_brings_the_network_back_into_sight(chain):
    far_away = {id: (x + 50_000.0, y) for id, (x, y) in positions(chain).items()}
    chain.session.apply(Move(positions=far_away))
    chain.fit()
    chain.arrange()
    assert chain.visible_rect().contains(chain.canvas_scene.bounds())
    chain.session.undo.undo()
    assert chain.visible_rect().contains(chain.canvas_scene.bounds())


def test_a_small_network_is_arranged_at_once(chain):
    assert len(chain.canvas_scene.nodes) * 2 < arranging.FEW
    chain.session.apply(Move(positions={"n3": (900.0, -300.0)}))
    chain.arrange()
    places = positions(chain)
    assert places["n0"] == (0, 0) and places["n3"] != (900, -300)
    assert chain.session.undo.undoText() == "Arrange network"
