from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QAbstractAnimation, Qt
from PySide6.QtWidgets import QMessageBox, QPushButton

from cnnstudio.graph import Document, SetSetting, save
from cnnstudio.training import launch
from cnnstudio.training.alive import process_of
from cnnstudio.training.annotations import annotate
from cnnstudio.training.rundir import RunDirectory, read_json, runs_root
from cnnstudio.training.status import RunStatus
from cnnstudio.ui import run_bar
from cnnstudio.ui.message import Message
from cnnstudio.ui.run_bar import ActionButton
from cnnstudio.ui.train.run_words import name_of
from cnnstudio.ui.train.settings_form import SettingsForm
from tests.ui.conftest import wait_for


class StandIn:
    """A process in a trainer's place, so that its states can be set at will."""

    def __init__(self, run: RunDirectory) -> None:
        self.run = run
        self.process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        self.write(state="running")

    def write(self, **values) -> None:
        known = {"epoch": 3, "epochs": 12, "step": 30, "steps": 120, "samples_per_second": 1930.0,
                 "seconds_left": 72.0, "heartbeat": time.time()}  # fmt: skip
        self.run.write_status(RunStatus(**{**known, **process_of(self.process.pid), **values}))

    def tell(self, **event) -> None:
        with self.run.events_file.open("a") as stream:
            stream.write(json.dumps({"t": time.time(), **event}) + "\n")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def trainers(monkeypatch) -> Iterator[list[StandIn]]:
    started: list[StandIn] = []
    monkeypatch.setattr(launch, "_spawn", lambda run, resume: started.append(StandIn(run)))
    yield started
    for trainer in started:
        trainer.kill()


@pytest.fixture
def project_window(window, small_project):
    window.session.replace_document(Document(small_project))
    window.show_workspace("design")
    return window


@pytest.fixture
def running(project_window, trainers, qtbot):
    """The window while a run goes on, started with the button."""
    qtbot.mouseClick(project_window.top_bar.run_bar.main, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: project_window.control.state == "running")
    return project_window


def test_nothing_is_trained_while_a_setting_is_a_mistake(project_window, trainers, qtbot):
    window = project_window
    window.show_workspace("train")
    settings = SettingsForm(window.session)
    window.workspaces["train"].layout().addWidget(settings)
    settings.show()
    form = settings.regular
    editor = form.editor("ema_decay")
    editor.setText("2")
    editor.textEdited.emit("2")  # typed, and folded away afterwards
    window.show_workspace("design")

    window.control.train()

    assert trainers == [] and window.control.state == "none"
    told = form.field("ema_decay").error.text()
    assert told and window.banner.message.text == f"Training hasn't begun: {told}"
    assert window.stack.currentWidget() is window.workspaces["train"]
    assert editor.isVisible() and window.focusWidget() is editor

    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    window.control.train()
    qtbot.waitUntil(lambda: len(trainers) == 1)


def told_of_run(window) -> bool:
    return window.banner.isVisible() and window.banner.message.key == "run"


def press(button: ActionButton, qtbot) -> None:
    """A click by somebody who has seen what the button does now."""
    qtbot.waitUntil(lambda: button.settled)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def wish(trainer: StandIn) -> str:
    return read_json(trainer.run.control_file)["want"]


def test_train_starts_a_run_of_the_project_as_it_is(running, trainers, small_project):
    assert trainers[0].run.project() == small_project
    assert trainers[0].run.path.parent == runs_root(None)
    assert running.session.run == trainers[0].run


def test_while_it_runs_it_can_be_paused_resumed_and_stopped(running, trainers, qtbot):
    bar, trainer = running.top_bar.run_bar, trainers[0]
    assert (bar.main.text(), bar.second.text()) == ("Pause", "Stop")

    press(bar.main, qtbot)
    qtbot.waitUntil(lambda: wish(trainer) == "pause")
    trainer.write(state="paused")
    qtbot.waitUntil(lambda: bar.main.text() == "Resume")

    press(bar.main, qtbot)
    qtbot.waitUntil(lambda: wish(trainer) == "run")
    trainer.write(state="running")
    qtbot.waitUntil(lambda: bar.main.text() == "Pause")

    press(bar.second, qtbot)
    qtbot.waitUntil(lambda: wish(trainer) == "stop")
    trainer.write(state="stopped")
    qtbot.waitUntil(lambda: bar.main.text() == "Train" and bar.second.text() == "Resume")


