"""A training that begins with weights from a file."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

import cnnstudio as cs
from cnnstudio.graph import RunError, WeightsError
from cnnstudio.interpret.subject import open_untrained
from cnnstudio.training.rundir import RunDirectory
from tests.training.networks import small


def beginning_with(project, path):
    training = project.training.model_copy(update={"initial_weights": str(path)})
    return project.model_copy(update={"training": training})


@pytest.fixture
def weights(tmp_path):
    """Weights of the small network, of another seed than its own."""
    torch.manual_seed(99)
    tensors = cs.build(small()).state_dict()
    save_file(tensors, tmp_path / "given.safetensors")
    return tmp_path / "given.safetensors"


def test_a_project_file_names_weights_relative_to_its_folder(weights, tmp_path):
    project = beginning_with(small(), weights)
    cs.save(project, tmp_path / "small.cnns")
    stored = json.loads((tmp_path / "small.cnns").read_text("utf-8"))
    assert stored["training"]["initial_weights"] == "given.safetensors"

    moved = tmp_path.rename(tmp_path.with_name("moved"))

    assert cs.load(moved / "small.cnns").training.initial_weights == str(moved / weights.name)


def test_weights_outside_the_projects_folder_are_named_by_their_full_path(weights, tmp_path):
    (tmp_path / "projects").mkdir()
    cs.save(beginning_with(small(), weights), tmp_path / "projects" / "small.cnns")
    assert cs.load(tmp_path / "projects" / "small.cnns").training.initial_weights == str(weights)


def test_a_run_begins_with_them_and_keeps_a_copy(weights, tmp_path):
    project = beginning_with(small(epochs=1, learning_rate=1e-12), weights)
    given = load_file(weights)

    run = cs.train(project, tmp_path / "run")
    weights.unlink()

    trained = run.model().state_dict()
    assert all(torch.allclose(trained[name], given[name], atol=1e-6)
               for name in given if "running" not in name and "num" not in name)  # fmt: skip
    copy = tmp_path / "run" / "initial_weights.safetensors"
    assert run.project.training.initial_weights == str(copy)
    assert load_file(copy).keys() == given.keys()
    assert cs.train(project, tmp_path / "run", resume=True).status.state == "finished"


def test_a_run_with_other_initial_weights_is_another_run(weights, tmp_path):
    project = beginning_with(small(epochs=1), weights)
    cs.train(project, tmp_path / "run")
    other = tmp_path / "other.safetensors"
    save_file({name: value + 1 for name, value in load_file(weights).items()}, other)
    for changed in (beginning_with(project, other), beginning_with(project, "")):
        with pytest.raises(RunError, match="other settings"):
            cs.train(changed, tmp_path / "run", resume=True)


def test_the_untrained_network_that_is_looked_into_has_them(weights):
    subject = open_untrained(beginning_with(small(), weights))
    given = load_file(weights)
    assert all(
        torch.equal(value, given[name]) for name, value in subject.model.state_dict().items()
    )


def test_weights_that_dont_fit_are_listed(weights, tmp_path):
    tensors = load_file(weights)
    del tensors["conv.bias"]
    tensors["head.weight"] = torch.zeros(7, 512)
    tensors["stem.weight"] = torch.zeros(1)
    save_file(tensors, weights)
    with pytest.raises(WeightsError) as refused:
        cs.train(beginning_with(small(), weights), tmp_path / "run")
    assert "they lack conv.bias" in refused.value.message
    assert "the network has no stem.weight" in refused.value.message
    assert "head.weight (7×512 instead of 10×512)" in refused.value.message


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 not safetensors"])
def test_a_missing_or_damaged_file_is_told_and_leaves_no_run(content, tmp_path):
    path = tmp_path / "w.safetensors"
    if content is None:
        with pytest.raises(WeightsError, match="no file of weights"):
            RunDirectory.create(tmp_path / "runs", beginning_with(small(), path))
        assert list((tmp_path / "runs").iterdir()) == []
    else:
        path.write_bytes(content)
        with pytest.raises(WeightsError, match="can't be read"):
            cs.train(beginning_with(small(), path), tmp_path / "run")


def test_weights_that_are_not_finite_are_refused(weights, tmp_path):
    save_file({n: v * float("nan") for n, v in load_file(weights).items()}, weights)
    with pytest.raises(WeightsError, match="not finite"):
        cs.train(beginning_with(small(), weights), tmp_path / "run")
