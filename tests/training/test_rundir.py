"""The run directory, read and written without torch."""

import json
import os
import subprocess
import sys
import time

import psutil
import pytest

from cnnstudio.graph import Project, RunError
from cnnstudio.training.alive import process_of
from cnnstudio.training.rundir import RunDirectory, list_runs, runs_root, without_repeats
from cnnstudio.training.status import RunStatus


@pytest.fixture
def run(tmp_path):
    return RunDirectory.create(tmp_path / "runs", Project(name="My LeNet"))


def test_a_new_run_is_queued_and_holds_its_project(run):
    assert run.status().state == "queued"
    assert run.project() == Project(name="My LeNet")
    assert run.name.endswith("-my-lenet")


def test_two_runs_made_in_the_same_second_have_different_folders(tmp_path):
    runs = [RunDirectory.create(tmp_path, Project(name="same")) for _ in range(3)]
    assert len({run.path for run in runs}) == 3


def test_a_folder_that_holds_a_run_is_not_taken_for_another(run):
    with pytest.raises(RunError, match="already holds a run"):
        RunDirectory.create_at(run.path, Project())


def test_a_running_status_of_a_process_that_is_gone_reads_as_failed(run):
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    run.write_status(RunStatus(state="running", step=3, heartbeat=0, **process_of(child.pid)))
    assert run.alive()
    assert run.status().state == "running"
    child.kill()
    deadline = time.monotonic() + 5
    # Not waited for: the process is a zombie now, and a zombie is dead.
    while run.alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert run.status().state == "failed"
    assert "stopped unexpectedly" in run.status().message
    child.communicate()
    assert run.status().state == "failed"


@pytest.mark.parametrize(
    ("told", "done"),
    [
        ({"state": "queued"}, 0),
        ({"state": "stopped", "epoch": 4, "step": 35, "steps": 600}, 3),
        ({"state": "finished", "epoch": 8, "step": 80, "steps": 600}, 8),  # it stopped early
        ({"state": "running", "epoch": 60, "step": 600, "steps": 600}, 60),  # the test is left
    ],
)
def test_an_epoch_counts_when_it_is_over(told, done):
    assert RunStatus(epochs=60, **told).epochs_done == done


def test_another_process_with_the_same_number_is_not_the_trainer(run):
    named = process_of(os.getpid())
    named["process_created"] -= 100
    run.write_status(RunStatus(state="running", heartbeat=time.time(), **named))
    assert run.status().state == "failed"


def test_a_clock_that_jumps_does_not_make_a_living_trainer_dead(run, monkeypatch):
    run.write_status(RunStatus(state="running", heartbeat=1.0, **process_of(os.getpid())))
    boot_time = psutil.boot_time()
    monkeypatch.setattr(psutil, "boot_time", lambda: boot_time + 3600)
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: boot_time + 3600, raising=False)
    assert run.alive()


def test_a_trainer_on_another_machine_lives_as_long_as_its_heart_beats(run, monkeypatch):
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)

    def look(heartbeat: float, pid: int) -> bool:
        named = {"pid": pid, "process_created": 0.0, "host": "elsewhere"}
        run.write_status(RunStatus(state="running", heartbeat=heartbeat, **named))
        return run.alive()

    assert look(time.time() - 10, pid=1)
    long_ago = time.time() - 6000
    assert not look(long_ago, pid=2)  # dead, or its clock is wrong
    assert look(long_ago + 1, pid=2)  # it beats
    now += 50
    assert look(long_ago + 1, pid=2)
    now += 50
    assert not look(long_ago + 1, pid=2)  # it has stopped
    assert look(long_ago + 2, pid=2)


