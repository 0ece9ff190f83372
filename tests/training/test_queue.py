"""The queue of runs, worked through by real processes."""

from __future__ import annotations

import json
import time
from shutil import rmtree

import pytest

from cnnstudio.graph import RunError, save
from cnnstudio.training.queue import RunQueue
from cnnstudio.training.queue.runner import work_through
from tests.command import run
from tests.training.networks import small

TINY = {"epochs": 1, "batch_size": 512, "tensorboard": False}


@pytest.fixture
def queue(tmp_path):
    return RunQueue(tmp_path / "queue")


def test_the_order_is_the_users(queue, tmp_path):
    first, second, third = (queue.add(small(**TINY), tmp_path / "runs") for _ in range(3))

    queue.move(third, 0)
    assert [entry.run for entry in queue.entries()] == [third, first, second]
    queue.move(third, 99)
    assert [entry.run for entry in queue.entries()] == [first, second, third]
    queue.remove(second)
    assert [entry.run.name for entry in RunQueue(queue.path).entries()] == [first.name, third.name]
    queue.clear()
    assert queue.entries() == []
    assert second.project().training.epochs == 1, "its folder stays"
    with pytest.raises(RunError, match="not in the queue"):
        queue.remove(second)


def test_a_run_that_fails_holds_no_other_up_and_two_are_trained_at_once(queue, tmp_path):
    """The first can't be trained, the second has lost its folder; one runner trains the others."""
    wrong = queue.add(small(**TINY, optimizer={"kind": "Adan"}), tmp_path / "runs")
    gone = queue.add(small(**TINY), tmp_path / "runs")
    right = [queue.add(small(**TINY | {"epochs": 10_000}), tmp_path / "runs") for _ in range(2)]
    rmtree(gone.path)
    queue.set_at_once(2)

    queue.start()
    wait_until(lambda: all(run.raw_status().state == "running" for run in right))
    assert [entry.state for entry in queue.entries()] == ["running", "running"]
    assert queue.running()
    assert not work_through(queue), "another process does it already"
    for one in right:
        one.control("stop")
    wait_until(lambda: not queue.running())

    assert queue.entries() == []
    assert wrong.status().state == "failed" and "Adan" in wrong.status().message
    assert [run.status().state for run in right] == ["stopped", "stopped"]
    told = (queue.path / "runner.log").read_text()
    assert f"{gone.name}: missing" in told and f"{wrong.name}: failed" in told


def wait_until(holds, seconds=60.0):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_the_queue_is_filled_and_listed_from_the_command_line(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    save(small(**TINY), tmp_path / "tiny.cnns")

    for seed in (1, 2):
        added = run("queue", "add", "tiny.cnns", "--set", f"training.seed={seed}", folder=tmp_path)
        assert added.returncode == 0
    run("queue", "move", "2", "1", folder=tmp_path)
    listed = json.loads(run("queue", "list", "--json", folder=tmp_path).stdout)

    assert [entry["state"] for entry in listed["runs"]] == ["waiting", "waiting"]
    seeds = [entry.run.project().training.seed for entry in RunQueue().entries()]
    assert seeds == [2, 1]
    assert not listed["running"]
    assert "no run 3" in run("queue", "remove", "3", folder=tmp_path).stderr
