"""Real runs that have an illness are diagnosed with it, and healthy ones with none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from cnnstudio.data.samples import Splits
from cnnstudio.graph import Component, Project, RunError
from cnnstudio.training import batches, layer_numbers, loop, preparation
from cnnstudio.training.doctor import Finding
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.train import train
from tests.training.networks import chain, lenet, project, sgd, small


@pytest.fixture(autouse=True)
def tell_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of a second tell as much as those of an hour."""
    monkeypatch.setattr(loop, "EVENT_SECONDS", 0.0)
    monkeypatch.setattr(layer_numbers, "FIRST_STEPS", 0)
    monkeypatch.setattr(layer_numbers, "LEAST_SECONDS", 0.02)
    monkeypatch.setattr(layer_numbers, "LARGEST_SHARE", 1.0)


def findings(folder: Any, made: Project) -> list[Finding]:
    """What the run tells while it trains."""
    try:
        train(made, folder)
    except RunError as error:
        assert "diverged" in error.message
    events = RunDirectory(folder).events()[0]
    told = [Finding.from_event(event) for event in events if event["type"] == "finding"]
    return [finding for finding in told if finding is not None]


def names(folder: Any, made: Project) -> list[str]:
    return [finding.illness.name for finding in findings(folder, made)]


def deep(activation: str, **settings: Any) -> Project:
    """Ten linear layers with an activation behind each."""
    hidden = [
        layer
        for number in range(10)
        for layer in (
            ("Linear", f"fc{number}", {"out_features": 32}),
            (activation, f"act{number}", {}),
        )
    ]
    return project(
        chain(
            ("Input", "image", {"shape": [1, 8, 8]}), ("Flatten", "flat", {}), *hidden,
            ("Linear", "head", {"out_features": 10}), ("Output", "scores", {}),
        ),
        **settings,
    )  # fmt: skip


def wide(**settings: Any) -> Project:
    """One wide hidden layer: quick to learn anything by heart."""
    network = chain(
        ("Input", "image", {"shape": [1, 8, 8]}),
        ("Flatten", "flat", {}),
        ("Linear", "fc", {"out_features": 256}),
        ("LeakyReLU", "leaky", {}),
        ("Linear", "head", {"out_features": 10}),
        ("Output", "scores", {}),
    )
    return project(network, **settings)


