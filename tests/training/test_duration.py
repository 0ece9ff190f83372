"""How long a run took, however many trainers it needed."""

from __future__ import annotations

import time

import pytest

import cnnstudio as cs
from cnnstudio.graph import Project
from cnnstudio.training import launch
from cnnstudio.training.run_rows import read_row
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import RunStatus
from tests.training.networks import small


def test_a_resumed_run_goes_on_from_the_seconds_before(tmp_path):
    first = cs.train(small(epochs=1), tmp_path / "run")
    run = RunDirectory(first.path)
    killed = {"state": "failed", "started": 1000.0, "heartbeat": 1051.0}
    run.write_status(run.raw_status().model_copy(update=killed))
    cs.train(small(epochs=2), tmp_path / "run", resume=True)

    status = run.status()
    assert status.seconds_before == 51.0
    assert status.seconds == pytest.approx(51.0 + status.heartbeat - status.started)
    assert read_row(run).facts["duration"] == status.seconds


def test_while_a_run_waits_to_be_resumed_its_seconds_stand_still(tmp_path, monkeypatch):
    monkeypatch.setattr(launch, "_spawn", lambda run, resume: None)
    run = RunDirectory.create(tmp_path, Project())
    run.write_status(RunStatus(state="failed", started=1000.0, heartbeat=1051.0))
    launch.start(run_dir=run.path, resume=True)

    assert run.raw_status().seconds == 51.0
    assert time.time() - run.raw_status().heartbeat < 60


def test_a_run_that_has_not_begun_has_no_duration():
    assert RunStatus(state="queued", heartbeat=1000.0).seconds is None
