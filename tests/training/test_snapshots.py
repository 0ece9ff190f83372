"""Snapshots for the history: which are kept, what they cost, and that they change nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

import cnnstudio as cs
from cnnstudio.graph import Component, RunError, TrainingSettings
from cnnstudio.interpret.subject import open_run
from cnnstudio.training import snapshots as keeping
from cnnstudio.training.initial import initial_model
from cnnstudio.training.moments import moments, nearest, snapshot_bytes
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.snapshots import Snapshots, is_due, thinned
from tests.training import networks

SIZE = 1000  # bytes of the weights below
WRITE_SECONDS = 0.004


def project(**settings):
    given = {
        "epochs": 4, "batch_size": 32, "device": "cpu", "ema_decay": 0.5, "checkpoint_every": 1,
        "tensorboard": False, "schedule": Component(kind="CosineAnnealing"),
    }  # fmt: skip
    found = networks.small(**given | settings)
    return found.model_copy(
        update={"data": found.data.model_copy(update={"validation": 0.4, "test": 0.4})}
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> RunDirectory:
    """A run with as many snapshots as there are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "LARGEST_SHARE", 100.0)
        return cs.train(project(), tmp_path_factory.mktemp("whole") / "run").directory


# Which are kept


@given(steps=st.integers(1, 3000), count=st.integers(0, 80))
def test_a_run_makes_no_more_than_were_asked_for_from_the_first_step_on(steps, count):
    taken = []
    for step in range(steps):
        if is_due(step, taken[-1] if taken else None, steps, count):
            taken.append(step)
    assert len(taken) <= count
    assert taken[:1] == [0][:count]
    if count >= 20 and steps >= 2 * count:
        assert len(taken) >= count // 2
        gaps = [after - before for before, after in pairwise([*taken, steps])]
        assert gaps[0] <= 3
        assert max(gaps) <= 2 + 2 * steps / (count - 1)


@given(st.sets(st.integers(0, 5000)), st.integers(5001, 9000), st.integers(0, 40))
def test_thinning_keeps_the_first_the_last_and_leaves_no_needless_gap(taken, steps, count):
    kept = thinned(taken, steps, count)
    assert kept == sorted(set(kept)) and set(kept) <= taken
    assert len(kept) == min(len(taken), count)
    if count >= 2 and taken:
        assert (kept[0], kept[-1]) == (min(taken), max(taken))
    if len(taken) <= count:
        assert set(kept) == taken


def test_thinning_what_is_dense_leaves_it_even_on_the_scale_of_the_history():
    kept = thinned(range(800), 800, 30)
    gaps = [keeping.place(b, 800) - keeping.place(a, 800) for a, b in pairwise(kept)]
    assert max(gaps) <= 3 * sum(gaps) / len(gaps)


# What it costs


