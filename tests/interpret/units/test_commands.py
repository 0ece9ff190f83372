"""Feature maps and units from the command line and through the kernel's questions."""

import json

import numpy as np
import pytest
from PIL import Image

import cnnstudio as cs
from cnnstudio.graph import save
from cnnstudio.kernel.questions import inspect, study
from tests.command import run

FEW = {"count": 120, "size": 32}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with `run`, a network after one epoch on few shapes."""
    where = tmp_path_factory.mktemp("units")
    project = cs.template("small_cnn", input_shape=(3, 32, 32), classes=6)
    data = project.data.model_copy(update={"dataset": "shapes", "options": FEW})
    training = project.training.model_copy(update={"epochs": 1, "threads": 1})
    save(project.model_copy(update={"data": data, "training": training}), where / "shapes.cnns")
    done = run("train", "shapes.cnns", "--run-dir", "run", folder=where)
    assert done.returncode == 0, done.stderr
    return where


def test_maps_are_sorted_and_painted(folder):
    done = run("maps", "run", "test:0", "--layer", "conv2", "--sort", "mean", "--limit", "4",
               "--map", "magma", "--common", "-o", "maps.png", "--json", folder=folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    opened = cs.open_run(folder / "run")
    means = cs.feature_maps(opened.model, opened.images("test:0"), "conv2")["conv2"].mean((0, 2, 3))
    assert found["units"] == np.argsort(-means)[:4].tolist() and found["of"] == len(means)
    assert found["values"] == pytest.approx(np.sort(means)[::-1][:4].tolist(), rel=1e-5)
    assert Image.open(folder / "maps.png").width == 1024


@pytest.mark.parametrize("sort", ["index", "selectivity", "importance"])
def test_every_order_has_all_units(folder, sort):
    done = run("maps", "run", "test:0", "--layer", "relu2", "--sort", sort, "--class", "1",
               "--samples", "8", "-o", "sorted.svg", "--json", folder=folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert sorted(found["units"]) == list(range(found["of"]))
    values = found["values"] or [0.0]
    assert values == sorted(values, reverse=True)


def test_a_unit_is_told_with_its_samples_and_what_is_lost_without_it(folder):
    done = run("unit", "run", "--layer", "conv2", "--unit", "3", "--samples", "10", "--count", "2",
               "--ablate", "-o", "unit.png", "--json", folder=folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    chosen = cs.unit(cs.open_run(folder / "run"), "conv2", 3)
    assert [one["image"] for one in found["top"]] == [
        f"test:{one.index}" for one in chosen.top(samples=10, count=2)
    ]
    assert found["filter"]["shape"] == list(chosen.kernel.weights.shape)
    assert found["ablation"]["samples"] == 10
    assert Image.open(folder / "unit.png").width == 1024

    plain = run("unit", "run", "--layer", "conv2", "--unit", "3", "--samples", "10", folder=folder)
    assert "on average" in plain.stdout or "tells no class apart" in plain.stdout
    assert plain.returncode == 0 and "Unit 3 of conv2" in plain.stdout


def test_a_vector_has_no_maps_and_an_unknown_order_is_refused(folder):
    done = run("maps", "run", "test:0", "--layer", "fc", folder=folder)
    assert done.returncode == 1 and "gives a vector" in done.stderr
    done = run("maps", "run", "test:0", "--layer", "conv2", "--sort", "size", folder=folder)
    assert done.returncode == 1 and "index, mean, selectivity, importance" in done.stderr


def test_the_kernels_answers_are_those_of_python(folder):
    network = {"run": str(folder / "run")}
    opened = cs.open_run(folder / "run")
    unit = cs.unit(opened, "conv2", 2)

    asked = inspect.unit("conv2", 2, **network)
    box = unit.field((3, 4))
    assert asked["boxes"][3, 4].tolist() == [box.top, box.left, box.bottom, box.right]
    assert np.array_equal(asked["kernel"]["weights"], unit.kernel.weights)

    told = inspect.unit_importance(["test", 1], "conv2", 3, **network)
    assert told["importance"][2] == pytest.approx(unit.importance("test:1", 3), rel=1e-4)

    without = inspect.ablate(["test", 1], {"conv2": [2]}, **network)
    assert np.allclose(without["after"], unit.ablate("test:1").after[0], atol=1e-6)

    tops = study.top_samples("conv2", 2, samples=10, count=3, **network)
    assert [one["index"] for one in tops["samples"]] == [
        one.index for one in unit.top(samples=10, count=3)
    ]
    scanned = study.layer_scan("conv2", samples=10, **network)
    assert scanned["selectivity"][2] == pytest.approx(tops["selectivity"])
    assert study.ablate_split({"conv2": [2]}, samples=10, **network)["samples"] == 10


def test_a_layer_of_an_image_that_was_seen_is_the_same_as_one_asked_for_alone(folder):
    network = {"run": str(folder / "run")}
    opened = cs.open_run(folder / "run")
    images = opened.images("test:2")
    said = inspect.predict(["test", 2], **network)["probabilities"]
    assert said == pytest.approx(cs.unit(opened, "conv1", 0).ablate("test:2").before[0], abs=1e-6)
    for layer in ("conv1", "relu2", "fc"):
        answer = inspect.feature_maps(["test", 2], layer, **network)
        shown = answer["maps" if "maps" in answer else "values"]
        assert np.allclose(shown, cs.feature_maps(opened.model, images, layer)[layer][0], atol=1e-6)
