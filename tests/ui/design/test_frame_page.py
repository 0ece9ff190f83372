"""The inspector's page for frames and notes, in the real workspace."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from cnnstudio.graph import AddFrame, Frame

from .conftest import retype


@pytest.fixture
def framed(workspace):
    """The workspace with a frame and a note; the frame is selected."""
    for frame in (
        Frame(id="f1", title="Stem", position=(-400.0, 0.0)),
        Frame(id="f2", text="Note", position=(-400.0, 400.0), color="yellow"),
    ):
        workspace.canvas.apply(AddFrame(frame=frame))
    workspace.canvas.select([], ["f1"])
    return workspace


def frame(workspace, id: str = "f1") -> Frame:
    return workspace.canvas.canvas_scene.network.frame(id)


def paint(workspace, color: str) -> None:
    button = workspace.inspector.findChild(QToolButton, f"frame_color_{color}")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_selected_frame_shows_its_page_and_a_layer_its_own_again(framed):
    inspector = framed.inspector
    assert inspector.kind.text() == "Frame"
    assert inspector.frame_page.isVisible() and inspector.frame_page.title.text() == "Stem"
    framed.canvas.select(["n1"])
    assert inspector.node_page.isVisible()
    framed.canvas.select([])
    assert inspector.overview_page.isVisible()


def test_typing_a_title_is_one_step_and_shows_at_once(framed, qtbot):
    retype(qtbot, framed.inspector.frame_page.title, "Head")
    assert frame(framed).title == "Head"
    session = framed.canvas.session
    session.undo.undo()
    assert frame(framed).title == "Stem"
    assert framed.inspector.frame_page.title.text() == "Stem"


def test_a_notes_text_is_typed(framed, qtbot):
    framed.canvas.select([], ["f2"])
    page = framed.inspector.frame_page
    assert framed.inspector.kind.text() == "Note"
    page.text.setFocus()
    page.text.selectAll()
    QTest.keyClicks(page.text, "After the paper")
    assert frame(framed, "f2").text == "After the paper"


def test_a_colour_is_given_to_all_selected_frames_in_one_step(framed):
    framed.canvas.select([], ["f1", "f2"])
    assert not framed.inspector.frame_page.title.isVisible()
    paint(framed, "purple")
    assert {frame(framed, id).color for id in ("f1", "f2")} == {"purple"}
    framed.canvas.session.undo.undo()
    assert (frame(framed).color, frame(framed, "f2").color) == ("blue", "yellow")


def test_the_page_goes_with_a_frame_that_is_deleted(framed):
    framed.canvas.commands.delete()
    assert framed.inspector.overview_page.isVisible()
