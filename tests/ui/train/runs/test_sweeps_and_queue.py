"""Starting sweeps from a form, and the queue, with what is kept on disk behind them."""

from __future__ import annotations

import os
import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from cnnstudio.training.alive import process_of
from cnnstudio.training.queue import RunQueue
from cnnstudio.training.status import RunStatus
from cnnstudio.training.sweep import creating
from cnnstudio.training.sweep.directory import Trial, list_sweeps, sweeps_root
from cnnstudio.ui.train.runs.queue_view import QueueView
from cnnstudio.ui.train.runs.sweep_form import SweepForm
from cnnstudio.ui.train.runs.sweeps_view import SweepsView


@pytest.fixture
def form(qtbot, small_project):
    made = SweepForm(small_project)
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_form_says_what_is_wrong_while_it_is_typed(form):
    name, values, _ = form.rows[0]
    assert form.start.isEnabled()
    values.setText("1..0.1")
    assert not form.start.isEnabled()
    assert "does not rise" in form.state.text()
    values.setText("0.1,0.01")
    name.setText("network.conv1.out_channel")
    assert "no parameter 'out_channel'" in form.state.text()
    name.setText("network.conv1.out_channels")
    values.setText("4..16:4")
    assert form.start.isEnabled()


def test_a_grid_tells_how_many_runs_it_is(form, qtbot):
    form.method.choose("grid")
    assert "a grid needs a number of them" in form.state.text()
    form.rows[0][1].setText("1e-4..1e-1:log:x4")
    assert form.state.text() == "12 runs, one for each combination."
    assert not form.trials.isEnabled()
    QTest.mouseClick(form.rows[1][2], Qt.MouseButton.LeftButton)
    assert form.state.text() == "4 runs, one for each combination."

    with qtbot.waitSignal(form.wanted) as asked:
        QTest.mouseClick(form.start, Qt.MouseButton.LeftButton)
    space, how, workers = asked.args
    assert [one.path for one in space] == ["training.learning_rate"]
    assert (how["method"], workers) == ("grid", 1)


def test_few_combinations_are_all_tried_by_default(form):
    assert form.state.text() == "12 runs."
    form.rows[0][1].setText("0.1,0.01")
    assert form.state.text() == "6 runs, one for each combination."
    assert form.trials.isEnabled()


def test_a_sweep_is_started_from_the_form(workspace, open_small, tmp_path, monkeypatch, qtbot):
    """Made on disk and handed to a process; which trains, other tests show."""
    started = []
    monkeypatch.setattr(creating, "start", lambda made, workers: started.append((made, workers)))
    workspace.pages.setCurrentWidget(workspace.all_runs)
    page = workspace.all_runs
    form = page.open_sweep_form()
    form.trials.show_count(3)

    QTest.mouseClick(form.start, Qt.MouseButton.LeftButton)

    qtbot.waitUntil(lambda: bool(started))
    made, workers = started[0]
    assert made.definition().trials == 3 and workers == 1
    assert made.project().training.epochs == open_small.project.training.epochs
    qtbot.waitUntil(lambda: page.tabs.currentWidget() is page.sweeps)


def test_progress_and_the_best_trial_are_shown_and_a_sweep_is_stopped(
    open_small, small_project, tmp_path, qtbot
):
    space = [creating.Dimension(path="training.batch_size", choices=(32, 64))]
    made = creating.create_sweep(
        small_project, space, tmp_path / "runs", name="sizes", trials=4, method="random"
    )
    for number, value in enumerate((0.7, 0.9)):
        settings = {"training.batch_size": 32 * (number + 1)}
        made.write_trial(Trial(number=number, state="complete", settings=settings, value=value))
    made.write_status(
        RunStatus(
            state="running", step=2, steps=4, heartbeat=time.time(), **process_of(os.getpid())
        )
    )
    open_small.runs.set_roots([tmp_path / "runs"])
    view = SweepsView(open_small)
    qtbot.addWidget(view)
    view.show()

    qtbot.waitUntil(lambda: view.table.rowCount() == 1)
    texts = [view.table.item(0, column).text() for column in (0, 1, 3, 4)]
    assert texts == ["sizes", "running", "Validation accuracy 90.0 %", "Batch size 64"]
    assert view.stop.isEnabled() and not view.go_on.isEnabled()
    QTest.mouseClick(view.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(made.stop_wanted)
    with qtbot.waitSignal(view.runs_wanted) as asked:
        QTest.mouseClick(view.show_runs, Qt.MouseButton.LeftButton)
    assert asked.args == ['sweep = "sizes" sort:trial']
    assert list_sweeps(sweeps_root(tmp_path / "runs")) == [made]


def test_the_queue_is_filled_and_put_in_order(open_small, monkeypatch, qtbot):
    started = []
    monkeypatch.setattr(RunQueue, "start", lambda queue: started.append(queue))
    view = QueueView(open_small)
    qtbot.addWidget(view)
    view.show()
    for count in (1, 2):
        QTest.mouseClick(view.add, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda count=count: view.list.count() == count)
    assert len(started) == 2
    before = [entry.run for entry in RunQueue().entries()]

    view.list.setCurrentRow(1)
    QTest.mouseClick(view.up, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: [e.run for e in RunQueue().entries()] == before[::-1])

    QTest.mouseClick(view.pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: RunQueue().listed().paused)
    qtbot.waitUntil(lambda: view.pause.text() == "Go on")

    view.at_once.setFocus()
    view.at_once.selectAll()
    QTest.keyClicks(view.at_once, "2")
    qtbot.waitUntil(lambda: RunQueue().listed().at_once == 2)

    view.list.setCurrentRow(0)
    QTest.mouseClick(view.remove, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.list.count() == 1)
    assert [entry.run for entry in RunQueue().entries()] == [before[0]]
