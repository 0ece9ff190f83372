"""A rehearsal finds what is wrong, and nothing where nothing is."""

from __future__ import annotations

import json
import math

import pytest

import cnnstudio as cs
from cnnstudio.graph import Component, Learning, RunError
from cnnstudio.training.rehearsal import Rehearsal, rehearse, rehearse_apart, steepest
from tests.command import run
from tests.training.networks import chain, project, small

IMAGE = ("Input", "image", {"shape": [1, 8, 8]})
FLAT = ("Flatten", "flat", {})
OUTPUT = ("Output", "scores", {})


def head(name: str = "head", features: int = 10):
    return ("Linear", name, {"out_features": features})


def finding(found: Rehearsal, name: str):
    return next(finding for finding in found.findings if finding.name == name)


def test_a_sound_training_is_found_so_and_its_learning_rate_learns():
    sound = small(learning_rate=0.003)
    found = rehearse(sound)
    assert found.fine, found
    assert f"{math.log(10):.3g}" in finding(found, "start").text
    assert "All 6 weights" in finding(found, "gradients").text
    assert 1e-4 < found.range_test.suggestion < 1.0
    assert rehearse(sound).range_test == found.range_test  # to the same numbers


def test_the_suggested_rate_does_better_than_a_hundredth_of_it(tmp_path):
    suggestion = rehearse(small()).range_test.suggestion
    reached = [
        cs.train(small(epochs=2, learning_rate=rate), tmp_path / str(rate)).metrics[-1]
        for rate in (suggestion, suggestion / 100)
    ]
    assert reached[0]["val_accuracy"] > reached[1]["val_accuracy"] + 0.1


def test_answers_that_are_sure_without_reason_are_found():
    loud = project(chain(IMAGE, FLAT, ("Scale", "loud", {"other": 100.0}), head(), OUTPUT))
    told = finding(rehearse(loud), "start")
    assert not told.fine and "normalise" in told.hint


def test_what_guessing_gives_is_told_for_other_losses_too():
    squared = small(loss=Component(kind="MSELoss"))
    # (0.1 - 1)² for the class and 0.1² for each of the nine others, averaged over ten
    assert finding(rehearse(squared), "start").text.endswith("all classes give 0.09.")


def test_a_loss_that_falls_below_zero_is_found():
    told = finding(rehearse(small(loss=Component(kind="NLLLoss"))), "by heart")
    assert not told.fine and "no loss can be below 0" in told.text and "LogSoftmax" in told.hint


def test_a_layer_that_no_gradient_reaches_is_named():
    dead = project(
        chain(IMAGE, FLAT, head("first", 20),
              ("Threshold", "never", {"threshold": 1e6, "value": 1.0}), head(), OUTPUT)
    )  # fmt: skip
    told = finding(rehearse(dead), "gradients")
    assert not told.fine
    assert told.text == "No gradient reaches first."


def test_what_cannot_learn_a_batch_by_heart_is_found():
    slow = small(learning_rate=1e-9)
    found = rehearse(slow)
    assert not finding(found, "by heart").fine
    assert not finding(found, "rate").fine and "Try " in finding(found, "rate").hint
    wild = small(learning_rate=100.0, optimizer=Component(kind="SGD"))
    assert not finding(rehearse(wild), "by heart").fine


def test_frozen_layers_need_no_gradient():
    base = small()
    nodes = [
        n.model_copy(update={"learning": Learning(frozen=True)}) if n.name == "conv" else n
        for n in base.network.nodes
    ]
    frozen = base.with_network(base.network.replace(nodes, base.network.edges))
    assert "All 4 weights" in finding(rehearse(frozen), "gradients").text


def test_the_steepest_fall_is_found():
    rates = [10.0**at for at in range(40)]
    losses = [3.0 - math.tanh((at - 20) / 4) for at in range(40)]
    assert steepest(rates, losses) == rates[20]
    exploding = [*losses[:24], *[9.0] * 8, *[2.9] * 8]  # and the loss falls from the explosion
    assert steepest(rates, exploding) == rates[20]
    assert steepest(rates[:22], losses[:22]) == rates[20]  # a tenth of the least
    assert steepest(rates, sorted(losses)) is None


def test_it_runs_apart_and_its_errors_come_back():
    assert rehearse_apart(small()).range_test == rehearse(small()).range_test
    with pytest.raises(RunError, match="no optimizer 'Magic'"):
        rehearse_apart(small(optimizer=Component(kind="Magic")))

    def stop(share, text):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rehearse_apart(small(), stop)


def test_the_command_line_tells_it(tmp_path):
    cs.save(small(), tmp_path / "small.cnns")
    done = run("rehearse", "small.cnns", "--json", folder=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["fine"]) == (0, True)
    done = run("rehearse", "small.cnns", "--set", "training.learning_rate=1e-9", folder=tmp_path)
    assert done.returncode == 1 and "mend" in done.stdout
