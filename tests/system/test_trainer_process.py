"""Real trainer processes: killed, paused, stopped, orphaned, refused."""

import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from cnnstudio.graph import (
    Component,
    DataSettings,
    Edge,
    Network,
    Node,
    Project,
    TrainingSettings,
    save,
)
from cnnstudio.training import launch
from cnnstudio.training.rundir import RunDirectory, list_runs

# Each step multiplies the weights by −99.
EXPLODING = Component(kind="SGD", parameters={"momentum": 0.0, "weight_decay": 1.0})

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
]


def project(epochs, **settings):
    layers = [
        ("Input", "image", {"shape": [1, 16, 16]}),
        ("Conv2d", "conv", {"out_channels": 8, "kernel_size": 3}),
        ("BatchNorm2d", "norm", {}),
        ("ReLU", "relu", {}),
        ("MaxPool2d", "pool", {}),
        ("Flatten", "flat", {}),
        ("Dropout", "drop", {"p": 0.3}),
        ("Linear", "head", {"out_features": 10}),
        ("Output", "scores", {}),
    ]
    nodes = [Node(id=f"n{i}", kind=k, name=n, parameters=p) for i, (k, n, p) in enumerate(layers)]
    edges = [Edge(source=a.id, target=b.id) for a, b in pairwise(nodes)]
    given = {"threads": 1, "batch_size": 16, "device": "cpu"} | settings
    return Project(
        name="system",
        networks=(Network(nodes=tuple(nodes), edges=tuple(edges)),),
        data=DataSettings(dataset="digits"),
        training=TrainingSettings(epochs=epochs, **given),
    )