@pytest.mark.parametrize(
    ("facts", "likely"),
    [
        ({"memory_left": 0.01}, True),
        ({"memory_left": 0.5}, False),
        ({"memory_left": 0.5, "oom_kills": 2}, True),
        ({"memory_left": 0.5, "oom_kills": 3}, False),
    ],
)
def test_a_run_that_the_system_ended_for_its_memory_says_so(
    run, monkeypatch, tmp_path, facts, likely
):
    counts = tmp_path / "vmstat"
    counts.write_text("pgfault 12\noom_kill 3\n")
    monkeypatch.setattr("cnnstudio.training.memory_kills.KERNEL_COUNTS", counts)
    gone = {"pid": 2**22 - 7, "process_created": 1.0}
    run.write_status(RunStatus(state="running", **gone, **facts))
    status = run.status()
    assert status.state == "failed"
    assert ("memory was used up" in status.message) == likely
    assert ("batch size" in status.hint) == likely


def test_a_torn_last_event_is_left_for_the_next_reading(run):
    run.events_file.write_bytes(b'{"type": "start"}\n{"type": "st')
    events, offset = run.events()
    assert [event["type"] for event in events] == ["start"]
    with run.events_file.open("ab") as stream:
        stream.write(b'ep"}\n')
    events, offset = run.events(offset)
    assert [event["type"] for event in events] == ["step"]
    assert run.events(offset) == ([], offset)


def test_lines_that_are_no_events_are_passed_over(run):
    run.events_file.write_bytes(b'\xff\xfe\n{"type": "st\n[1]\n{"a": 1}\n{"type": "end"}\n')
    assert [event["type"] for event in run.events()[0]] == ["end"]


def test_steps_that_a_resumed_run_did_again_are_told_once():
    def step(number, loss):
        return {"type": "step", "step": number, "loss": loss}

    events = [
        {"type": "start", "step": 0}, step(1, 0.9), step(2, 0.8), step(3, 0.7),
        {"type": "start", "step": 1}, step(2, 0.5), step(3, 0.4), {"type": "end", "step": 3},
    ]  # fmt: skip
    kept = [e["loss"] for e in without_repeats(events) if e["type"] == "step"]
    assert kept == [0.9, 0.5, 0.4]


def test_an_unknown_wish_is_refused(run):
    with pytest.raises(RunError, match="not one of"):
        run.control("faster")


def test_a_folder_that_is_no_run_says_so(tmp_path):
    with pytest.raises(RunError, match="not a run"):
        RunDirectory(tmp_path).status()


def test_a_damaged_status_is_told(run):
    (run.path / "status.json").write_text(json.dumps({"state": "dancing"}))
    with pytest.raises(RunError, match="damaged"):
        run.status()


def test_checkpoints_are_listed_by_name_if_they_are_there(run):
    for folder in ("step-000010", "step-000020"):
        (run.checkpoint_folder / folder).mkdir(parents=True)
    index = {"last": "step-000020", "best": "step-000010", "epochs": {"3": "gone"}}
    (run.checkpoint_folder / "index.json").write_text(json.dumps(index))
    assert {name: path.name for name, path in run.checkpoints().items()} == {
        "last": "step-000020",
        "best": "step-000010",
    }


def test_runs_are_listed_newest_first(tmp_path):
    for name in ("2026-01-01T00-00-00-a", "2026-02-01T00-00-00-b"):
        RunDirectory.create_at(tmp_path / name, Project())
    (tmp_path / "notes").mkdir()
    assert [run.name[-1] for run in list_runs(tmp_path)] == ["b", "a"]
    assert list_runs(tmp_path / "missing") == []


def test_runs_of_a_saved_project_lie_beside_it(tmp_path):
    assert runs_root(tmp_path / "a.cnns") == tmp_path / "runs"
    assert runs_root(None).parts[-2:] == ("cnn-studio", "runs")


def test_a_disk_that_refuses_is_a_clear_error(tmp_path):
    (tmp_path / "runs").write_text("a file where a folder should be")
    with pytest.raises(RunError, match="can't be written"):
        RunDirectory.create(tmp_path / "runs", Project())


def test_no_torch_is_needed():
    code = (
        "import sys, cnnstudio.training.launch, cnnstudio.training.rundir; "
        "sys.exit(any(name in sys.modules for name in ('torch', 'PySide6', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
