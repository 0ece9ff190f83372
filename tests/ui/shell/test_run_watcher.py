from __future__ import annotations

import json
import subprocess
import sys
import time

from PySide6.QtCore import Qt

from cnnstudio.graph import DataSettings
from cnnstudio.training.alive import process_of
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import RunStatus
from cnnstudio.ui.inspect.network_chooser import NetworkChooser
from cnnstudio.ui.session import Session
from cnnstudio.ui.train.run_list import RUN_ROLE, RunList


def make_run(tmp_path, project, **status) -> RunDirectory:
    run = RunDirectory.create(tmp_path / "runs", project)
    run.write_status(RunStatus(epochs=2, heartbeat=time.time(), **({"state": "finished"} | status)))
    return run


def append(run: RunDirectory, *events: dict) -> None:
    with run.events_file.open("a") as stream:
        stream.writelines(json.dumps(event) + "\n" for event in events)


def step(number: int) -> dict:
    return {"t": 1.0, "type": "step", "step": number, "epoch": 1, "loss": 1 / number}


START = {"t": 0.0, "type": "start", "step": 0, "steps": 10, "epochs": 1}


def test_runs_of_a_folder_are_listed_newest_first(session: Session, small_project, tmp_path, qtbot):
    runs = [make_run(tmp_path, small_project), make_run(tmp_path, small_project)]

    with qtbot.waitSignal(session.runs_listed):
        session.runs.set_roots([tmp_path / "runs"])

    assert session.runs.runs == sorted(runs, key=lambda run: run.name, reverse=True)
    qtbot.waitUntil(lambda: session.runs.status_of(runs[0]) is not None)
    assert session.runs.status_of(runs[0]).state == "finished"


def test_lists_of_runs_tell_what_was_done_to_their_data(
    session: Session, small_project, tmp_path, qtbot
):
    planted = DataSettings(dataset="shapes", options={"shortcut": 1.0})
    marked = make_run(tmp_path, small_project.model_copy(update={"data": planted}))
    plain = make_run(tmp_path, small_project)
    session.runs.set_roots([tmp_path / "runs"])
    view = RunList(session)
    qtbot.addWidget(view)
    chooser = NetworkChooser(session)
    qtbot.addWidget(chooser)

    qtbot.waitUntil(lambda: session.runs.notes_of(marked) == ["shortcut planted"])

    assert session.runs.notes_of(plain) == []
    texts = {chooser.run.itemData(i): chooser.run.itemText(i) for i in range(2)}
    assert "shortcut planted" in texts[marked] and "planted" not in texts[plain]
    [row] = [i for i in range(2) if view.model().index(i, 0).data(RUN_ROLE) == marked]
    index = view.model().index(row, 0)
    assert "shortcut planted" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert "gives the class away" in index.data(Qt.ItemDataRole.ToolTipRole)
    view.resize(320, 200)
    view.grab()


def test_a_followed_run_tells_its_events_as_they_come(
    session: Session, small_project, tmp_path, qtbot
):
    run = make_run(tmp_path, small_project)
    append(run, START, step(1))
    seen: list[dict] = []
    session.runs.events.connect(lambda _, batch: seen.extend(batch))

    session.show_run(run)
    qtbot.waitUntil(lambda: len(seen) == 2)
    append(run, step(2), step(3))
    qtbot.waitUntil(lambda: len(seen) == 4)

    assert [event.get("step") for event in seen] == [0, 1, 2, 3]
    assert session.runs.history == seen


def test_a_resumed_run_has_each_step_once(session: Session, small_project, tmp_path, qtbot):
    run = make_run(tmp_path, small_project)
    append(run, START, step(1), step(2), step(3))
    session.show_run(run)
    qtbot.waitUntil(lambda: len(session.runs.history) == 4)

    with qtbot.waitSignal(session.runs.restarted):
        append(run, {**START, "step": 1}, step(2))

    assert [event["step"] for event in session.runs.history] == [0, 1, 1, 2]


def test_a_torn_line_waits_for_its_end(session: Session, small_project, tmp_path, qtbot):
    run = make_run(tmp_path, small_project)
    append(run, START)
    line = json.dumps(step(1))
    with run.events_file.open("a") as stream:
        stream.write(line[:10])
    session.show_run(run)
    qtbot.waitUntil(lambda: len(session.runs.history) == 1)

    with run.events_file.open("a") as stream:
        stream.write(line[10:] + "\n")

    qtbot.waitUntil(lambda: len(session.runs.history) == 2)


def test_a_killed_trainer_is_noticed_within_two_seconds(
    session: Session, small_project, tmp_path, qtbot
):
    trainer = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    run = make_run(tmp_path, small_project, state="running", epoch=2, **process_of(trainer.pid))
    session.runs.set_roots([tmp_path / "runs"])
    qtbot.waitUntil(lambda: session.runs.status_of(run) is not None)
    assert session.runs.status_of(run).state == "running"

    with qtbot.waitSignal(session.runs.died, timeout=2000) as died:
        trainer.kill()

    assert died.args[0] == run
    assert "epoch 2" in died.args[1].message
    trainer.wait()


def test_a_run_that_was_dead_before_the_window_came_is_not_announced(
    session: Session, small_project, tmp_path, qtbot
):
    run = make_run(tmp_path, small_project, state="running", pid=2**22 - 7, process_created=1.0)
    announced = []
    session.runs.died.connect(lambda *values: announced.append(values))

    session.runs.set_roots([tmp_path / "runs"])
    qtbot.waitUntil(lambda: session.runs.status_of(run) is not None)

    assert session.runs.status_of(run).state == "failed"
    assert not announced


def test_a_long_history_arrives_in_batches(session: Session, small_project, tmp_path, qtbot):
    run = make_run(tmp_path, small_project)
    append(run, START, *(step(number) for number in range(1, 5000)))
    sizes: list[int] = []
    session.runs.events.connect(lambda _, batch: sizes.append(len(batch)))

    session.show_run(run)
    qtbot.waitUntil(lambda: len(session.runs.history) == 5000)

    assert max(sizes) <= 1000
