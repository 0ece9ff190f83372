"""The batch size that fits, and the one that is fastest, are found by real steps."""

from __future__ import annotations

import json

import pytest
import torch

import cnnstudio as cs
from cnnstudio.compiler.check import check
from cnnstudio.training import batch_sizes
from cnnstudio.training.batch_sizes import BatchSizes, Trial, find_batch_sizes
from cnnstudio.training.needs import training_memory
from tests.command import run
from tests.training.networks import small


def test_sizes_are_tried_until_there_are_no_more_images():
    found = find_batch_sizes(small(threads=1))
    assert [trial.batch_size for trial in found.trials] == [8 * 2**n for n in range(8)]  # of 1,257
    assert found.limit == "images" and found.largest == 1024
    assert all(trial.images_per_second > 0 for trial in found.trials)
    assert found.fastest > 8  # a step costs more than its images
    assert BatchSizes.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_a_size_that_may_not_fit_is_not_tried(monkeypatch):
    report = check(small())
    needed = training_memory(report, small(batch_size=64).training)
    # On a processor the system would end the process, or another one.
    monkeypatch.setattr(batch_sizes, "peak_memory", lambda device: 0)
    monkeypatch.setattr(batch_sizes, "free_memory", lambda device: needed / 0.8)
    found = find_batch_sizes(small(threads=1))
    assert (found.largest, found.limit) == (64, "memory")
    assert "Batches of up to 64 fit" in found.text
    monkeypatch.setattr(batch_sizes, "free_memory", lambda device: 0)
    assert find_batch_sizes(small()).text == "Not even batches of 8 fit into memory."


def test_memory_that_runs_out_in_a_step_ends_it(monkeypatch):
    taken = batch_sizes.Update.take

    def take(update, loss, step, batch, size):
        if size > 32:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")
        taken(update, loss, step, batch, size)

    monkeypatch.setattr(batch_sizes.Update, "take", take)
    found = find_batch_sizes(small(threads=1))
    assert (found.largest, found.limit) == (32, "memory")


def test_other_errors_of_a_step_are_told(monkeypatch):
    def take(*_):
        raise RuntimeError("shapes don't match")

    monkeypatch.setattr(batch_sizes.Update, "take", take)
    with pytest.raises(RuntimeError, match="shapes"):
        find_batch_sizes(small(threads=1))


def test_of_sizes_that_are_about_as_fast_the_smallest_is_taken():
    trials = [Trial(8, 500.0, 1), Trial(16, 960.0, 2), Trial(32, 1000.0, 4), Trial(64, 900.0, 8)]
    assert BatchSizes(trials, "time", 32, "cpu").fastest == 16


def test_the_project_is_what_it_was_and_the_command_line_tells_it(tmp_path):
    cs.save(small(), tmp_path / "small.cnns")
    done = run(
        "rehearse", "small.cnns", "--batch-sizes", "--time", "--json",
        "--set", "training.accumulate=2", folder=tmp_path,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert told["batch_sizes"]["largest"] == 1024 and told["batch_sizes"]["batch_size"] == 64
    assert told["time"]["run_seconds"] > told["time"]["epoch_seconds"]
    assert 50e6 < told["time"]["memory"] < told["time"]["memory_free"]
