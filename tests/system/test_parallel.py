"""Two real processes that train one run, as torchrun starts them, over gloo."""

import json
import shutil
import subprocess
import sys

import psutil
import pytest
import torch
from safetensors.torch import load_file

import cnnstudio as cs
from cnnstudio.graph import AugmentationStep, Component, Learning, Project, save
from cnnstudio.training.rundir import RunDirectory
from tests.system.test_trainer_process import at_step, state_is, wait_for
from tests.training import networks

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform == "win32", reason="gloo and signals of POSIX"),
]


def project(frozen: bool = False, augmented: bool = False, **settings) -> Project:
    """Few images in batches of 17, which two can't share evenly; nor can they the last, of 9."""
    network = networks.chain(
        ("Input", "image", {"shape": [1, 8, 8]}),
        ("Conv2d", "conv", {"out_channels": 6, "kernel_size": 3, "padding": 1}),
        ("BatchNorm2d", "norm", {}),
        ("ReLU", "relu", {}),
        ("Conv2d", "more", {"out_channels": 6, "kernel_size": 3}),
        ("BatchNorm2d", "again", {"momentum": 0.3}),
        ("ReLU", "active", {}),
        ("Flatten", "flat", {}),
        ("Linear", "head", {"out_features": 10}),
        ("Output", "scores", {}),
    )
    if frozen:
        nodes = tuple(
            node.model_copy(update={"learning": Learning(frozen=True)})
            if node.name in ("conv", "norm")
            else node
            for node in network.nodes
        )
        network = network.model_copy(update={"nodes": nodes})
    given = {"epochs": 2, "batch_size": 17, "device": "cpu", "optimizer": networks.sgd()}
    found = networks.project(network, **given | {"learning_rate": 0.01} | settings)
    steps = (AugmentationStep(kind="RandomRotation"), AugmentationStep(kind="CutMix"))
    few = {"validation": 0.45, "test": 0.45, "augmentation": steps if augmented else ()}
    data = found.data.model_copy(update=few)
    return found.model_copy(update={"data": data})


# What belongs together over batches and epochs: each part would show a gradient of another size.
WITH_ALL = {
    "frozen": True, "augmented": True, "accumulate": 3, "clip_norm": 0.5, "l1": 1e-4,
    "ema_decay": 0.9,
    "warmup": 0.5, "decay_all": False,
    "schedule": Component(kind="ReduceLROnPlateau", parameters={"patience": 0, "factor": 0.5}),
    "loss": Component(kind="CrossEntropyLoss", parameters={"balanced": True}),
}  # fmt: skip


def torchrun(*arguments: object) -> list[str]:
    return [
        sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2",
        *map(str, arguments),
    ]  # fmt: skip


