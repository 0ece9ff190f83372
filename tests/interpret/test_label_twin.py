"""The sanity check by shuffled labels: the twin run, and what is compared."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

import cnnstudio as cs
from cnnstudio.data.origin import SHUFFLED, notes_on
from cnnstudio.graph import DataSettings, save
from cnnstudio.training.run_rows import read_row
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.twin import twin_of
from tests.command import run as command

FEW = {"count": 120, "size": 32}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with `run`, a network after one epoch on few shapes."""
    where = tmp_path_factory.mktemp("labels")
    project = cs.with_settings(
        cs.template("lenet5", input_shape=(3, 32, 32), classes=6),
        {"data.dataset": "shapes", "data.options": FEW, "training.epochs": 1,
         "training.threads": 1, "training.early_stopping": 3},
    )  # fmt: skip
    save(project, where / "shapes.cnns")
    assert command("train", "shapes.cnns", "--run-dir", "run", folder=where).returncode == 0
    return where


def test_shuffled_labels_are_the_same_ones_dealt_out_anew_and_the_test_keeps_its_own():
    from cnnstudio.data.load import load

    settings = DataSettings(dataset="shapes", options=FEW)
    shuffled = settings.model_copy(update={"shuffled_labels": 1})
    true, dealt, again = (load(one, (3, 32, 32)) for one in (settings, shuffled, shuffled))
    assert (true.test.labels == dealt.test.labels).all()
    for split in ("train", "validation"):
        one, other = getattr(true, split), getattr(dealt, split)
        assert (other.labels == getattr(again, split).labels).all()
        assert (one.labels != other.labels).mean() > 0.5
        assert (one.batch([0, 1]) == other.batch([0, 1])).all()
    both = [
        np.bincount(np.concatenate([s.train.labels, s.validation.labels])) for s in (true, dealt)
    ]
    assert (both[0] == both[1]).all()
    assert notes_on(shuffled) == [SHUFFLED] and notes_on(settings) == []


def test_without_a_twin_the_check_says_how_to_get_one(folder):
    done = command("trust", "run", "test:0", "--check", "labels", folder=folder)
    assert done.returncode == 0, done.stderr
    assert "no network was trained on shuffled labels" in " ".join(done.stdout.split())
    assert "--train-twin" in done.stdout


def test_the_twin_is_trained_beside_the_run_and_its_heat_compared(folder):
    arguments = ("trust", "run", "test:0", "test:1", "--check", "labels", "--method",
                 "input_x_gradient", "--train-twin", "--json")  # fmt: skip
    done = command(*arguments, folder=folder)
    assert done.returncode == 0, done.stderr
    assert "Training on shuffled labels: epoch 1 of 1" in done.stderr
    [check] = json.loads(done.stdout)["checks"]
    assert check["check"] == "labels" and check["verdict"] in ("good", "doubtful", "bad")

    twin = twin_of(RunDirectory(folder / "run"))
    assert twin.path.parent == folder and twin.project().data.shuffled_labels
    assert twin.project().training.early_stopping == 0
    assert "labels shuffled" in read_row(twin).origin
    run, other = cs.open_run(folder / "run"), cs.open_run(twin.path, "last")
    images = run.images("test:0", "test:1")
    classes = run.model(torch.from_numpy(images)).argmax(1).tolist()
    heats = [
        np.abs(cs.explain(one.model, images, "input_x_gradient", classes)) for one in (run, other)
    ]
    ranks = [abs(spearmanr(a.ravel(), b.ravel()).statistic) for a, b in zip(*heats, strict=True)]
    assert check["value"] == pytest.approx(np.mean(ranks), abs=1e-4)

    again = command(*arguments, folder=folder)  # it is not trained twice
    assert "Training" not in again.stderr and json.loads(again.stdout)["checks"] == [check]


def test_a_method_that_ignores_the_weights_is_caught(folder, monkeypatch):
    from cnnstudio.interpret.explanations import gradients

    monkeypatch.setattr(gradients, "gradients", lambda case, **_: case.images.abs().sum(1))
    run, twin = cs.open_run(folder / "run"), cs.open_run(folder / "run", "last")
    for parameter in twin.model.parameters():
        torch.nn.init.normal_(parameter)
    card = cs.trust(run.model, run.images("test:0"), "gradients", twin=twin.model, only=["labels"])
    assert card.results[0].verdict == "bad" and card.results[0].value == pytest.approx(1)