@pytest.fixture
def watched(tmp_path, monkeypatch):
    """Makes snapshots with a clock that only writing moves, and what was told."""
    run = RunDirectory.create(tmp_path, project())
    clock = [0.0]
    monkeypatch.setattr(keeping.time, "monotonic", lambda: clock[0])
    write = keeping.write_tensors

    def slow(tensors, path):
        clock[0] += WRITE_SECONDS
        write(tensors, path)

    monkeypatch.setattr(keeping, "write_tensors", slow)
    told = []

    def make(steps=100_000, **settings):
        weights = {"w": torch.ones(SIZE // 4)}
        found = Snapshots(
            run,
            TrainingSettings(**settings),
            steps,
            lambda: weights,
            lambda *said: told.append(said),
        )
        found.begin(0)
        return found, weights

    return run, clock, told, make


@pytest.mark.parametrize("step_seconds", [0.0005, 0.02, 1.0])
def test_they_take_half_a_hundredth_of_the_time(watched, step_seconds):
    run, clock, _, make = watched
    found, _ = make(steps=3000)
    for step in range(3000):
        found.take_if_due(step)
        clock[0] += step_seconds
    spent = clock[0] - 3000 * step_seconds - 2 * WRITE_SECONDS  # but for the first, and one over
    assert spent <= 0.005 * clock[0]
    taken = [int(folder.name.removeprefix("step-")) for folder in run.snapshots()]
    assert taken[0] == 0 and len(taken) <= 60
    if step_seconds >= 0.02:
        assert len(taken) >= 45 and len([step for step in taken if step < 300]) >= 20


def test_a_budget_of_bytes_keeps_fewer_and_a_network_that_is_too_large_none(watched, monkeypatch):
    run, clock, told, make = watched
    monkeypatch.setattr(keeping, "MEGABYTE", SIZE)
    found, _ = make(steps=2000, snapshot_megabytes=7)
    for step in range(2000):
        found.take_if_due(step)
        clock[0] += 5.0
    assert 4 <= len(run.snapshots()) <= 7
    assert snapshot_bytes(run) < 7 * (SIZE + 200)
    assert not told
    make(snapshot_megabytes=1)
    assert told == [("note", told[0][1])] and "the settings allow 1 MB" in told[0][1]
    assert run.snapshots() == []


def test_weights_that_are_no_numbers_are_not_kept(watched):
    run, _, _, make = watched
    found, weights = make()
    weights["w"][3] = float("nan")
    found.take_if_due(0)
    assert run.snapshots() == []


# That they are what they say, and change nothing


def test_the_first_is_what_training_begins_with_and_each_is_what_is_evaluated(whole):
    first, *_ = whole.snapshots()
    begun = initial_model(project()).state_dict()
    for name, value in load_file(first / "model.safetensors").items():
        assert torch.equal(value, begun[name])
    # A checkpoint of the average of the weights, and the snapshot of the same step.
    same = {path.name for path in whole.snapshots()} & {
        path.name for path in whole.checkpoints().values()
    }
    assert same
    for name in same:
        one, two = (
            load_file(folder / name / "model.safetensors")
            for folder in (whole.snapshot_folder, whole.checkpoint_folder)
        )
        assert one.keys() == two.keys()
        assert all(torch.equal(one[key], two[key]) for key in one)


def test_the_bits_of_a_run_are_those_of_one_without(whole, tmp_path):
    bare = cs.train(project(snapshots=0), tmp_path / "run").directory
    assert bare.snapshots() == []
    for name, folder in whole.checkpoints().items():
        for file in ("model.safetensors", "training.safetensors"):
            assert (folder / file).read_bytes() == (bare.checkpoint(name) / file).read_bytes()


def test_moments_are_snapshots_and_checkpoints_in_order_and_open_as_networks(whole):
    found = moments(whole)
    steps = [moment.step for moment in found]
    assert steps == sorted(set(steps)) and steps[0] == 0
    assert {moment.path.name for moment in found} == {
        path.name for path in [*whole.snapshots(), *whole.checkpoints().values()]
    }
    assert found[-1].epoch == 4.0 and "last" in found[-1].marks
    for mark, folder in whole.checkpoints().items():
        [marked] = [moment for moment in found if mark in moment.marks]
        assert marked.name == folder.name
    middle = found[len(found) // 2]
    opened = open_run(whole.path, middle.name).model.state_dict()
    stored = load_file(middle.path / "model.safetensors")
    assert all(torch.equal(opened[name], value) for name, value in stored.items())


def test_a_step_that_is_not_kept_gives_the_nearest_moment_and_nonsense_an_error(whole):
    found = moments(whole)
    assert nearest(found, "best").marks.count("best") == 1
    assert nearest(found, "step-999999") == found[-1]
    with pytest.raises(RunError, match="no moment 'nonsense'"):
        nearest(found, "nonsense")
    for wrong in ("step-999999", "../../etc", "step-000000/../.."):
        with pytest.raises(RunError, match="has no checkpoint"):
            whole.checkpoint(wrong)


def test_a_run_that_goes_on_from_an_earlier_step_drops_the_later_ones(whole, tmp_path):
    run = RunDirectory(tmp_path / "run")
    shutil.copytree(whole.path, run.path)
    begun = run.checkpoint("epoch-0002")
    for folder in {*run.checkpoints().values()} - {begun}:
        shutil.rmtree(folder)
    left = run.snapshot_folder / ".step-000007.123.tmp"
    left.mkdir()
    seen = []

    def look(event):
        if event["type"] == "step" and not seen:
            seen.extend(path.name for path in run.snapshots())

    cs.train(None, run.path, resume=True, on_event=look)
    before = [path.name for path in whole.snapshots() if path.name < begun.name]
    assert [name for name in seen if name < begun.name] == before
    assert all(name <= begun.name for name in seen)
    assert not left.exists()
    for name in ("model.safetensors", "training.safetensors"):
        mended, never_broken = run.checkpoint("last"), whole.checkpoint("last")
        assert (mended / name).read_bytes() == (never_broken / name).read_bytes()


def test_snapshots_may_be_fewer_when_a_run_goes_on(whole, tmp_path):
    run = RunDirectory(tmp_path / "run")
    shutil.copytree(whole.path, run.path)
    cs.train(project(epochs=5, snapshots=4), run.path, resume=True)
    assert len(run.snapshots()) <= 4
    assert run.snapshots()[0].name == "step-000000"


# A disk that refuses


@pytest.fixture
def small_disk(tmp_path):
    if not sys.platform.startswith("linux"):
        pytest.skip("mounts as Linux does")
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)],
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_that_fills_up_keeps_its_room_for_checkpoints(small_disk, monkeypatch):
    monkeypatch.setattr(keeping, "LARGEST_SHARE", 100.0)
    events = []
    cs.train(project(checkpoint_every=0), small_disk / "run", on_event=events.append)
    run = RunDirectory(small_disk / "run")
    assert run.status().state == "finished"
    told = [event["message"] for event in events if event["type"] == "warning"]
    assert told == [
        "No further snapshots for the history are kept: the disk is almost full. Training goes on."
    ]
    assert {"last", "best"} <= run.checkpoints().keys()
    assert not list(run.path.rglob(".*.tmp"))


def test_a_snapshot_that_the_disk_refuses_leaves_nothing_and_ends_no_run(tmp_path, monkeypatch):
    folder = tmp_path / "run"
    events = []
    run = RunDirectory.create_at(folder, project(epochs=1))
    run.snapshot_folder.write_text("a file is in the way")
    cs.train(project(epochs=1), folder, on_event=events.append)
    assert run.status().state == "finished"
    [told] = [event["message"] for event in events if event["type"] == "warning"]
    assert told.startswith("No further snapshots for the history are kept: ")