def trained_by_two(folder, *runs) -> None:
    """Trains each (project, run folder, whether to go on) with two processes; in the last run the
    second of them lacks memory."""
    listed = []
    for number, (wished, path, resume) in enumerate(runs):
        file = folder / f"{number}.cnns"
        save(wished, file)
        listed.append([str(file), str(path), resume])
    (folder / "runs.json").write_text(json.dumps(listed))
    done = subprocess.run(
        torchrun("-m", "tests.system.together", folder / "runs.json"),
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" in done.stderr  # of the script, which lets the last failure through


def assert_same(one: RunDirectory, two: RunDirectory) -> None:
    """Weights, their averages, the optimizer's state and the metrics, to 1e-5."""
    for name in ("last", "best"):
        folders = [run.checkpoint(name) for run in (one, two)]
        assert folders[0].name == folders[1].name
        for file in ("model.safetensors", "training.safetensors"):
            ours, theirs = (load_file(folder / file) for folder in folders)
            torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
    ours, theirs = ([*run.metrics()] for run in (one, two))
    assert len(ours) == len(theirs) > 0
    for left, right in zip(ours, theirs, strict=True):
        for key in ("train_loss", "val_loss", "learning_rate"):
            assert left[key] == pytest.approx(right[key], abs=1e-5), key
        sizes = (one.data() or {})["sizes"]
        for key, part in (("train_accuracy", "train"), ("val_accuracy", "validation")):
            # One may lie on the border of two classes.
            assert abs(left[key] - right[key]) * sizes[part] < 1.01, key


def test_two_processes_train_as_one_does_and_go_on_from_one_another(tmp_path):
    plain, full, longer = project(), project(**WITH_ALL), project(epochs=4)
    alone = {
        name: cs.train(wished, tmp_path / name).directory
        for name, wished in {"plain": plain, "full": full, "longer": longer}.items()
    }
    cs.train(plain, tmp_path / "first alone")
    shutil.copytree(tmp_path / "first alone", tmp_path / "first alone, then shares")
    trained_by_two(
        tmp_path,
        (plain, tmp_path / "first two", False),
        (full, tmp_path / "full two", False),
        (longer, tmp_path / "first alone", True),
        (project(parallel="fsdp", **WITH_ALL), tmp_path / "full in shares", False),
        (project(parallel="fsdp", epochs=4), tmp_path / "first alone, then shares", True),
        (plain, tmp_path / "starved", False),
    )
    assert_same(alone["plain"], RunDirectory(tmp_path / "first two"))
    assert_same(alone["full"], RunDirectory(tmp_path / "full two"))
    assert_same(alone["longer"], RunDirectory(tmp_path / "first alone"))
    assert_same(alone["full"], RunDirectory(tmp_path / "full in shares"))
    assert_same(alone["longer"], RunDirectory(tmp_path / "first alone, then shares"))
    cs.train(longer, tmp_path / "first two", resume=True)
    assert_same(alone["longer"], RunDirectory(tmp_path / "first two"))
    starts = [e for e in RunDirectory(tmp_path / "first two").events()[0] if e["type"] == "start"]
    assert [start["processes"] for start in starts] == [2, 1]
    test = [json.loads((tmp_path / name / "predictions.json").read_text())
            for name in ("full", "full two")]  # fmt: skip
    assert test[0]["confusion"] == test[1]["confusion"]
    starved = RunDirectory(tmp_path / "starved").status()
    assert starved.state == "failed"
    assert "Process 2 of 2" in starved.message and "memory is not enough" in starved.message


def test_two_processes_obey_together_and_a_death_ends_the_run_for_both(tmp_path):
    save(project(epochs=5000), tmp_path / "project.cnns")
    run = RunDirectory(tmp_path / "run")
    command = torchrun("-m", "cnnstudio", "train", tmp_path / "project.cnns", "--run-dir", run.path)
    launcher = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        wait_for(lambda: run.exists() and run.status().step >= 5)
        run.control("pause")
        wait_for(state_is(run, "paused"), 10)
        step = run.status().step
        run.control("run")
        wait_for(at_step(run, step + 5))
        run.control("checkpoint")
        wait_for(lambda: _last_step(run) > step, 10)
        run.control("stop")
        assert launcher.wait(60) == 0
        assert run.status().state == "stopped"
        assert _last_step(run) == run.status().step

        launcher = subprocess.Popen([*command, "--resume"], stderr=subprocess.PIPE, text=True)
        wait_for(at_step_again(run, run.status().step + 5))
        leader = run.raw_status().pid
        (other,) = [p for p in psutil.Process(launcher.pid).children() if p.pid != leader]
        other.kill()
        _, complaint = launcher.communicate(timeout=60)
        assert launcher.returncode != 0
        status = run.status()
        assert status.state == "failed"
        assert "Process 2 of 2" in status.message and "gone" in status.message
        assert status.message in complaint
        assert "resumed" in status.hint
    finally:
        if launcher.poll() is None:
            for process in [*psutil.Process(launcher.pid).children(), launcher]:
                process.kill()


def _last_step(run: RunDirectory) -> int:
    return int(run.checkpoints()["last"].name.removeprefix("step-"))


def at_step_again(run, step):
    """Whether a run that had been stopped got there."""
    return lambda: run.status().state == "running" and run.status().step >= step