def test_a_double_click_on_resume_does_not_stop_the_run(running, trainers, qtbot, monkeypatch):
    bar, trainer = running.top_bar.run_bar, trainers[0]
    trainer.write(state="stopped")
    qtbot.waitUntil(lambda: bar.second.text() == "Resume")

    press(bar.second, qtbot)
    monkeypatch.setattr(run_bar, "SETTLING_SECONDS", 60.0)  # however slow the machine is
    qtbot.waitUntil(lambda: running.control.stop_action.isEnabled())
    assert bar.second.text() == "Stop"
    qtbot.mouseClick(bar.second, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(running.session.told):  # what is asked later is answered later
        running.session.in_background(lambda: None, lambda _: running.session.tell(Message("last")))
    assert wish(trainers[1]) == "run"

    monkeypatch.setattr(run_bar, "SETTLING_SECONDS", 0.0)
    press(bar.second, qtbot)
    qtbot.waitUntil(lambda: wish(trainers[1]) == "stop")


def test_what_was_told_of_a_run_is_taken_back_when_the_next_begins(running, trainers, qtbot):
    session, banner, control = running.session, running.banner, running.control
    session.tell(Message("The rate is too high.", key="doctor"))
    trainers[0].write(state="finished", step=120, test={"accuracy": 0.167})
    qtbot.waitUntil(lambda: told_of_run(running))
    assert banner.message.text.startswith(f"Training of {name_of(trainers[0].run.name)} finished")

    control.train()
    assert not banner.isVisible()
    qtbot.waitUntil(lambda: control.state == "running" and len(trainers) == 2)
    assert not banner.isVisible()


def test_advice_for_a_run_that_goes_on_ends_with_it(running, trainers, qtbot):
    running.session.tell(Message("That counts for the next run.", key="remedy"))
    trainers[0].kill()
    qtbot.waitUntil(lambda: told_of_run(running))
    name = name_of(trainers[0].run.name)
    assert running.banner.message.text.startswith(f"The run {name} stopped unexpectedly")

    running.banner.dismiss()
    assert not running.banner.isVisible()


def test_a_run_that_somebody_resumed_is_no_longer_told_dead(running, trainers, qtbot):
    trainers[0].kill()
    qtbot.waitUntil(lambda: told_of_run(running))

    trainers.append(StandIn(trainers[0].run))
    qtbot.waitUntil(lambda: running.control.state == "running")
    assert not running.banner.isVisible()


def test_closing_the_window_says_that_the_training_goes_on(running, trainers, qtbot, monkeypatch):
    told = []
    monkeypatch.setattr(running.notifier, "tell", lambda title, text: told.append(text))
    running.session.apply(SetSetting(section="training", name="epochs", value=5))
    running.close()
    dialog = running.findChild(QMessageBox, "unsaved_dialog")
    assert "goes on in the background" in dialog.informativeText()
    dialog.button(QMessageBox.StandardButton.Cancel).click()

    running.session.undo.undo()
    running.close()
    assert not running.isVisible() and "goes on in the background" in told[0]


def test_the_bar_tells_epoch_loss_accuracy_time_left_and_speed(running, trainers, qtbot):
    trainers[0].tell(type="start", step=0, epochs=12, steps=120)
    trainers[0].tell(type="epoch", epoch=2, step=20, val_accuracy=0.941)
    trainers[0].tell(type="step", epoch=3, step=30, loss=0.182)

    text = running.top_bar.run_bar.text
    qtbot.waitUntil(lambda: "0.182" in text.text())

    assert text.text().split("  ·  ") == [
        "epoch 3 of 12", "loss 0.182", "val. accuracy 94.1 %", "1:12 left", "1,930 images/s",
    ]  # fmt: skip
    assert running.top_bar.run_bar.progress.value() == 250


def test_the_progress_rests_while_nothing_changes(running, qtbot):
    progress = running.top_bar.run_bar.progress
    progress.setRange(0, 0)  # as while the images are loaded
    qtbot.waitUntil(lambda: bool(progress.findChildren(QAbstractAnimation)))

    running.control.state_changed.emit("running")

    qtbot.waitUntil(lambda: not progress.findChildren(QAbstractAnimation))
    assert progress.maximum() > 0


def test_every_workspace_has_the_run_in_sight(running, qtbot):
    for name in ("data", "train", "inspect"):
        running.show_workspace(name)
        assert running.top_bar.run_bar.main.isVisible()


def test_a_training_stays_in_sight_and_can_be_stopped_while_another_run_is_looked_at(
    running, trainers, small_project, qtbot
):
    """Also when another project is open, in whose list of runs it isn't."""
    session, bar, trainer = running.session, running.top_bar.run_bar, trainers[0]
    older = RunDirectory.create_at(runs_root(None) / "older", small_project)
    older.write_status(RunStatus(state="finished", epochs=2, epoch=2, step=4, steps=4))
    assert not bar.other.isVisible()
    session.show_run(older)
    qtbot.waitUntil(lambda: running.control.state == "finished")
    name = name_of(trainer.run.name)
    for place in ("design", "data", "train", "inspect"):
        running.show_workspace(place)
        assert bar.other.isVisible()
        qtbot.waitUntil(lambda: bar.other.text.text() == f"{name}: epoch 3 of 12")
    session.runs.set_roots([older.path / "elsewhere"])
    qtbot.waitUntil(lambda: session.runs.runs == [])
    trainer.write(state="running", epoch=4)
    qtbot.waitUntil(lambda: bar.other.text.text() == f"{name}: epoch 4 of 12")

    qtbot.mouseClick(bar.other.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: wish(trainer) == "stop")
    assert session.run == older

    qtbot.mouseClick(bar.other.show_run, Qt.MouseButton.LeftButton)
    assert session.run == trainer.run and not bar.other.isVisible()
    assert bar.main.text() == "Pause"

    session.show_run(older)
    assert bar.other.isVisible()
    trainer.write(state="stopped")
    qtbot.waitUntil(lambda: not bar.other.isVisible())


def test_a_finished_run_proposes_to_look_at_it_and_enter_does(running, trainers, qtbot):
    running.top_bar.run_bar.focus_main()
    trainers[0].write(state="finished", step=120, test={"accuracy": 0.973})

    qtbot.waitUntil(lambda: told_of_run(running))
    assert "97.3 %" in running.banner.message.text
    qtbot.keyClick(running.focusWidget(), Qt.Key.Key_Return)

    assert running.stack.currentWidget() is running.workspaces["inspect"]
    assert running.session.run == trainers[0].run


def test_the_end_of_a_sweeps_trial_is_left_to_the_sweep_to_tell(running, trainers, qtbot):
    told = []
    session = running.session
    session.told.connect(told.append)
    annotate(trainers[0].run, sweep="rates", trial=0)

    with qtbot.waitSignal(running.control.ended):
        trainers[0].write(state="finished", step=120, test={"accuracy": 0.973})
    with qtbot.waitSignal(session.told):  # what is asked later is answered later
        session.in_background(lambda: None, lambda _: session.tell(Message("last")))

    assert [message.text for message in told] == ["last"]


def test_a_killed_trainer_is_told_within_two_seconds_and_resumed_by_a_button(
    running, trainers, qtbot
):
    trainers[0].kill()

    qtbot.waitUntil(lambda: told_of_run(running), timeout=2000)
    assert "stopped unexpectedly at epoch 3" in running.banner.message.text
    assert running.control.state == "failed"

    running.banner.focus_action()
    qtbot.keyClick(running.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(trainers) == 2)
    qtbot.waitUntil(lambda: running.control.state == "running")
    assert trainers[1].run == trainers[0].run


def test_a_failed_run_tells_why(running, trainers, qtbot):
    trainers[0].write(state="failed", message="The loss is not a number.", hint="Lower the rate.")

    qtbot.waitUntil(lambda: told_of_run(running))

    assert "The loss is not a number." in running.banner.message.text
    assert running.banner.message.hint == "Lower the rate."


def test_a_run_that_goes_on_is_shown_by_the_next_window(trainers, small_project, window, qtbot):
    run = RunDirectory.create(runs_root(None), small_project)
    trainers.append(StandIn(run))

    qtbot.waitUntil(lambda: window.session.run == run, timeout=5000)
    qtbot.waitUntil(lambda: window.control.state == "running")

    assert window.top_bar.run_bar.isVisible()


def test_a_reopened_project_shows_its_last_run(window, small_project, tmp_path, qtbot):
    save(small_project, tmp_path / "mine.cnns")
    mine = RunDirectory.create(tmp_path / "runs", small_project)
    other = RunDirectory.create(
        tmp_path / "runs", small_project.model_copy(update={"name": "zz another"})
    )
    for run in (mine, other):
        run.write_status(RunStatus(state="finished", epochs=2, epoch=2, step=4, steps=4))

    window.files.open_path(tmp_path / "mine.cnns")

    qtbot.waitUntil(lambda: window.session.run == mine, timeout=5000)
    qtbot.waitUntil(lambda: window.control.state == "finished")


def test_a_project_that_was_trained_before_it_had_a_file_shows_that_run(
    window, small_project, tmp_path, qtbot
):
    run = RunDirectory.create(
        runs_root(None), small_project.model_copy(update={"name": "untitled"})
    )
    run.write_status(RunStatus(state="finished", epochs=2, epoch=2, step=4, steps=4))
    save(small_project, tmp_path / "mine.cnns")

    window.files.open_path(tmp_path / "mine.cnns")

    qtbot.waitUntil(lambda: window.session.run == run, timeout=5000)


def test_an_empty_network_is_not_trained_but_explained(window, trainers, qtbot):
    window.show_workspace("design")

    window.session.actions["run.train"].trigger()

    assert "no network" in window.banner.message.text
    assert not trainers


def test_a_network_that_does_not_fit_the_data_is_mended_by_a_button(
    window, trainers, small_project, qtbot
):
    session = window.session
    session.replace_document(Document(small_project))
    session.apply(SetSetting(section="data", name="dataset", value="shapes"))
    wait_for(qtbot, lambda: session.report is not None and session.report.problems)
    assert "6 classes" in session.report.problems[0].message

    session.actions["run.train"].trigger()
    assert window.control.state == "none" and not trainers
    button = window.banner.findChild(QPushButton, "banner_action")
    assert button.text() == "Give 6 outputs"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: not session.report.problems)
