"""Losses added up, and outputs with losses of their own, against torch's."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import cnnstudio as cs
from cnnstudio.graph import (
    Edge,
    Node,
    Project,
    Rename,
    RunError,
    TrainingSettings,
    WeightedLoss,
    dumps,
    loads,
)
from cnnstudio.training.objective import Objective
from cnnstudio.training.preparation import prepare
from tests.training.networks import small

CPU = torch.device("cpu")
LABELS = torch.tensor([0, 1, 2, 1])
SCORES, HELPER = torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(1))
HINGE = WeightedLoss(kind="MultiMarginLoss", parameters={"margin": 0.5}, weight=0.2)


def with_helper(**settings) -> Project:
    """A second output, from the same features, for which the training has a loss of its own."""
    project = small(**settings)
    network = project.network
    nodes = (
        *network.nodes,  # kept in the order of their ids: the first Output is the answer
        Node(id="aux", kind="Linear", name="aux", parameters={"out_features": 10}),
        Node(id="z_aux_out", kind="Output", name="aux_scores"),
    )
    flat = next(node.id for node in network.nodes if node.name == "flat")
    edges = (
        *network.edges,
        Edge(source=flat, target="aux"),
        Edge(source="aux", target="z_aux_out"),
    )
    return project.with_network(network.replace(nodes=nodes, edges=edges))


def objective(outputs: tuple[str, ...] = ("scores",), **settings) -> Objective:
    return Objective(TrainingSettings(**settings), outputs, LABELS, 3, CPU)


def test_added_losses_count_by_their_weights():
    kl = WeightedLoss(kind="KLDivLoss", parameters={"label_smoothing": 0.0}, weight=2.0)
    found = objective(added_losses=(HINGE, kl))([SCORES], LABELS)
    truth = nn.functional.one_hot(LABELS, 3).float()
    divergence = nn.KLDivLoss(reduction="batchmean")(SCORES.log_softmax(1), truth)
    expected = (
        nn.CrossEntropyLoss()(SCORES, LABELS)
        + 0.2 * nn.MultiMarginLoss(margin=0.5)(SCORES, LABELS)
        + 2.0 * divergence
    )
    torch.testing.assert_close(found, expected)


def test_an_output_may_have_a_loss_of_its_own_and_others_have_the_runs():
    found = objective(
        ("scores", "near", "far"), output_losses={"near": HINGE}, auxiliary_weight=0.4
    )([SCORES, HELPER, 2 * HELPER], LABELS)
    cross_entropy = nn.CrossEntropyLoss()
    expected = (
        cross_entropy(SCORES, LABELS)
        + 0.2 * nn.MultiMarginLoss(margin=0.5)(HELPER, LABELS)
        + 0.4 * cross_entropy(2 * HELPER, LABELS)
    )
    torch.testing.assert_close(found, expected)


def test_a_run_learns_by_the_losses_of_its_outputs(tmp_path):
    loss = WeightedLoss(kind="FocalLoss", weight=0.5)
    project = with_helper(epochs=1, output_losses={"aux_scores": loss}, added_losses=(HINGE,))
    project = loads(dumps(project))
    ready = prepare(project, CPU)
    images, labels = next(iter(ready.train(torch.arange(64), 64)))
    total, scores = ready.loss(images, labels)
    total.backward()
    assert ready.model.get_submodule("aux").weight.grad.abs().sum() > 0
    assert total > ready.criterion(scores, labels) > nn.CrossEntropyLoss()(scores, labels)
    run = cs.train(project, tmp_path / "run")
    assert run.metrics[0]["val_loss"] > 0


def test_an_output_that_is_not_there_is_told():
    with pytest.raises(RunError, match=r"'gone', which the network.*") as told:
        objective(("scores", "aux"), output_losses={"gone": HINGE})
    assert "Further outputs: aux." in told.value.hint
    with pytest.raises(RunError, match="first output"):
        objective(("scores", "aux"), output_losses={"scores": HINGE})
    with pytest.raises(RunError, match="no loss 'Nothing'"):
        cs.train(small(added_losses=(WeightedLoss(kind="Nothing"),)))


def test_the_loss_of_an_output_follows_its_name():
    project = with_helper(output_losses={"aux_scores": HINGE})
    renamed, inverse = Rename(node_id="z_aux_out", name="helper").apply(project)
    assert renamed.training.output_losses == {"helper": HINGE}
    assert dumps(inverse.apply(renamed)[0]) == dumps(project)


def test_a_rehearsal_begins_where_guessing_is_whatever_helpers_add():
    found = cs.rehearse(with_helper(auxiliary_weight=5.0))
    [start] = [finding for finding in found.findings if finding.name == "start"]
    assert start.fine and "guessing among 10" in start.text
