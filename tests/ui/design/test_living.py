"""Feature maps on the cards: a real run, the real kernel, the Design workspace."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from cnnstudio.graph import Document, Project, Rename, SetParameter
from cnnstudio.training import launch
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui.canvas.context_menu import context_menu
from cnnstudio.ui.design import DesignWorkspace
from cnnstudio.ui.session import Session
from tests.ui.conftest import small, wait_for

from .conftest import shown

ALT = Qt.KeyboardModifier.AltModifier
NAMES = {"image", "conv1", "relu1", "flat", "fc", "scores"}


def finished(run: RunDirectory) -> bool:
    return run.status().state == "finished"


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Iterator[tuple[Project, RunDirectory]]:
    """The small project, and a finished run of it."""
    project = small()
    run = launch.start(project, root=tmp_path_factory.mktemp("runs"))
    end = time.monotonic() + 120
    while not finished(run):
        assert time.monotonic() < end, run.raw_status()
        time.sleep(0.1)
    yield project, run


@pytest.fixture
def living(session: Session, trained, qtbot) -> DesignWorkspace:
    """The workspace with the trained project and its run, its cards with pictures."""
    project, run = trained
    session.replace_document(Document(project))
    made = shown(qtbot, session)
    session.show_run(run)
    wait_for(qtbot, lambda: set(pictured(made)) == NAMES)
    return made


def pictured(workspace: DesignWorkspace) -> dict[str, dict]:
    """What stands on the cards, by the node's name."""
    items = workspace.canvas.canvas_scene.nodes.values()
    return {item.content.name: item.thumbnail for item in items if item.thumbnail}


def test_the_cards_show_what_the_layers_make_of_an_image(living, trained):
    on_cards = pictured(living)
    assert on_cards["image"]["images"][0].shape == (28, 28, 3)
    assert on_cards["image"]["captions"][0].endswith("#0")
    assert on_cards["conv1"]["maps"].shape[:2] == (1, 4) and on_cards["conv1"]["channels"] == 4
    assert on_cards["fc"]["values"].shape == (1, 10)
    [(text, right)] = on_cards["scores"]["texts"]
    name, chance = text.split()
    assert name in trained[1].data()["classes"] and 0.1 <= float(chance) <= 1.0
    assert right == on_cards["image"]["captions"][0].startswith(name)


def test_an_edit_takes_the_pictures_from_what_it_changes_and_undo_brings_them_back(living):
    session = living.canvas.session
    session.apply(SetParameter(node_id="n2", name="inplace", value=True))
    assert set(pictured(living)) == {"image", "conv1"}
    session.undo.undo()
    assert set(pictured(living)) == NAMES


def test_a_renamed_node_keeps_its_picture(living):
    maps = pictured(living)["conv1"]
    living.canvas.session.apply(Rename(node_id="n1", name="first"))
    assert pictured(living)["first"] is maps
    assert set(pictured(living)) == NAMES - {"conv1"} | {"first"}


def test_keys_step_through_the_images(living, qtbot):
    def caption() -> str:
        return pictured(living)["image"]["captions"][0]

    qtbot.keyClick(living.canvas, Qt.Key.Key_PageDown, ALT)
    wait_for(qtbot, lambda: caption().endswith("#1"))
    qtbot.keyClick(living.canvas, Qt.Key.Key_PageUp, ALT)
    wait_for(qtbot, lambda: caption().endswith("#0"))
    qtbot.keyClick(living.canvas, Qt.Key.Key_PageUp, ALT)
    last = living.canvas.session.run.data()["sizes"]["validation"] - 1
    wait_for(qtbot, lambda: caption().endswith(f"#{last}"))


def test_several_images_of_a_run_that_ended_come_from_its_weights(living, qtbot):
    living.living.choose(gradients=True)
    living.living.choose_probes([("test", 5), ("train", 2)])
    wait_for(qtbot, lambda: pictured(living)["conv1"]["maps"].shape[0] == 2)
    on_cards = pictured(living)
    assert on_cards["conv1"]["gradients"].shape == on_cards["conv1"]["maps"].shape
    assert on_cards["fc"]["gradients"].shape == (2, 10)
    assert len(on_cards["scores"]["texts"]) == 2
    assert living.living_tool.state.text() == "Trained"


def test_the_menu_of_the_input_offers_another_image(living, qtbot):
    place = living.canvas.canvas_scene.nodes["n0"].rect.center()
    menu = context_menu(living.canvas, place)
    [following] = [one for one in menu.actions() if one.text() == "Next probe image"]
    following.trigger()
    wait_for(qtbot, lambda: pictured(living)["image"]["captions"][0].endswith("#1"))


def test_the_pictures_can_be_switched_off_and_that_is_remembered(living, qtbot):
    session = living.canvas.session
    session.actions["view.thumbnails"].trigger()
    assert not pictured(living)
    assert session.settings.value("design/thumbnails", True) is False
    assert not session.actions["view.next_probe"].isEnabled()
    session.actions["view.thumbnails"].trigger()
    assert set(pictured(living)) == NAMES


def test_a_network_that_becomes_the_trained_one_gets_its_pictures(session, trained, qtbot):
    project, run = trained
    session.replace_document(Document(project))
    workspace = shown(qtbot, session)
    session.apply(SetParameter(node_id="n0", name="shape", value=[1, 32, 32]))
    session.show_run(run)
    qtbot.wait(700)
    assert not pictured(workspace)
    session.undo.undo()
    wait_for(qtbot, lambda: set(pictured(workspace)) == NAMES)


def test_a_project_of_another_name_gets_no_pictures_of_the_run(living, trained, qtbot):
    session, project = living.canvas.session, trained[0]
    session.replace_document(Document(project.model_copy(update={"name": "other"})))
    living.living.refresh()
    qtbot.wait(700)
    assert not pictured(living)


def test_nothing_is_asked_while_the_workspace_is_out_of_sight(session, trained, qtbot):
    project, run = trained
    session.replace_document(Document(project))
    workspace = shown(qtbot, session)
    workspace.hide()
    session.show_run(run)
    qtbot.wait(700)
    assert not pictured(workspace)
    workspace.show()
    wait_for(qtbot, lambda: set(pictured(workspace)) == NAMES)


def test_a_run_that_can_not_be_read_is_no_reason_to_disturb(living, tmp_path: Path, qtbot):
    session, told = living.canvas.session, []
    session.told.connect(told.append)
    session.show_run(RunDirectory(tmp_path / "gone"))
    assert not pictured(living)
    qtbot.wait(700)
    assert not told and not pictured(living)


@pytest.fixture
def learning(session, small_project, tmp_path, qtbot) -> Iterator[DesignWorkspace]:
    """The workspace with a run that goes on until the end of the test."""
    training = small_project.training.model_copy(update={"epochs": 500})
    project = small_project.model_copy(update={"training": training})
    session.replace_document(Document(project))
    made = shown(qtbot, session)
    run = launch.start(project, root=tmp_path / "runs")
    session.show_run(run)
    yield made
    run.control("stop")
    wait_for(qtbot, lambda: run.status().state in ("stopped", "finished"), seconds=60)


def test_the_pictures_change_while_the_network_learns(learning, qtbot):
    seen: list[np.ndarray] = []

    def changes() -> bool:
        picture = pictured(learning).get("fc")
        if picture is not None and not any(np.array_equal(picture["values"], v) for v in seen):
            seen.append(picture["values"])
        return len(seen) >= 3

    wait_for(qtbot, changes, seconds=60)
