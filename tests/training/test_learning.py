"""How nodes learn: frozen, faster or slower, with a decay of their own; in blocks as well."""

from __future__ import annotations

import pytest
import torch

import cnnstudio as cs
from cnnstudio.graph import Learning, ProblemError, Project, RunError, SetLearning
from cnnstudio.graph import blocks as operations
from cnnstudio.training.learning import Learners, learners
from cnnstudio.training.preparation import prepare
from tests.compiler.blocks import resnet
from tests.training.networks import small

FROZEN = Learning(frozen=True)


def changed(project: Project, learning: dict[str, Learning], network: str | None = None) -> Project:
    """The project with nodes, by name, that learn so."""
    chosen = project.network if network is None else project.network_named(network)
    for name, wanted in learning.items():
        [node] = [node for node in chosen.nodes if node.name == name]
        edit = SetLearning(network=chosen.name, node_id=node.id, learning=wanted)
        project, inverse = edit.apply(project)
        assert inverse.learning is node.learning
    return project


def test_a_frozen_layer_stays_to_the_last_bit_and_the_others_learn(tmp_path):
    project = changed(small(epochs=2), {"conv": FROZEN, "norm": FROZEN})
    before = prepare(project, torch.device("cpu")).model.state_dict()
    run = cs.train(project, tmp_path / "run")
    after = run.model().state_dict()
    for name in before:
        assert torch.equal(before[name], after[name]) == (not name.startswith("head")), name


def test_rates_and_decays_are_groups_of_the_optimizer():
    project = changed(small(), {"conv": Learning(rate=0.1), "head": Learning(decay=0.5)})
    ready = prepare(project, torch.device("cpu"))
    groups = [(len(g["params"]), g["lr"], g["weight_decay"]) for g in ready.optimizer.param_groups]
    assert groups == [(2, 1e-3, 0.01), (2, pytest.approx(1e-4), 0.01), (2, 1e-3, 0.5)]


def test_a_block_passes_on_how_it_learns_to_each_layer_in_each_copy():
    project = resnet((1, 2, 1, 1), classes=4)
    [block] = {node.block for node in project.network.nodes if node.name == "rest1"}
    project = changed(project, {"rest1": Learning(rate=0.5), "first3": FROZEN})
    inner = next(n.name for n in project.network_named(block).nodes if n.kind == "Conv2d")
    project = changed(project, {inner: Learning(rate=0.5, decay=0.1)}, block)
    found = learners(project)
    paths = [path for path in found.by_path if path.startswith("rest1") and path.endswith(inner)]
    assert paths
    assert all(found.of(f"{path}.weight") == Learning(rate=0.25, decay=0.1) for path in paths)
    frozen = [path for path in found.by_path if path.startswith("first3")]
    assert frozen and all(found.by_path[path].frozen for path in frozen)
    assert found.of("fc.weight") == Learning()


def test_dissolving_a_block_keeps_how_its_layers_learn():
    project = changed(resnet((1, 2, 1, 1), classes=4), {"rest1": FROZEN})
    [node] = [node for node in project.network.nodes if node.name == "rest1"]
    before = learners(project)
    project, _ = operations.dissolve(project, project.network.name, node.id, [512]).apply(project)
    after = learners(project)
    assert len(after.by_path) == len(before.by_path)
    assert all(learning.frozen for learning in after.by_path.values())


def test_a_network_that_is_frozen_as_a_whole_is_refused(tmp_path):
    project = changed(small(), dict.fromkeys(("conv", "norm", "head"), FROZEN))
    with pytest.raises(RunError, match="all of its layers are frozen"):
        cs.train(project, tmp_path / "run")


def test_learning_as_the_run_does_is_no_learning_of_its_own():
    project = changed(small(), {"conv": FROZEN})
    project = changed(project, {"conv": Learning()})
    assert project == small()
    with pytest.raises(ProblemError):
        SetLearning(network=project.network.name, node_id="gone", learning=FROZEN).apply(project)


def test_a_name_finds_the_nearest_layer():
    assert Learners({"a.b": FROZEN}).of("a.b.conv.weight") == FROZEN
    assert Learners({"a.b": FROZEN}).of("a.bc.weight") == Learning()
