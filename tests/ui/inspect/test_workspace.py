from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QPushButton

from cnnstudio.graph import Disconnect, Edge, SetParameter
from cnnstudio.interpret.figures.pictures import overlay
from cnnstudio.training import launch
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import RunStatus
from cnnstudio.ui.images.array_image import array_of
from tests.ui.conftest import wait_for
from tests.ui.inspect.conftest import is_filled


@pytest.fixture
def counted(session, monkeypatch) -> list[str]:
    """The questions that are asked from now on."""
    asked: list[str] = []
    ask = session.ask

    def counting(question, *values, **arguments):
        asked.append(question)
        return ask(question, *values, **arguments)

    monkeypatch.setattr(session, "ask", counting)
    return asked


def button(widget, text: str) -> QPushButton:
    [found] = [one for one in widget.findChildren(QPushButton) if one.text() == text]
    return found


def drop(widget, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = (
        Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    entered = QDragEnterEvent(QPointF(50, 50).toPoint(), copy, data, left, none)
    QGuiApplication.sendEvent(widget, entered)
    assert entered.isAccepted()
    QGuiApplication.sendEvent(widget, QDropEvent(QPointF(50, 50), copy, data, left, none))


def test_without_a_run_it_says_what_to_do(workspace):
    assert not workspace.stage.shows_content
    assert workspace.stage.notice.message.text.startswith("Train the network first")


def test_the_untrained_network_can_be_looked_at(workspace, qtbot):
    qtbot.mouseClick(button(workspace, "Look at the untrained network"), Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: is_filled(workspace), 90)

    assert workspace.networks.run.currentText() == "Untrained network"
    assert len(workspace.image_page.prediction.bars.order) == 6
    assert workspace.focus.layer == "conv1"
    assert workspace.image_page.maps.note.text() == "4 maps of 32×32"
    assert "relu1" in workspace.image_page.heat.layer.itemText(0)
    assert workspace.image_page.heat.note.text()


def test_the_opacity_changes_pixels_and_asks_nothing(untrained, counted, qtbot):
    view, slider = untrained.image_page.heat.view, untrained.image_page.heat.opacity
    before = array_of(view.image)
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_End)
    after = array_of(view.image)

    assert slider.value() == 100
    assert (before != after).any()
    assert (after == overlay(view._picture, view._heat, 1.0)).all()
    assert counted == []


def test_the_right_arrow_shows_the_next_image(untrained, counted, qtbot):
    before = untrained.image_page.prediction.name.text()
    qtbot.keyClick(untrained, Qt.Key.Key_Right)
    wait_for(qtbot, lambda: is_filled(untrained))

    assert untrained.images.image == ["test", 1]
    assert untrained.image_page.prediction.name.text() != before
    assert untrained.images.place.text().startswith("Image 2 of ")
    assert sorted(set(counted) - {"samples"}) == ["explain", "feature_maps", "predict"]


def test_an_image_in_the_strip_is_chosen_with_a_click(untrained, qtbot):
    strip = untrained.images.strip
    place = strip.visualRect(untrained.images.model.index(3)).center()
    qtbot.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=place)
    wait_for(qtbot, lambda: is_filled(untrained))

    assert untrained.images.image == ["test", 3]


def test_another_split_shows_its_own_images(untrained, qtbot):
    untrained.images.choose_split("train")
    wait_for(qtbot, lambda: is_filled(untrained))

    assert untrained.images.image == ["train", 0]
    wait_for(qtbot, lambda: untrained.images.model.rowCount() == 84)


def test_a_dropped_image_file_is_predicted(untrained, tmp_path, qtbot):
    file = tmp_path / "mine.png"
    Image.fromarray(np.full((50, 40, 3), 200, np.uint8)).save(file)

    drop(untrained, file)
    wait_for(qtbot, lambda: untrained.image_page.prediction.name.text() == "mine.png")
    wait_for(qtbot, lambda: is_filled(untrained))

    assert untrained.image_page.prediction.verdict.text().startswith("The network says ")
    assert untrained.images.place.text() == "mine.png"
    assert untrained.image_page.prediction.outline.isHidden()
    qtbot.keyClick(untrained, Qt.Key.Key_Right)
    assert untrained.images.image == ["test", 1]


def test_a_file_that_is_no_image_is_told_in_place(untrained, tmp_path, qtbot):
    file = tmp_path / "broken.png"
    file.write_bytes(b"no image")

    untrained.open_image(file)
    wait_for(qtbot, lambda: not untrained.stage.shows_content)

    assert "broken.png" in untrained.stage.notice.message.text
    qtbot.keyClick(untrained, Qt.Key.Key_Left)
    wait_for(qtbot, lambda: untrained.stage.shows_content and is_filled(untrained))


def test_the_canvas_selection_chooses_the_layer(untrained, session, qtbot):
    session.select(["n4"])
    wait_for(qtbot, lambda: is_filled(untrained))

    assert untrained.focus.layer == "fc"
    assert untrained.image_page.maps.views.currentWidget() is untrained.image_page.maps.plot
    assert len(untrained.image_page.maps.plot.values) == 6


def test_a_clicked_class_is_explained(untrained, qtbot):
    number = untrained.image_page.prediction.bars.order[3]
    untrained.image_page.prediction.bars.chosen.emit(number)
    wait_for(qtbot, lambda: is_filled(untrained))
    name = untrained.image_page.heat.target.currentText()

    assert untrained.image_page.heat.target.currentData() == number
    assert untrained.image_page.heat.title.text() == f"Why “{name}”?"