def wait_for(what, seconds=90.0):
    """Waits until `what()` is true and returns it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("waited in vain")


def state_is(run, *states):
    return lambda: run.status().state in states


def at_step(run, step):
    """Whether the run got there; a run that failed never will."""

    def reached():
        status = run.status()
        assert status.state not in ("failed", "stopped", "finished"), run.log_file.read_text()
        return status.step >= step

    return reached


def kill(run):
    process = psutil.Process(run.raw_status().pid)
    process.kill()
    return process


@pytest.fixture
def long_run(tmp_path):
    """A run that would take minutes, at work; killed at the end of the test."""
    run = launch.start(project(epochs=5000), tmp_path / "runs")
    yield run
    if run.alive():
        kill(run)


WITH_ALL = {
    "schedule": Component(kind="ReduceLROnPlateau", parameters={"patience": 2, "factor": 0.5}),
    "warmup": 1.5, "accumulate": 3, "clip_norm": 1.0, "l1": 1e-5, "ema_decay": 0.99,
    "early_stopping": 25, "early_metric": "val_accuracy", "decay_all": False,
    "optimizer": Component(kind="Muon"),
}  # fmt: skip


def test_a_run_killed_at_any_moment_goes_on_to_the_same_bits(tmp_path):
    epochs = 20
    whole = launch.start(project(epochs, **WITH_ALL), tmp_path / "whole")
    wait_for(state_is(whole, "finished", "failed"))
    broken = launch.start(project(epochs, **WITH_ALL), tmp_path / "broken")
    for step in (30, 700):
        wait_for(at_step(broken, step))
        kill(broken)
        wait_for(state_is(broken, "failed"), 5)
        launch.start(run_dir=broken.path, resume=True)
    wait_for(state_is(broken, "finished"))
    for name in ("last", "best"):
        for file in ("model.safetensors", "training.safetensors"):
            ours, theirs = (run.checkpoints()[name] / file for run in (broken, whole))
            assert ours.name == theirs.name
            assert ours.read_bytes() == theirs.read_bytes()
    assert _numbers(broken) == _numbers(whole)
    ended = len(whole.metrics())
    assert [e["epoch"] for e in broken.metrics()] == list(range(1, ended + 1))


def _numbers(run):
    untold = ("t", "seconds")
    return [{k: v for k, v in event.items() if k not in untold} for event in run.metrics()]


def test_a_dead_run_is_listed_as_failed_within_two_seconds(long_run):
    wait_for(at_step(long_run, 5))
    kill(long_run)
    wait_for(
        lambda: [run.status().state for run in list_runs(long_run.path.parent)] == ["failed"], 2
    )
    assert "stopped unexpectedly" in long_run.status().message


def test_a_run_pauses_goes_on_and_stops(long_run):
    wait_for(at_step(long_run, 5))
    long_run.control("pause")
    wait_for(state_is(long_run, "paused"), 5)
    step = long_run.status().step
    time.sleep(1.0)
    status = long_run.status()
    assert (status.state, status.step) == ("paused", step)
    assert time.time() - status.heartbeat < 1.0
    assert long_run.checkpoints()["last"].name == f"step-{step:06d}"
    long_run.control("run")
    wait_for(at_step(long_run, step + 5))
    long_run.control("stop")
    wait_for(state_is(long_run, "stopped"), 10)
    wait_for(lambda: not long_run.alive(), 10)
    kinds = [event["type"] for event in long_run.events()[0]]
    assert kinds.index("paused") < kinds.index("resumed") < kinds.index("end")
    last = int(long_run.checkpoints()["last"].name.removeprefix("step-"))
    assert last == long_run.status().step


def test_a_checkpoint_is_made_when_asked_for(long_run):
    wait_for(at_step(long_run, 5))
    before = long_run.status().step
    long_run.control("checkpoint")
    wait_for(
        lambda: any(
            event["type"] == "checkpoint" and event["step"] >= before
            for event in long_run.events()[0]
        ),
        5,
    )
    assert long_run.status().state == "running"


def test_a_signal_stops_the_run_with_a_checkpoint(long_run):
    wait_for(at_step(long_run, 5))
    process = psutil.Process(long_run.raw_status().pid)
    process.send_signal(signal.SIGTERM)
    wait_for(state_is(long_run, "stopped"), 10)
    assert "last" in long_run.checkpoints()
    launch.start(run_dir=long_run.path, resume=True)
    wait_for(at_step(long_run, long_run.raw_status().step + 5))


def test_the_trainer_outlives_the_process_that_started_it(tmp_path):
    file = tmp_path / "project.cnns"
    save(project(epochs=5000), file)
    starter = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from cnnstudio.graph import load; "
            "from cnnstudio.training.launch import start; "
            f"print(start(load({str(file)!r}), {str(tmp_path / 'runs')!r}).path, flush=True); "
            "time.sleep(600)",
        ],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    run = RunDirectory(starter.stdout.readline().strip())
    wait_for(at_step(run, 5))
    os.killpg(starter.pid, signal.SIGKILL)
    starter.wait()
    step = run.status().step
    wait_for(at_step(run, step + 50))
    run.control("stop")
    wait_for(state_is(run, "stopped"), 10)


def test_a_second_trainer_on_the_same_run_is_refused(long_run):
    wait_for(at_step(long_run, 5))
    done = train(long_run.project_file, "--run-dir", long_run.path, "--resume")
    assert done.returncode == 1
    assert "already being trained" in done.stderr
    assert "Traceback" not in done.stderr
    assert long_run.status().state == "running"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"learning_rate": 100.0, "optimizer": EXPLODING}, "diverged"),
    ],
)
def test_what_can_not_be_trained_is_told_without_a_traceback(tmp_path, change, words):
    file = tmp_path / "project.cnns"
    save(project(epochs=50, **change), file)
    done = train(file, "--run-dir", tmp_path / "run")
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    run = RunDirectory(tmp_path / "run")
    assert run.status().state == "failed"
    assert words in run.status().message
    assert run.events()[0][-1]["type"] == "error"


def test_a_full_disk_is_told_and_the_run_can_be_resumed(tmp_path):
    file = tmp_path / "project.cnns"
    save(project(epochs=3), file)
    # A limit on the size of files refuses the checkpoint, as a full disk would.
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (15000, 15000)); "
    code = limited + (
        "import sys; from cnnstudio.training.command import run_from_command_line as run; "
        f"sys.exit(run({str(file)!r}, {str(tmp_path / 'run')!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "disk has space" in done.stderr
    assert "Traceback" not in done.stderr
    run = RunDirectory(tmp_path / "run")
    assert run.status().state == "failed"
    assert run.checkpoints() == {}
    assert not [path for path in run.checkpoint_folder.iterdir() if path.is_dir()]
    assert train(file, "--run-dir", run.path, "--resume").returncode == 0
    assert run.status().state == "finished"


def train(file: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cnnstudio", "train", str(file), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)
