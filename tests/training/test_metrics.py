"""The metrics against torchmetrics and scikit-learn, and how they are told."""

import json
import warnings
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from sklearn import metrics as reference
from torchmetrics.functional import classification as torchmetrics

from cnnstudio.graph import RunError
from cnnstudio.graph.settings import Live, Watched
from cnnstudio.training import counts
from cnnstudio.training.chosen import live_metrics
from cnnstudio.training.evaluate import Evaluation
from cnnstudio.training.metrics import ALWAYS, is_better_epoch, metrics, watchable
from cnnstudio.training.plateau import Watch
from cnnstudio.training.ranking import POINTS, rank
from cnnstudio.training.summary import summarise
from cnnstudio.training.train import train
from tests.command import run
from tests.training.networks import small

pytestmark = pytest.mark.filterwarnings("ignore")  # the references' about classes not there


@st.composite
def evaluations(draw, fewest: int = 2) -> Evaluation:
    """Any predictions: few samples and many, classes that are not there, ties in the scores."""
    count, samples = draw(st.integers(fewest, 7)), draw(st.integers(1, 60))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    spread = draw(st.sampled_from([0.0, 0.5, 3.0]))
    logits = torch.from_numpy(random.normal(0, spread, (samples, count)).astype(np.float32))
    present = draw(st.integers(1, count))
    labels = random.integers(0, present, samples)
    return Evaluation(0.5, logits.softmax(dim=1).numpy(), labels)


def close(ours: float | None, theirs: float) -> bool:
    return ours is not None and abs(ours - float(theirs)) < 1e-6


@given(evaluations())
@settings(max_examples=60, deadline=None)
def test_means_over_classes_are_those_of_torchmetrics_and_scikit_learn(found):
    classes = found.probabilities.shape[1]
    predicted, labels = torch.from_numpy(found.predicted), torch.from_numpy(found.labels)
    for name in ("precision", "recall", "f1"):
        theirs = {
            "precision": torchmetrics.multiclass_precision,
            "recall": torchmetrics.multiclass_recall,
            "f1": torchmetrics.multiclass_f1_score,
        }[name]
        score = getattr(reference, f"{name}_score")
        assert close(found.value(name, 5), theirs(predicted, labels, classes, average="macro"))
        mean = score(found.labels, found.predicted, average="macro", zero_division=0)
        assert close(found.value(name, 5), mean)
        each = score(
            found.labels, found.predicted, labels=range(classes), average=None,
            zero_division=np.nan,
        )  # fmt: skip
        np.testing.assert_allclose(found.by_class[name], each, atol=1e-9)
    there = reference.confusion_matrix(found.labels, found.predicted, labels=range(classes))
    np.testing.assert_array_equal(found.confusion, there)


@given(evaluations(fewest=3), st.integers(2, 6))
@settings(max_examples=40, deadline=None)
def test_top_k_is_torchmetrics(found, k):
    classes = found.probabilities.shape[1]
    ours = found.value("top_k", k)
    if k >= classes:
        assert ours is None
        return
    if len(np.unique(found.probabilities, axis=1)[0]) == classes:  # of ties each takes others
        probabilities = torch.from_numpy(found.probabilities)
        theirs = torchmetrics.multiclass_accuracy(
            probabilities, torch.from_numpy(found.labels), classes, top_k=k, average="micro"
        )
        assert close(ours, theirs)
    assert counts.top_k(found.probabilities, found.labels, 1) == found.accuracy


@given(evaluations())
@settings(max_examples=40, deadline=None)
def test_calibration_error_is_torchmetrics(found):
    probabilities, labels = torch.from_numpy(found.probabilities), torch.from_numpy(found.labels)
    theirs = torchmetrics.multiclass_calibration_error(
        probabilities, labels, found.probabilities.shape[1], n_bins=counts.BINS, norm="l1"
    )
    assert close(found.value("calibration_error", 5), theirs)
    assert found.reliability.samples.sum() == len(found.labels)


@given(evaluations())
@settings(max_examples=40, deadline=None)
def test_areas_under_the_curves_are_scikit_learns(found):
    ranking = rank(found.probabilities, found.labels)
    for number in range(found.probabilities.shape[1]):
        own, scores = found.labels == number, found.probabilities[:, number].astype(float)
        if not own.any() or own.all():
            assert np.isnan(ranking.roc_auc[number]) and np.isnan(ranking.average_precision[number])
            assert not len(ranking.curves[number][0])
            continue
        assert close(ranking.roc_auc[number], reference.roc_auc_score(own, scores))
        average = reference.average_precision_score(own, scores)
        assert close(ranking.average_precision[number], average)
        false, true, _ = reference.roc_curve(own, scores, drop_intermediate=False)
        np.testing.assert_allclose(ranking.curves[number][0], false, atol=1e-6)
        np.testing.assert_allclose(ranking.curves[number][1], true, atol=1e-6)