def test_a_layer_that_cannot_be_explained_is_told_in_its_panel_only(untrained, qtbot):
    untrained.image_page.heat.layer.choose("fc")
    untrained.image_page.heat.wanted.emit()
    wait_for(qtbot, lambda: not untrained.image_page.heat.stage.shows_content)

    assert "fc" in untrained.image_page.heat.stage.notice.message.text
    assert untrained.stage.shows_content
    assert untrained.image_page.prediction.stage.shows_content


def test_gradients_need_no_layer(untrained, qtbot):
    untrained.image_page.heat.method.choose("gradients")
    untrained.image_page.heat.wanted.emit()
    wait_for(qtbot, lambda: is_filled(untrained))

    assert not untrained.image_page.heat.layer.isEnabled()


def test_the_true_outline_is_drawn_over_image_and_heat(untrained, qtbot):
    qtbot.mouseClick(untrained.image_page.prediction.outline, Qt.MouseButton.LeftButton)

    assert untrained.image_page.prediction.view._outline
    assert untrained.image_page.heat.view._outline
    qtbot.mouseClick(untrained.image_page.prediction.outline, Qt.MouseButton.LeftButton)
    assert not untrained.image_page.heat.view._outline


def test_an_edit_of_the_network_is_followed(untrained, session, qtbot):
    edit = SetParameter(node_id="n1", name="out_channels", value=7)
    session.apply(edit)
    wait_for(qtbot, lambda: untrained.image_page.maps.note.text().startswith("7 maps"))


def test_a_network_that_cannot_be_built_is_told_once(untrained, session, qtbot):
    session.apply(Disconnect(edge=Edge(source="n0", target="n1")))
    wait_for(qtbot, lambda: not untrained.stage.shows_content)

    assert untrained.stage.notice.message.level == "error"
    session.undo.undo()
    wait_for(qtbot, lambda: untrained.stage.shows_content and is_filled(untrained))


def test_a_killed_kernel_is_asked_again(untrained, kernel, qtbot):
    import os
    import signal

    untrained.images.step(1)
    os.kill(kernel.pid, signal.SIGKILL)
    wait_for(qtbot, lambda: is_filled(untrained), 60)

    assert untrained.image_page.prediction.stage.shows_content


def test_hidden_it_asks_nothing_until_it_is_shown(untrained, counted, qtbot):
    untrained.hide()
    untrained.images.step(1)
    assert counted == []

    untrained.show()
    wait_for(qtbot, lambda: "predict" in counted and is_filled(untrained))


def test_a_run_is_looked_into_at_its_best_checkpoint(workspace, session, finished_run, qtbot):
    session.show_run(finished_run)
    wait_for(qtbot, lambda: is_filled(workspace), 90)

    assert workspace.networks.subject.run == finished_run
    assert workspace.networks.checkpoint.currentText() == "Best"
    assert workspace.networks.run.currentText().startswith("shapes, 24 Nov 10:31")
    assert workspace.image_page.prediction.verdict.text().split(":")[0] in ("Right", "Wrong")
    workspace.networks.choose_untrained()
    wait_for(qtbot, lambda: workspace.networks.subject.run is None)
    assert session.run == finished_run


def test_another_network_leaves_no_picture_of_the_one_before(
    workspace, session, finished_run, qtbot
):
    page = workspace.image_page
    panels = page.prediction, page.maps, page.heat
    session.show_run(finished_run)
    wait_for(qtbot, lambda: is_filled(workspace), 90)
    best = workspace.focus.subject.folder
    workspace.networks.choose_moment(workspace.networks.moments[0])
    assert workspace.focus.subject.folder != best
    assert all(panel.stage.shows_content for panel in panels), "scrubbing would flicker"
    wait_for(qtbot, lambda: is_filled(workspace), 60)

    workspace.networks.choose_untrained()
    assert not any(panel.stage.shows_content for panel in panels)
    assert page.heat.figure() is None and page.maps.figure() is None
    wait_for(qtbot, lambda: is_filled(workspace), 60)


def test_a_run_that_goes_on_is_looked_into_as_it_learns(
    workspace, session, shapes_project, tmp_path, qtbot
):
    training = shapes_project.training.model_copy(update={"epochs": 400})
    project = shapes_project.model_copy(update={"training": training})
    run = launch.start(project, root=tmp_path / "runs")
    try:
        session.show_run(run)
        wait_for(qtbot, lambda: workspace.networks.lacks == "checkpoint")
        assert "no checkpoint yet" in workspace.stage.notice.message.text
        wait_for(qtbot, lambda: workspace.networks.subject is not None, 60)
        workspace.networks.checkpoint.choose("last")
        workspace.networks.checkpoint.activated.emit(1)
        first = workspace.networks.subject.folder
        wait_for(qtbot, lambda: workspace.networks.subject.folder != first, 60)
        wait_for(qtbot, lambda: is_filled(workspace), 60)
    finally:
        run.control("stop")
        wait_for(qtbot, lambda: not run.alive(), 60)


def test_a_run_that_ended_without_a_checkpoint_says_so(
    workspace, session, shapes_project, tmp_path, qtbot
):
    run = RunDirectory.create(tmp_path / "runs", shapes_project)
    run.write_status(RunStatus(state="failed", message="There is no room left.", epochs=1))
    session.show_run(run)
    notice = workspace.stage.notice

    wait_for(qtbot, lambda: "failed before its first checkpoint" in notice.message.text)
    assert notice.message.text.endswith("There is no room left.")


def test_a_page_can_ask_for_a_sample_of_another_split(untrained, qtbot):
    untrained.focus.want_image(["train", 5], opened=True)
    assert untrained.images.image == ["train", 5] and untrained.focus.image == ["train", 5]
    wait_for(qtbot, lambda: untrained.images.place.text().startswith("Image 6 of "))
    assert untrained.images.strip.currentIndex().row() == 5
    assert untrained.tabs.currentWidget() is untrained.image_page
