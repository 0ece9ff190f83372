"""`cnnstudio compute` on a run, and the kernel's question."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

import cnnstudio as cs
from cnnstudio.graph import save
from cnnstudio.interpret.computation.sliding import ConvolutionAt
from cnnstudio.interpret.computation.wire import from_message
from cnnstudio.kernel.questions import inspect as questions
from tests.command import run


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with `run`, a network after one epoch on few shapes."""
    where = tmp_path_factory.mktemp("computed")
    project = cs.template("small_cnn", input_shape=(3, 24, 24), classes=6)
    options = {"count": 60, "size": 24}
    data = project.data.model_copy(update={"dataset": "shapes", "options": options})
    training = project.training.model_copy(update={"epochs": 1, "threads": 1})
    save(project.model_copy(update={"data": data, "training": training}), where / "shapes.cnns")
    done = run("train", "shapes.cnns", "--run-dir", "run", folder=where)
    assert done.returncode == 0, done.stderr
    return where


def test_window_weights_and_products_are_printed_as_tables(folder):
    done = run("compute", "run", "test:0", "--layer", "conv1", "--unit", "2", "--at", "0,5",
               "--channel", "1", folder=folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "Window: rows −1…1, columns 4…6; · is padding" in lines
    titles = next(i for i, line in enumerate(lines) if line.startswith("input "))
    assert lines[titles].split() == ["input", "weights", "products"]
    assert lines[titles + 1].split()[:3] == ["·"] * 3
    assert all(len(lines[titles + 1 + row].split()) == 9 for row in range(3))
    assert lines[-1].endswith(": the same.")


def test_json_has_the_numbers_that_the_module_gives(folder):
    done = run("compute", "run", "test:0", "--layer", "conv1", "--unit", "2", "--at", "3,5",
               "--json", folder=folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    subject = cs.open_run(folder / "run")
    with torch.no_grad():
        truth = subject.model.conv1(torch.from_numpy(subject.images(("test", 0))))
    assert told["value"] == pytest.approx(float(truth[0, 2, 3, 5]), abs=1e-5)
    assert np.sum(told["products"]) + (told["bias"] or 0) == pytest.approx(told["value"], abs=1e-5)
    assert told["agrees"]


def test_what_is_not_there_is_an_error(folder):
    done = run("compute", "run", "test:0", "--layer", "conv1", "--at", "99,0", folder=folder)
    assert done.returncode == 1 and "no place 99,0" in done.stderr
    done = run("compute", "run", "test:0", "--layer", "conv1", "--at", "x", folder=folder)
    assert done.returncode == 2
    done = run("compute", "run", "test:0", "--layer", "conv1", "--channel", "7", folder=folder)
    assert done.returncode == 1 and "does not see input channel 7" in done.stderr


def test_every_layer_of_the_run_is_told_and_agrees(folder):
    subject = cs.open_run(folder / "run")
    image = subject.images(("test", 0))
    for node in subject.project.network.nodes:
        told = cs.computation(subject.model, image, subject.node(node.name))
        assert told.result is not None and told.agrees, told


def test_the_kernels_answer_tells_all_places_of_a_unit(folder):
    asked = {"image": ["test", 0], "layer": "conv1", "run": str(folder / "run")}
    first = from_message(questions.computation(**asked, unit=1)["working"])
    subject = cs.open_run(folder / "run")
    told = cs.computation(subject.model, subject.images(("test", 0)), "conv1", 1, (4, 4))
    again = first.at((4, 4))
    assert isinstance(again, ConvolutionAt) and isinstance(told, ConvolutionAt)
    assert np.array_equal(again.products, told.products)
    last = from_message(questions.computation(**asked, unit=9999)["working"])
    assert last.unit == last.units - 1
