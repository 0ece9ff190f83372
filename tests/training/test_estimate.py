"""What a training will need: memory from the check, time from a few real steps."""

import dataclasses
import time

import pytest
import torch

import cnnstudio as cs
from cnnstudio.compiler.check import check
from cnnstudio.graph import Component, RunError, TrainingSettings
from cnnstudio.training.construction import make_optimizer
from cnnstudio.training.estimate import estimate, estimate_apart
from cnnstudio.training.needs import training_memory
from cnnstudio.training.optimizers import optimizers


@pytest.mark.parametrize("kind", sorted(set(optimizers) - {"Adafactor"}))
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_an_optimizer_keeps_as_many_numbers_as_it_is_declared_to(kind, momentum):
    parameters = {"momentum": momentum} if "momentum" in optimizers[kind].defaults() else {}
    weight = torch.nn.Parameter(torch.ones(1000))
    optimizer = make_optimizer(Component(kind=kind, parameters=parameters), [weight], 0.01)
    weight.sum().backward()
    optimizer.step()
    state = optimizer.state[weight].values()
    kept = sum(v.numel() for v in state if isinstance(v, torch.Tensor) and v.numel() > 1)
    assert kept == 1000 * optimizers[kind].states_with(parameters)


def test_training_memory_grows_with_the_batch_by_what_an_image_keeps():
    report = check(cs.template("shapes_small"))
    one, two = (training_memory(report, TrainingSettings(batch_size=size)) for size in (1, 2))
    assert two - one == report.training_bytes
    assert one - report.training_bytes == report.parameters * 4 * 4  # weights, gradients, AdamW's 2


def test_the_estimate_is_near_the_time_that_an_epoch_takes(tmp_path):
    project = cs.template("lenet5")
    training = project.training.model_copy(update={"epochs": 2, "threads": 1})
    project = project.model_copy(update={"training": training})
    found = estimate(project, seconds=1.0)
    begun = time.monotonic()
    cs.train(project, run_dir=tmp_path / "run")
    taken = time.monotonic() - begun
    # The run opens files, keeps checkpoints and tests at the end; this machine may be busy.
    assert found.run_seconds / 4 < taken < found.run_seconds * 4 + 5
    assert found.batch_size == 32 and found.epochs == 2


def test_it_is_timed_in_a_process_of_its_own_and_errors_come_back():
    project = cs.template("mlp")
    found = estimate_apart(project, seconds=0.2)
    assert found.epoch_seconds > 0 and found.device == "cpu"
    assert dataclasses.asdict(found)["batch_size"] == 32
    wrong = project.model_copy(
        update={"data": project.data.model_copy(update={"dataset": "shapes", "options": {}})}
    )
    with pytest.raises(RunError, match=r"classes|channels|shape"):
        estimate_apart(wrong, seconds=0.2)
