"""What may happen to a run on the way: kills, full and vanishing disks, clocks that jump."""

import os
import shutil
import subprocess
import sys
import time

import pytest

import cnnstudio as cs
from cnnstudio.graph import AugmentationStep, CnnStudioError, Component, RunError, save
from cnnstudio.training.rundir import RunDirectory
from tests.training import networks

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform == "win32", reason="signals and mounts of POSIX"),
]


def project(**settings):
    """All that has to come back: dropout, statistics, order, augmentation, an average, a schedule,
    gradients of several batches."""
    given = {
        "epochs": 30, "batch_size": 16, "device": "cpu", "accumulate": 2, "ema_decay": 0.9,
        "schedule": Component(kind="CosineAnnealing"), "checkpoint_every": 1, "tensorboard": False,
    }  # fmt: skip
    found = networks.small(**given | settings)
    steps = (AugmentationStep(kind="RandomRotation"), AugmentationStep(kind="MixUp"))
    data = {"augmentation": steps, "validation": 0.45, "test": 0.45}
    return found.model_copy(update={"data": found.data.model_copy(update=data)})


def assert_same(one: RunDirectory, two: RunDirectory) -> None:
    """To the bit: weights, optimizer, metrics."""
    assert one.checkpoints().keys() == two.checkpoints().keys() >= {"last", "best", "epoch-0029"}
    for name, folder in one.checkpoints().items():
        other = two.checkpoint(name)
        assert folder.name == other.name
        for file in ("model.safetensors", "training.safetensors"):
            assert (folder / file).read_bytes() == (other / file).read_bytes(), (name, file)
    assert _numbers(one) == _numbers(two)


def _numbers(run):
    return [{k: v for k, v in e.items() if k not in ("t", "seconds")} for e in run.metrics()]


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> RunDirectory:
    """The run that nothing happened to."""
    return cs.train(project(), tmp_path_factory.mktemp("whole") / "run").directory


def test_a_run_killed_at_twenty_random_moments_comes_to_the_same_bits(tmp_path, whole):
    save(project(), tmp_path / "project.cnns")
    command = [sys.executable, "-m", "tests.system.killed_often", "project.cnns", "run", "20"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([os.getcwd(), *sys.path])}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == "20"
    broken = RunDirectory(tmp_path / "run")
    assert broken.status().state == "finished"
    assert_same(whole, broken)
    assert len([e for e in broken.events()[0] if e["type"] == "start"]) > 5
    left = {path.name for path in broken.checkpoint_folder.iterdir()}
    assert left == {"index.json", *(path.name for path in broken.checkpoints().values())}


@pytest.mark.parametrize("damage", ["cut short", "no state", "no weights"])
def test_a_damaged_checkpoint_is_never_taken_for_whole(tmp_path, whole, damage):
    run = RunDirectory(tmp_path / "run")
    shutil.copytree(whole.path, run.path)
    last = run.checkpoint("last")
    if damage == "cut short":
        file = last / "training.safetensors"
        file.write_bytes(file.read_bytes()[:-100])
    else:
        (last / {"no state": "state.json", "no weights": "model.safetensors"}[damage]).unlink()
    events = []
    cs.train(project(), run.path, resume=True, on_event=events.append)
    assert last.name in events[0]["message"] and "the one before, step-" in events[0]["message"]
    assert_same(whole, run)


def test_a_damaged_index_loses_no_checkpoint(tmp_path, whole):
    run = RunDirectory(tmp_path / "run")
    shutil.copytree(whole.path, run.path)
    (run.checkpoint_folder / "index.json").write_text('{"last": "st')
    assert run.checkpoint("last") == run.path / "checkpoints" / whole.checkpoint("last").name


