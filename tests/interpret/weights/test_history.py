"""A filter through a run: the weights on disk, and how far they went."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

import cnnstudio as cs
from cnnstudio.graph import RunError
from cnnstudio.interpret.figures.as_python import filters_lines
from cnnstudio.interpret.weights.filters import filters
from cnnstudio.interpret.weights.history import filter_history
from cnnstudio.training.initial import initial_model
from cnnstudio.training.train import train
from tests.command import run as command
from tests.training.networks import lenet


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return train(
        lenet(epochs=2, checkpoint_every=1), tmp_path_factory.mktemp("filter-history") / "run"
    )


def test_each_picture_is_of_the_weights_at_that_step(run):
    found = filter_history(run.path, "conv2", 5, 3)

    assert found.steps[0] == 0 and found.steps[-1] == run.status.step and len(found.steps) >= 3
    first = initial_model(run.project).conv2.weight.detach()[5]
    last = run.model("last").conv2.weight.detach()[5]
    assert np.array_equal(found.pictures[0], first[3]) and np.array_equal(
        found.pictures[-1], last[3]
    )
    middle = list(found.steps).index(run.status.step // 2)
    epoch = run.model("epoch-0001").conv2.weight.detach()[5]
    assert np.array_equal(found.pictures[middle], epoch[3])
    assert found.change[-1] == pytest.approx(float((last - first).norm() / first.norm()), rel=1e-5)
    cosine = torch.nn.functional.cosine_similarity(first.flatten(), last.flatten(), dim=0)
    assert found.cosine[-1] == pytest.approx(float(cosine), abs=1e-6)
    assert found.change[0] == 0 and found.cosine[0] == pytest.approx(1)


def test_at_most_so_many_moments_are_read_the_first_and_last_among_them(run):
    found = filter_history(run.path, "conv1", most=2)

    assert found.steps.tolist() == [0, run.status.step]


def test_a_matrix_is_shown_whole(run):
    found = filter_history(run.path, "fc3")

    assert found.pictures.shape[1:] == (10, 84)


def test_without_a_run_there_is_no_history(tmp_path):
    with pytest.raises(RunError, match="There is no run"):
        filter_history(tmp_path, "conv1")


def test_the_command_shows_filters_and_their_history(run, tmp_path):
    told = command(
        "filters", str(run.path), "--layer", "conv1", "--json", "-o", "f.png", folder=tmp_path
    )
    shown = json.loads(told.stdout)
    weight = run.model().conv1.weight.detach()
    assert (shown["form"], shown["shape"]) == ("maps", [6, 1, 5, 5])
    assert [one["norm"] for one in shown["filters"]] == pytest.approx(
        weight.flatten(1).norm(dim=1).tolist(), rel=1e-5
    )
    assert Image.open(tmp_path / "f.png").size[0] == 1024

    told = command(
        "filters", str(run.path), "--layer", "conv1", "--history", "--unit", "2", "-o", "h.svg",
        folder=tmp_path,
    )  # fmt: skip
    assert told.returncode == 0 and "Cosine to the first" in told.stdout
    assert "step 0" in (tmp_path / "h.svg").read_text("utf-8")
    wrong = command("filters", str(run.path), "--layer", "relu1", folder=tmp_path)
    assert wrong.returncode == 1 and "'relu1' has no weights" in wrong.stderr


def test_python_makes_the_same_pictures(run):
    subject = cs.open_run(run.path)
    found = cs.filters(subject.model, "conv1")

    assert np.array_equal(found.weights, filters(run.model(), "conv1").weights)
    assert cs.filter_history(run.path, "conv1").pictures.shape[1:] == (5, 5)
    assert len(cs.filter_statistics(found.weights).norm) == 6


def test_the_lines_of_python_make_the_same_picture(run, tmp_path, monkeypatch):
    found = cs.filters(cs.open_run(run.path).model, "conv2")
    answer = {"node": "conv2", "parameter": "weight", "form": "maps", "view": 3, "depth": 0}
    lines = filters_lines({"run": str(run.path)}, answer, [1, 4], True, "taken", "Filters.")
    monkeypatch.chdir(tmp_path)
    exec(lines, {})

    figure = cs.filters_figure(found.pictures(3), [1, 4], caption="Filters.", name="taken")
    assert np.array_equal(np.asarray(Image.open(tmp_path / "taken.png")), figure.image())
