"""The canvas while a run goes on elsewhere: several images, gradients, wires, and its bar."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from cnnstudio.graph import Document
from cnnstudio.training.living import trainer
from cnnstudio.training.living.look import read_look
from cnnstudio.training.preparation import prepare
from cnnstudio.training.rundir import RunDirectory, read_json
from cnnstudio.training.train import train
from cnnstudio.ui.canvas.strength import LEVELS, Strengths
from cnnstudio.ui.design import DesignWorkspace, live_source
from cnnstudio.ui.session import Session
from tests.ui.conftest import small, wait_for

from .conftest import shown
from .test_living import NAMES, pictured


class Elsewhere:
    """Another machine that trains in a folder it shares with this one: its trainer's own part
    looks at what the window wishes for, and it tells of itself."""

    def __init__(self, run: RunDirectory, looks: bool = True) -> None:
        self.run = run
        self._looks = looks
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._train)
        status = run.raw_status()
        self._status = status.model_copy(
            update={"state": "running", "host": "elsewhere", "pid": 1, "heartbeat": time.time()}
        )
        run.write_status(self._status)
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def _train(self) -> None:
        torch.set_num_threads(1)
        ready = prepare(self.run.project(), torch.device("cpu"))
        looking = trainer.Living(ready, self.run, print)
        step = 0
        while not self._over.wait(0.02):
            step += 1
            with torch.no_grad():
                for weight in ready.model.parameters():
                    weight.mul_(0.999)
            if self._looks:
                looking.look(step, 1)
            if step % 50 == 0:
                self._status = self._status.model_copy(update={"heartbeat": time.time()})
                self.run.write_status(self._status)


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory) -> RunDirectory:
    project = small()
    training = project.training.model_copy(update={"epochs": 1})
    run = train(
        project.model_copy(update={"training": training}), tmp_path_factory.mktemp("r") / "r"
    )
    return run.directory


@pytest.fixture
def elsewhere(session: Session, trained_once, tmp_path, qtbot, monkeypatch) -> Iterator[Elsewhere]:
    monkeypatch.setattr(trainer, "LARGEST_SHARE", 1.0)
    folder = tmp_path / "shared"
    shutil.copytree(trained_once.path, folder)
    shutil.rmtree(folder / "checkpoints")
    run = RunDirectory(folder)
    made = Elsewhere(run)
    session.replace_document(Document(run.project()))
    yield made
    made.end()


@pytest.fixture
def alive(session: Session, elsewhere: Elsewhere, qtbot) -> DesignWorkspace:
    workspace = shown(qtbot, session)
    session.show_run(elsewhere.run)
    wait_for(qtbot, lambda: set(pictured(workspace)) == NAMES)
    return workspace


def test_a_run_on_another_machine_is_alive_through_its_folder(alive, elsewhere, qtbot):
    seen: list[np.ndarray] = []

    def changes() -> bool:
        values = pictured(alive)["fc"]["values"]
        if not any(np.array_equal(values, old) for old in seen):
            seen.append(values)
        return len(seen) >= 4

    wait_for(qtbot, changes)
    look, _ = read_look(elsewhere.run.snapshot_folder)
    assert look is not None and not elsewhere.run.checkpoints()
    assert alive.living.is_live and alive.living_tool.state.text().startswith("Live")


def test_nothing_is_wished_for_while_the_canvas_is_out_of_sight(
    alive, elsewhere, qtbot, monkeypatch
):
    monkeypatch.setattr(live_source, "RENEW_SECONDS", 0.2)
    wished = elsewhere.run.snapshot_folder / "watch.json"

    def renewed(before: int) -> bool:
        return wished.stat().st_mtime_ns != before

    now = wished.stat().st_mtime_ns
    wait_for(qtbot, lambda: renewed(now))
    alive.hide()
    qtbot.wait(300)  # what was begun may end
    now = wished.stat().st_mtime_ns
    qtbot.wait(700)
    assert not renewed(now)
    alive.show()
    wait_for(qtbot, lambda: alive.living.is_live)


def test_several_images_each_have_a_row_on_the_cards(alive, qtbot):
    gallery_opens(alive, qtbot)
    chooser = alive.living_actions.chooser
    view = chooser.list
    label = alive.living.look.probes[0].label
    assert chooser.model.index(0).data() == alive.living.facts["classes"][label]
    for row in (2, 4):
        place = view.visualRect(chooser.model.index(row)).center()
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert alive.living.probes == (("validation", 0), ("validation", 2), ("validation", 4))
    wait_for(qtbot, lambda: pictured(alive)["conv1"]["maps"].shape[0] == 3)
    on_cards = pictured(alive)
    assert len(on_cards["image"]["images"]) == len(on_cards["scores"]["texts"]) == 3
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert not chooser.isVisible()
    alive.canvas.grab()


def gallery_opens(workspace: DesignWorkspace, qtbot) -> None:
    qtbot.mouseClick(workspace.living_tool.images, Qt.MouseButton.LeftButton)
    chooser = workspace.living_actions.chooser
    assert chooser is not None
    wait_for(qtbot, lambda: chooser.isVisible() and chooser.model.index(4).data() is not None)
    wait_for(qtbot, lambda: not chooser.list.visualRect(chooser.model.index(4)).isEmpty())


def test_gradients_and_wires_are_shown_by_choice_and_that_is_remembered(alive, qtbot):
    session = alive.canvas.session
    assert "gradients" not in pictured(alive)["conv1"]
    session.actions["view.living_gradients"].trigger()
    session.actions["view.wires_gradient"].trigger()
    wait_for(qtbot, lambda: "gradients" in pictured(alive)["conv1"])
    assert pictured(alive)["conv1"]["gradients"].shape == pictured(alive)["conv1"]["maps"].shape
    levels = alive.canvas.canvas_scene.strengths.levels
    wait_for(qtbot, lambda: alive.canvas.strength_legend.isVisible())
    levels = alive.canvas.canvas_scene.strengths.levels
    assert max(levels.values()) == LEVELS - 1 and {"n1", "n4"} <= set(levels)
    alive.canvas.grab()
    asked = read_json(session.run.snapshot_folder / "watch.json")
    assert asked is not None and asked["gradients"] is True
    again = shown(qtbot, session)
    assert again.living.showing.gradients and again.living.showing.wires == "gradient"
    session.actions["view.wires_none"].trigger()


def test_levels_go_along_the_logarithm():
    found = Strengths({"a": 1e-4, "b": 1e-2, "c": 1.0, "d": 0.0})
    assert (found.low, found.high) == (1e-4, 1.0)
    assert [found.levels[id] for id in "acd"] == [0, LEVELS - 1, 0]
    assert found.levels["b"] == round((LEVELS - 1) / 2)
    assert not Strengths({}).levels and not Strengths({"a": 0.0}).levels


def test_the_inspector_tells_what_the_selected_layer_gives_now(alive, qtbot):
    part = alive.inspector.node_page.look
    session = alive.canvas.session
    session.select(["n2"])  # the ReLU
    assert part.isVisible()
    texts = {label.text() for label in part.findChildren(QLabel) if label.isVisible()}
    assert {"Output now", "Mean", "Range", "Zeros"} <= texts
    low = next(text for text in texts if "…" in text).split(" … ")[0]
    assert low == "0.00"  # as a ReLU has it
    session.select([])
    assert not part.isVisible()


def test_a_trainer_that_gives_no_looks_is_shown_by_its_checkpoints(
    session, trained_once, tmp_path, qtbot, monkeypatch
):
    monkeypatch.setattr(live_source, "PATIENCE_SECONDS", 0.5)
    folder = tmp_path / "shared"
    shutil.copytree(trained_once.path, folder)
    made = Elsewhere(RunDirectory(folder), looks=False)
    try:
        session.replace_document(Document(made.run.project()))
        workspace = shown(qtbot, session)
        session.show_run(made.run)
        wait_for(qtbot, lambda: set(pictured(workspace)) == NAMES)
        assert not workspace.living.is_live
    finally:
        made.end()