def change_labels(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    """Changes the labels of all splits before anything learns from them."""
    load = preparation.load

    def changed(*args: Any, **kwargs: Any) -> Splits:
        splits = load(*args, **kwargs)
        for part in (splits.train, splits.validation, splits.test):
            part.labels = change(part.labels)
        return splits

    monkeypatch.setattr(preparation, "load", changed)


@pytest.mark.parametrize(
    "made", [small(epochs=6), lenet(epochs=4), small(epochs=4, optimizer=sgd(), learning_rate=0.05)]
)
def test_a_healthy_run_has_nothing(tmp_path, made):
    assert names(tmp_path / "run", made) == []


def test_a_learning_rate_too_high(tmp_path):
    made = small(epochs=3, learning_rate=3.0)
    assert names(tmp_path / "run", made) == ["rate_too_high"]


def test_a_learning_rate_too_low(tmp_path):
    made = small(epochs=5, learning_rate=2e-7)
    assert names(tmp_path / "run", made) == ["rate_too_low"]


def test_divergence_with_the_node_that_gave_no_number_first(tmp_path):
    network = chain(
        ("Input", "image", {"shape": [1, 8, 8]}),
        ("Flatten", "flat", {}),
        ("Linear", "fc1", {"out_features": 16}),
        ("Log", "log", {}),
        ("Linear", "head", {"out_features": 10}),
        ("Output", "scores", {}),
    )
    (found,) = findings(tmp_path / "run", project(network, epochs=1))
    assert (found.illness.name, found.node, found.step) == ("divergence", "log", 1)


def test_a_step_too_far_is_found_by_going_again_from_a_checkpoint(tmp_path):
    linear = Component(kind="MSELoss", parameters={"softmax": False})
    settings = {"optimizer": sgd(0.0), "loss": linear, "learning_rate": 20.0, "warmup": 4.0}
    *_, found = findings(tmp_path / "run", wide(epochs=4, **settings))
    told = RunDirectory(tmp_path / "run").events()[0]
    saved = next(event["step"] for event in told if event["type"] == "checkpoint")
    assert found.illness.name == "divergence" and found.step > saved + 2
    assert found.facts["Where it began"].endswith(f"in step {found.step}.")


def test_overfitting(tmp_path, monkeypatch):
    def partly_wrong(labels: np.ndarray) -> np.ndarray:
        chance = np.random.default_rng(1)
        return np.where(chance.random(len(labels)) < 0.4, chance.permutation(labels), labels)

    change_labels(monkeypatch, partly_wrong)
    assert names(tmp_path / "run", wide(epochs=20, learning_rate=5e-3)) == ["overfitting"]


def test_underfitting(tmp_path):
    network = chain(
        ("Input", "image", {"shape": [1, 8, 8]}),
        ("AdaptiveAvgPool2d", "mean", {"output_size": [1, 1]}),
        ("Flatten", "flat", {}),
        ("Linear", "head", {"out_features": 10}),
        ("Output", "scores", {}),
    )
    made = project(network, epochs=6, learning_rate=0.01)
    assert names(tmp_path / "run", made) == ["underfitting"]


def test_labels_that_were_shuffled(tmp_path, monkeypatch):
    change_labels(monkeypatch, lambda labels: np.random.default_rng(1).permutation(labels))
    made = wide(epochs=25, learning_rate=5e-3)
    assert names(tmp_path / "run", made) == ["shuffled_labels"]


def test_classes_of_very_different_size(tmp_path, monkeypatch):
    def rare(labels: np.ndarray) -> np.ndarray:
        return np.where((labels > 0) & (np.arange(len(labels)) % 20 > 0), 0, labels)

    change_labels(monkeypatch, rare)
    assert "class_imbalance" in names(tmp_path / "run", small(epochs=1))


def test_dead_units(tmp_path, monkeypatch):
    made = deep("ReLU", epochs=2)
    begin = preparation.initial_model

    def dying(of: Project) -> Any:
        model = begin(of)
        with torch.no_grad():
            model.fc3.bias -= torch.where(torch.arange(32) < 24, 100.0, 0.0)
        return model

    monkeypatch.setattr(preparation, "initial_model", dying)
    (found,) = findings(tmp_path / "run", made)
    assert (found.illness.name, found.node) == ("dead_units", "act3")


def test_saturated_activations(tmp_path, monkeypatch):
    made = deep("Tanh", epochs=2)
    begin = preparation.initial_model

    def large(of: Project) -> Any:
        model = begin(of)
        with torch.no_grad():
            model.fc0.weight *= 1000.0
        return model

    monkeypatch.setattr(preparation, "initial_model", large)
    told = findings(tmp_path / "run", made)
    assert [(one.illness.name, one.node) for one in told] == [("saturated_activations", "act0")]


def test_vanishing_gradients(tmp_path):
    told = findings(tmp_path / "run", deep("Sigmoid", epochs=2))
    assert [(one.illness.name, one.node) for one in told] == [("vanishing_gradients", "fc0")]


def test_exploding_gradients(tmp_path, monkeypatch):
    made = deep("Tanhshrink", epochs=1, optimizer=sgd(0.0), learning_rate=1e-12)
    begin = preparation.initial_model

    def large(of: Project) -> Any:
        model = begin(of)
        with torch.no_grad():
            for number in range(10):
                getattr(model, f"fc{number}").weight *= 12.0
        return model

    monkeypatch.setattr(preparation, "initial_model", large)
    assert names(tmp_path / "run", made) == ["exploding_gradients"]


def test_a_device_that_waits_for_its_data(tmp_path, monkeypatch):
    serve = batches.Batches.__call__

    def slowly(*args: Any, **kwargs: Any) -> Iterator[Any]:
        for batch in serve(*args, **kwargs):
            loop.time.sleep(0.01)
            yield batch

    monkeypatch.setattr(batches.Batches, "__call__", slowly)
    assert names(tmp_path / "run", small(epochs=2)) == ["starved_device"]


def test_memory_that_is_nearly_full(tmp_path, monkeypatch):
    facts = {"memory_bytes": 95, "memory_total_bytes": 100}
    monkeypatch.setattr(layer_numbers.MemoryInUse, "facts", lambda _: facts)
    assert names(tmp_path / "run", small(epochs=1)) == ["memory_nearly_full"]


def test_images_that_hold_no_numbers_are_named_as_the_cause(tmp_path, monkeypatch):
    load = preparation.load

    def broken(*args: Any, **kwargs: Any) -> Splits:
        splits = load(*args, **kwargs)
        std = np.zeros_like(splits.preparation.std)
        train_samples = splits.train
        train_samples._preparation = replace(train_samples._preparation, std=std)
        return splits

    monkeypatch.setattr(preparation, "load", broken)
    (found,) = findings(tmp_path / "run", small(epochs=1))
    assert "images themselves" in found.facts["Where it began"]
