"""Going through a run's moments in the window, by mouse, keys and by themselves."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

import cnnstudio as cs
from cnnstudio.graph import Document
from cnnstudio.training import snapshots as keeping
from cnnstudio.training.moments import moments
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui.inspect import InspectWorkspace
from cnnstudio.ui.inspect.history.animation_dialog import AnimationDialog
from tests.ui.conftest import small, wait_for
from tests.ui.inspect.conftest import is_filled

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> RunDirectory:
    """A run of a few steps with a snapshot of most of them."""
    project = small()
    update = {"epochs": 2, "snapshots": 10, "tensorboard": False, "device": "cpu"}
    training = project.training.model_copy(update=update)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "LARGEST_SHARE", 100.0)
        folder = tmp_path_factory.mktemp("history") / "2026-11-24T10-31-05-small"
        return cs.train(project.model_copy(update={"training": training}), folder).directory


@pytest.fixture
def workspace(session, trained, qtbot) -> InspectWorkspace:
    session.replace_document(Document(trained.project()))
    session.show_run(trained)
    made = InspectWorkspace(session)
    made.resize(1380, 780)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    wait_for(qtbot, lambda: made.history.isVisible() and is_filled(made), 90)
    return made


def settled(workspace, name: str) -> bool:
    """Whether all that is seen is of this moment."""
    subject = workspace.focus.subject
    return subject.folder.name == name and not workspace.is_busy() and is_filled(workspace)


def shown(workspace) -> np.ndarray:
    return np.asarray(workspace.focus.prediction["probabilities"])


def wanted(trained, name: str) -> np.ndarray:
    run = cs.open_run(trained.path, name)
    with torch.no_grad():
        return run.model(torch.as_tensor(run.images("test:0"))).softmax(1)[0].numpy()


def place(slider, index: int) -> QPoint:
    return QPoint(round(slider.place_of(index)), slider.height() // 2)


def test_a_click_on_the_line_shows_the_network_of_that_moment(workspace, trained, qtbot):
    found, slider = moments(trained), workspace.history.slider
    assert slider.maximum() == len(found) - 1
    assert "best" in found[slider.value()].marks
    qtbot.mouseClick(slider, LEFT, pos=place(slider, 1))
    wait_for(qtbot, lambda: settled(workspace, found[1].name), 30)

    assert np.allclose(shown(workspace), wanted(trained, found[1].name), atol=1e-6)
    assert workspace.networks.checkpoint.currentText() == f"Step {found[1].step:,}"
    assert workspace.history.label.text().startswith(f"Step {found[1].step} · epoch ")
    answer = workspace.image_page.maps._maps
    then = cs.open_run(trained.path, found[1].name)
    maps = cs.feature_maps(then.model, then.images("test:0"), [workspace.focus.layer])
    assert np.allclose(answer, maps[workspace.focus.layer][0], atol=1e-6)


def test_keys_go_from_moment_to_moment_and_not_from_image_to_image(workspace, trained, qtbot):
    found, slider = moments(trained), workspace.history.slider
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    wait_for(qtbot, lambda: settled(workspace, found[0].name), 30)
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    wait_for(qtbot, lambda: settled(workspace, found[1].name), 30)
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    wait_for(qtbot, lambda: settled(workspace, found[0].name), 30)

    assert workspace.images.image == ["test", 0]
    assert "Step 0" in slider.accessibleDescription()


def test_a_drag_ends_at_the_moment_where_it_is_let_go(workspace, trained, qtbot):
    found, slider = moments(trained), workspace.history.slider
    asked = []
    workspace.focus.subject_changed.connect(lambda: asked.append(workspace.focus.subject.folder))
    QTest.mousePress(slider, LEFT, NONE, place(slider, 0))
    for index in range(1, len(found)):
        QTest.mouseMove(slider, place(slider, index))
        qtbot.wait(5)
    QTest.mouseMove(slider, place(slider, 3))
    QTest.mouseRelease(slider, LEFT, NONE, place(slider, 3))
    wait_for(qtbot, lambda: settled(workspace, found[3].name), 30)

    assert np.allclose(shown(workspace), wanted(trained, found[3].name), atol=1e-6)
    assert len(asked) <= len(found) + 1


def test_space_plays_each_moment_to_the_end(workspace, trained, qtbot):
    found, slider = moments(trained), workspace.history.slider
    workspace.history.speed.choose(8)
    seen = []
    workspace.focus.predicted.connect(lambda: seen.append(workspace.focus.subject.folder.name))
    qtbot.mouseClick(slider, LEFT, pos=place(slider, 0))
    wait_for(qtbot, lambda: settled(workspace, found[0].name), 30)
    qtbot.keyClick(slider, Qt.Key.Key_Space)
    assert workspace.history.playing
    wait_for(qtbot, lambda: not workspace.history.playing, 60)
    wait_for(qtbot, lambda: settled(workspace, found[-1].name), 30)

    assert seen == [moment.name for moment in found]


def test_in_a_loop_it_begins_again_until_it_is_stopped(workspace, trained, qtbot):
    history = workspace.history
    history.speed.choose(8)
    qtbot.mouseClick(history.loop, LEFT)
    qtbot.mouseClick(history.slider, LEFT, pos=place(history.slider, history.slider.maximum()))
    history.toggle()
    values = []
    history.slider.valueChanged.connect(values.append)
    wait_for(qtbot, lambda: history.slider.maximum() in values, 60)
    wait_for(qtbot, lambda: values[-1] < history.slider.maximum(), 30)
    qtbot.mouseClick(history.play_button, LEFT)

    assert not history.playing


def test_moments_that_come_while_it_runs_show_by_themselves(
    session, trained, tmp_path, qtbot, workspace
):
    run = RunDirectory(tmp_path / "2026-11-24T10-40-00-small")
    shutil.copytree(trained.path, run.path)
    late = run.snapshots()[4:]
    aside = tmp_path / "late"
    aside.mkdir()
    for folder in late:
        folder.rename(aside / folder.name)
    session.show_run(run)
    count = len(moments(run))
    wait_for(qtbot, lambda: workspace.history.slider.maximum() == count - 1, 30)
    for folder in late:
        (aside / folder.name).rename(folder)
    with run.events_file.open("a") as events:
        step = {"t": 0.0, "type": "step", "step": late[-1].name, "epoch": 1, "loss": 1.0}
        events.write(json.dumps(step | {"step": 999}) + "\n")
    wait_for(qtbot, lambda: workspace.history.slider.maximum() == count - 1 + len(late), 30)

    assert "best" in workspace.history.moment.marks


def test_the_untrained_network_has_no_history(workspace, qtbot):
    workspace.networks.choose_untrained()
    wait_for(qtbot, lambda: is_filled(workspace) and not workspace.history.isVisible(), 30)
    assert not workspace.history.playing


def test_the_history_is_exported_as_an_animation(workspace, trained, tmp_path, qtbot):
    qtbot.mouseClick(workspace.history.export_button, LEFT)
    [dialog] = workspace.window().findChildren(AnimationDialog)
    qtbot.mouseClick(dialog.maps, LEFT, pos=QPoint(10, dialog.maps.height() // 2))
    dialog.width_edit.setValue(320)
    field = dialog.width_edit.lineEdit()
    assert field.width() > field.fontMetrics().horizontalAdvance("3840 px")
    path = tmp_path / "seen.gif"
    dialog.write(path)
    assert dialog.bar.isVisible() and not dialog.save_button.isEnabled()
    wait_for(qtbot, path.exists, 60)

    with Image.open(path) as gif:
        assert (gif.n_frames, gif.width) == (len(moments(trained)), 320)


def test_an_animation_that_is_taken_back_leaves_no_file(workspace, tmp_path, qtbot):
    qtbot.mouseClick(workspace.history.export_button, LEFT)
    [dialog] = workspace.window().findChildren(AnimationDialog)
    dialog.width_edit.setValue(3000)
    dialog.write(tmp_path / "seen.mp4")
    wait_for(qtbot, lambda: dialog.bar.value() > 0, 60)
    qtbot.mouseClick(dialog.cancel_button, LEFT)
    assert dialog.note.text() == "Taken back: nothing was written."
    qtbot.wait(1500)
    assert not any("seen" in path.name for path in tmp_path.iterdir())
    qtbot.mouseClick(dialog.cancel_button, LEFT)