def test_a_long_curve_keeps_its_shape_in_few_points():
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 5000)
    scores = (labels + random.normal(0, 1, 5000)).astype(np.float32)
    chance = torch.from_numpy(np.stack([-scores, scores], 1)).softmax(1).numpy()
    x, y = rank(chance, labels).curves[1]
    assert len(x) <= POINTS + 1 and (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    area = np.trapezoid(y, x)
    assert abs(area - reference.roc_auc_score(labels, chance[:, 1])) < 0.002


def test_what_cannot_be_told_is_null_and_said_in_words():
    chance = np.array([[0.6, 0.3, 0.1], [0.5, 0.4, 0.1], [0.7, 0.2, 0.1]], np.float32)
    found = Evaluation(0.5, chance, np.array([0, 1, 0]))
    summary, curves = summarise(found, ["cat", "dog", "owl"], 5, "test")
    json.dumps([summary, curves], allow_nan=False)
    cat, dog, owl = summary["per_class"]
    assert (cat["precision"], cat["recall"]) == (2 / 3, 1.0)
    assert dog["precision"] is None and dog["recall"] == 0.0
    assert owl["recall"] is None and owl["roc_auc"] is None and owl["samples"] == 0
    assert summary["top_k"] is None
    assert summary["notes"] == [
        "There are no test images of owl: recall, ROC-AUC and average precision can't be told "
        "there, and the means leave it out.",
        "Nothing was taken for dog: precision can't be told there, and counts as 0 in the mean.",
        "Top-5 accuracy says nothing of 3 classes: it would always be 100 %.",
    ]


def test_the_settings_offer_what_is_declared():
    assert set(get_args(Watched)) == set(watchable())
    assert set(get_args(Live)) == {name for name in metrics if metrics[name].live} - set(ALWAYS)


def test_a_metric_that_is_watched_is_told_after_each_epoch():
    training = small(early_metric="val_recall", best_metric="val_f1", live_metrics=[]).training
    assert live_metrics(training) == ("loss", "accuracy", "recall", "f1")


def test_better_is_higher_or_lower_as_the_metric_declares():
    for name in watchable():
        watch = Watch(name)
        watch.look(0.5)
        assert watch.look(0.6) == metrics[name.removeprefix("val_")].higher_is_better
    old = {"val_f1": 0.5, "val_accuracy": 0.9, "val_loss": 1.0}
    new = {"val_f1": 0.6, "val_accuracy": 0.8, "val_loss": 2.0}
    assert is_better_epoch(new, old, "val_f1")
    assert not is_better_epoch(new, old, "val_accuracy")
    assert not is_better_epoch(new, old, "val_loss")
    assert is_better_epoch(old | {"val_loss": 0.9}, old, "val_f1")


def test_a_run_tells_and_tests_what_was_chosen(tmp_path):
    project = small(epochs=2, best_metric="val_f1", live_metrics=["top_k", "calibration_error"])
    done = train(project, tmp_path / "run")
    for epoch in done.metrics:
        assert {"val_top_k", "val_calibration_error", "val_f1"} < set(epoch)
    assert done.best["val_f1"] == max(epoch["val_f1"] for epoch in done.metrics)
    arrays = np.load(done.path / "predictions.npz", allow_pickle=False)
    own = arrays["labels"][:, None] == np.arange(10)
    with warnings.catch_warnings(action="ignore"):
        area = reference.roc_auc_score(own, arrays["probabilities"], average="macro")
    assert close(done.test["roc_auc"], area)
    assert json.loads((done.path / "curves.json").read_text())["roc"][9]["class"] == "9"

    told = run("evaluate", "run", "--mistakes", "3", "--json", folder=tmp_path)
    assert told.returncode == 0, told.stderr
    summary = json.loads(told.stdout)
    assert {name: summary[name] for name in metrics} == {name: done.test[name] for name in metrics}
    assert summary["mistakes"] == done.mistakes(3)
    words = run("evaluate", "run", "--mistakes", "3", folder=tmp_path).stdout
    for metric in metrics.values():
        assert metric.title_for(5) in words
    assert done.mistakes(1)[0]["name"] in words


def test_watching_what_says_nothing_of_so_few_classes_is_refused(tmp_path):
    with pytest.raises(RunError, match="Top-10 accuracy can't be watched: there are only 10"):
        train(small(early_metric="val_top_k", top_k=10), tmp_path / "run")


def test_scores_that_are_no_numbers_are_told_in_words(tmp_path):
    done = train(small(epochs=1), tmp_path / "run")
    file = done.directory.checkpoint("best") / "model.safetensors"
    weights = {name: tensor.clone() for name, tensor in load_file(file).items()}
    weights["head.weight"].fill_(3e38)
    save_file(weights, file)
    told = run("evaluate", "run", folder=tmp_path)
    assert told.returncode == 1
    assert "not all numbers" in told.stderr and "lower learning rate" in told.stderr
