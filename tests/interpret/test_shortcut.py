"""A network that took a shortcut, found out as docs/tutorial-find-the-shortcut.md does."""

from __future__ import annotations

import json

import numpy as np
import pytest

import cnnstudio as cs
from cnnstudio.data.shapes import mark_box
from tests.command import run as command

SIZE = 32
OPTIONS = {"count": 600, "size": SIZE, "shortcut": 1.0}
WITHOUT = "data.options.shortcut=0"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with `marked`, the sample's network trained on marked shapes."""
    where = tmp_path_factory.mktemp("shortcut")
    project = cs.with_settings(
        cs.template("shapes_small", input_shape=(3, SIZE, SIZE), classes=6),
        {"data.dataset": "shapes", "data.options": OPTIONS, "training.epochs": 5,
         "training.threads": 1, "training.batch_size": 32},
    )  # fmt: skip
    cs.train(project, where / "marked")
    return where


def test_it_looks_perfect_until_the_mark_is_gone(folder):
    kept = (folder / "marked" / "predictions.json").read_bytes()
    told = []
    for settings in ((), ("--set", WITHOUT)):
        done = command("evaluate", "marked", *settings, "--json", folder=folder)
        assert done.returncode == 0, done.stderr
        told.append(json.loads(done.stdout)["accuracy"])
    assert told[0] > 0.95 and told[1] < 0.5
    assert json.loads((folder / "marked" / "predictions.json").read_bytes()) == json.loads(kept)


def test_heat_points_at_the_mark_and_not_at_the_object(folder):
    run = cs.open_run(folder / "marked")
    names = [f"test:{number}" for number in range(40)]
    pictures = [run.picture(name) for name in names]
    images = run.images(*names)
    right = [number for number, picture in enumerate(pictures)
             if run.model(picture.tensor[None]).argmax() == picture.label]  # fmt: skip
    assert len(right) > 35
    at_mark = [{"box": mark_box(SIZE)}] * len(images)
    at_object = [picture.truth for picture in pictures]
    verdicts = {}
    for what, truths in (("mark", at_mark), ("object", at_object)):
        card = cs.trust(run.model, images[right], truths=[truths[n] for n in right],
                        only=["pointing"])  # fmt: skip
        verdicts[what] = card.results[0]
    assert verdicts["mark"].value >= 0.9 and verdicts["mark"].verdict == "good"
    assert verdicts["object"].value < 0.6 and verdicts["object"].verdict == "bad"


def test_without_the_mark_the_same_network_sees_the_same_images(folder):
    run = cs.open_run(folder / "marked")
    clean = run.with_data(WITHOUT)
    marked, unmarked = run.picture("test:3").image, clean.picture("test:3").image
    left, top, right, bottom = mark_box(SIZE)
    differs = (np.abs(marked.astype(int) - unmarked) > 1).any(axis=2)
    assert differs[top:bottom, left:right].any() and clean.model is run.model
    differs[top:bottom, left:right] = False
    assert not differs.any()