def test_a_status_emptied_by_a_power_failure_can_be_resumed_from(tmp_path, whole):
    run = RunDirectory(tmp_path / "run")
    shutil.copytree(whole.path, run.path)
    (run.path / "status.json").write_text("")
    assert run.status().state == "failed"
    cs.train(project(epochs=31), run.path, resume=True)
    assert run.status().state == "finished"


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, and a function that mounts it again in another way."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(options: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")

    if not sys.platform.startswith("linux"):
        pytest.skip("mounts as Linux does")
    mount("size=1m")
    yield folder, lambda options: mount(f"remount,{options}")
    # A checkpoint that was read may still be mapped into memory.
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_told_and_the_run_goes_on_when_there_is_room(small_disk, whole):
    folder, remount = small_disk
    with pytest.raises(RunError, match="No space left on device") as failed:
        cs.train(project(), folder / "run")
    assert "disk has space" in failed.value.hint
    run = RunDirectory(folder / "run")
    status = run.raw_status()
    assert status.state == "failed"
    assert "No space left" in status.message
    assert 0 < status.step < whole.raw_status().steps
    assert not list(run.path.rglob(".*.tmp"))
    remount("size=64m")
    cs.train(project(), run.path, resume=True)
    assert_same(whole, run)


def test_a_folder_that_can_only_be_read_is_told_and_stays_as_it_is(small_disk, whole):
    folder, remount = small_disk
    remount("size=64m")
    run = RunDirectory(folder / "run")
    shutil.copytree(whole.path, run.path)
    remount("ro")
    for refused in (run.path, folder / "new"):
        with pytest.raises(CnnStudioError, match="can't be written: Read-only file system"):
            cs.train(project(epochs=31), refused, resume=refused == run.path)
    assert run.status().state == "finished"
    assert_same(whole, run)


def test_a_folder_that_is_removed_ends_the_run_and_is_not_made_again(tmp_path):
    folder = tmp_path / "run"

    def remove(event) -> None:
        if event["type"] == "epoch" and event["epoch"] == 3:
            shutil.rmtree(folder)

    with pytest.raises(RunError, match="No such file or directory"):
        cs.train(project(), folder, on_event=remove)
    assert not folder.exists()


def test_a_clock_that_jumps_changes_nothing(tmp_path, whole, monkeypatch):
    real, looks = time.time, 0

    def jumping() -> float:
        nonlocal looks
        looks += 1
        return real() + (-1) ** looks * 86400.0 * (looks % 7)

    monkeypatch.setattr(time, "time", jumping)
    asked = []

    def ask(event) -> None:
        run = RunDirectory(tmp_path / "run")
        assert run.alive()
        if event["type"] == "epoch" and not asked:
            asked.append(event)
            run.control("stop")

    cs.train(project(), tmp_path / "run", on_event=ask)
    run = RunDirectory(tmp_path / "run")
    assert run.status().state == "stopped"
    cs.train(project(), run.path, resume=True)
    assert run.status().state == "finished"
    assert looks > 20
    assert_same(whole, run)


LIMITED = """
import resource, sys
import torch, cnnstudio.training.train
from cnnstudio.training.command import run_from_command_line
taken = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + 500_000_000,) * 2)
sys.exit(run_from_command_line(sys.argv[1], sys.argv[2]))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits as Linux does")
def test_a_run_without_memory_ends_with_advice_and_not_with_a_traceback(tmp_path):
    network = networks.chain(
        ("Input", "image", {"shape": [1, 64, 64]}),
        ("Conv2d", "conv", {"out_channels": 64, "kernel_size": 3}),
        ("Flatten", "flat", {}),
        ("Linear", "head", {"out_features": 10}),
        ("Output", "scores", {}),
    )
    save(networks.project(network, batch_size=1000, device="cpu"), tmp_path / "large.cnns")
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, "large.cnns", "run"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": os.pathsep.join([os.getcwd(), *sys.path])},
        capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "memory is not enough" in done.stderr
    for advice in ("batch size", "training.accumulate", "training.precision=bf16"):
        assert advice in done.stderr
    assert "Traceback" not in done.stderr
    assert RunDirectory(tmp_path / "run").status().state == "failed"
