"""The data as a network sees it: features, embeddings, neighbours."""

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.metrics.pairwise import cosine_distances, euclidean_distances
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from torch import nn

import cnnstudio as cs
from cnnstudio.graph import ExplanationError, KernelError
from cnnstudio.interpret.capture import collect
from cnnstudio.interpret.samples import features as features_module
from cnnstudio.interpret.samples.embedding import Features, embed, laid_out
from cnnstudio.interpret.samples.features import Said, before_classifier, features, spread
from cnnstudio.interpret.samples.neighbours import neighbours, votes
from cnnstudio.interpret.samples.reductions import reductions
from cnnstudio.interpret.subject import Subject, open_untrained

from .networks import Functions, InPlace, TwoOutputs, traced


def shapes(side=32):
    project = cs.template("small_cnn", input_shape=(3, side, side), classes=6)
    data = {"dataset": "shapes", "options": {"count": 120, "size": side}}
    return project.model_copy(update={"data": project.data.model_copy(update=data)})


@pytest.fixture(scope="module")
def subject() -> Subject:
    return open_untrained(shapes())


@pytest.fixture(scope="module")
def small() -> Subject:
    """Of 16×16 images, for networks written by hand."""
    return open_untrained(shapes(16))


@pytest.fixture(scope="module")
def found(subject) -> Features:
    return features(subject, split="train", samples=40)


def all_images(subject, indexes, split="train"):
    return torch.stack([subject.picture((split, int(index))).tensor for index in indexes])


@pytest.mark.parametrize("network, layer", [
    (InPlace, "conv"), (InPlace, "relu"), (Functions, "add"), (Functions, "mean"),
])  # fmt: skip
@pytest.mark.parametrize("pooling", ["mean", "flat"])
def test_features_are_what_the_node_gives_even_if_it_is_a_function_or_written_over(
    small, network, layer, pooling
):
    looked = replace(small, model=traced(network()))
    found = features(looked, layer, "train", 40, pooling)
    indexes = np.linspace(0, len(small.splits.train) - 1, 40).round()
    given = collect(looked.model, (all_images(small, indexes),), [layer])[layer]
    if pooling == "mean" and given.ndim == 4:
        given = given.mean((2, 3))
    assert found.values.shape == (40, given.flatten(1).shape[1])
    np.testing.assert_allclose(found.values, given.flatten(1).numpy(), atol=1e-5)
    assert found.said.indexes.tolist() == indexes.tolist()


def test_the_network_is_asked_for_its_classes_in_the_same_pass(subject, found):
    said = found.said
    chances = subject.model(all_images(subject, said.indexes)).detach().softmax(1)
    assert said.predicted.tolist() == chances.argmax(1).tolist()
    np.testing.assert_allclose(said.confidence, chances.max(1).values, atol=1e-5)
    assert said.labels.tolist() == subject.splits.train.labels[said.indexes].tolist()


@pytest.mark.parametrize("network, layer", [
    (InPlace(), "flatten"), (Functions(), "mean"), (TwoOutputs(), "mean"),
    (nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(784, 5), nn.Softmax(1)), "_1"),
    (nn.Sequential(nn.Flatten(), nn.Linear(768, 5)), "_0"),
    (nn.Sequential(nn.Conv2d(3, 6, 16), nn.Flatten()), "_1"),
])  # fmt: skip
def test_the_layer_by_itself_is_what_the_classifier_reads(network, layer):
    choice = before_classifier(traced(network))
    assert choice.layer == layer and f"'{layer}'" in choice.reason


@given(total=st.integers(1, 5000), count=st.integers(1, 3000))
def test_samples_are_spread_over_the_whole_split(total, count):
    chosen = spread(total, count)
    assert len(set(chosen.tolist())) == len(chosen) == min(total, count)
    assert chosen.min() == 0 and chosen.max() == (total - 1 if count > 1 else 0)
    assert (np.diff(chosen) > 0).all()


def test_pca_is_scikit_learns(found):
    made = laid_out(found, "pca", across=2, up=3)
    fitted = PCA(3, random_state=0)
    points = fitted.fit_transform(found.values)
    np.testing.assert_allclose(made.points, points[:, 1:], atol=1e-5)
    assert f"{fitted.explained_variance_ratio_[1]:.0%}" in made.note


def test_tsne_is_scikit_learns_on_the_first_components(found):
    told: list[tuple[float | None, str]] = []
    made = laid_out(found, "tsne", lambda share, text: told.append((share, text)),
                    perplexity=9, steps=300, components=5, seed=3)  # fmt: skip
    few = PCA(5, random_state=3).fit_transform(found.values)
    points = TSNE(perplexity=9, max_iter=300, random_state=3).fit_transform(few)
    np.testing.assert_allclose(made.points, points, rtol=1e-4, atol=1e-3)
    shares = [share for share, _ in told if share is not None]
    assert shares == sorted(shares) and 0.15 < shares[0] < 0.2 and shares[-1] == 1.0


def test_tsne_ends_when_it_is_taken_back(found):
    def progress(share, text):
        if share is not None and share > 0.3:
            raise KernelError("taken back")
        assert share is None or share < 0.4

    out = sys.stdout
    with pytest.raises(KernelError, match="taken back"):
        laid_out(found, "tsne", progress, perplexity=9, steps=2000)
    assert sys.stdout is out


UMAP = """
import numpy as np
from umap import UMAP
from cnnstudio.interpret.samples.laying_out import umap
values = np.random.default_rng(0).random((14, 4), np.float32)
told = []
made = umap(values, lambda share, text: told.append(share), neighbours=4, min_dist=0.3,
            metric="cosine", components=None, seed=5)
points = UMAP(n_neighbors=4, min_dist=0.3, metric="cosine", random_state=5).fit_transform(values)
assert np.allclose(made.points, points, atol=1e-4), (made.points, points)
assert made.points.shape == (14, 2) and told[-1] == 1.0, told
"""


def test_umap_is_umap_learns():
    pytest.importorskip("numba")
    # Compiling it all would take half a minute.
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", UMAP], capture_output=True,
                          text=True, env=os.environ | {"NUMBA_DISABLE_JIT": "1"})  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_how_far_a_picture_can_be_believed_is_scikit_learns_measure(found):
    made = laid_out(found, "pca")
    labels, near = found.said.labels, made.belief.neighbours
    assert near == 10
    assert made.belief.trustworthiness == pytest.approx(
        trustworthiness(found.values, made.points, n_neighbors=10)
    )
    for values, share in ((made.points, made.belief.in_picture),
                          (found.values, made.belief.in_layer)):  # fmt: skip
        votes = cross_val_predict(KNeighborsClassifier(10), values, labels, cv=LeaveOneOut())
        assert share == pytest.approx((votes == labels).mean())


def test_many_samples_are_believed_by_some_of_them():
    values = np.random.default_rng(0).normal(size=(2600, 3)).astype(np.float32)
    count = len(values)
    said = Said("test", np.arange(count), np.zeros(count, int), None, None, ["a"], [""] * count)
    made = laid_out(Features("fc", "", "its 3 values", values, said), "pca", across=1, up=2)
    assert made.points.shape == (2600, 2) and made.belief.in_picture == 1.0


@pytest.mark.parametrize("metric, distances", [
    ("cosine", cosine_distances), ("euclidean", euclidean_distances),
])  # fmt: skip
def test_neighbours_are_the_nearest_rows_without_the_image_itself(subject, metric, distances):
    found = neighbours(subject, "train:7", "relu1", 5, metric, "train", 1000)
    count = len(subject.splits.train)
    given = collect(subject.model, (all_images(subject, range(count)),), ["relu1"])["relu1"]
    far = distances(given.mean((2, 3)).numpy()[7:8], given.mean((2, 3)).numpy())[0]
    far[7] = np.inf
    assert [one.index for one in found.found] == np.argsort(far)[:5].tolist()
    np.testing.assert_allclose([one.distance for one in found.found], np.sort(far)[:5], atol=1e-5)
    assert found.searched == count - 1
    labels = [one.label for one in found.found]
    assert votes(found.found, found.classes).startswith(f"{max(map(labels.count, labels))} of 5")


def test_an_image_of_another_split_can_be_its_own_nearest(subject, tmp_path):
    found = neighbours(subject, ("train", 3), k=1, split="test", samples=4)
    assert found.searched == 4 and found.found[0].index in spread(len(subject.splits.test), 4)


def dead(found):
    return replace(found, values=np.ones_like(found.values))


def broken(found):
    values = found.values.copy()
    values[3, 0] = np.nan
    return replace(found, values=values)


@pytest.mark.parametrize("wrong, said", [
    (lambda s, f: embed(s, method="tsen"), "Did you mean 'tsne'"),
    (lambda s, f: embed(s, method="tsne", steps=3), "Steps of t-SNE should be at least 250"),
    (lambda s, f: embed(s, "nothing"), "no layer 'nothing'"),
    (lambda s, f: embed(s, samples=0), "0 samples are none"),
    (lambda s, f: embed(s, pooling="max"), "no pooling 'max'"),
    (lambda s, f: laid_out(f, "tsne", perplexity=40), "needs more than 40 samples"),
    (lambda s, f: laid_out(f, "pca", across=41), "There are"),
    (lambda s, f: laid_out(dead(f), "pca"), "the same for all 40 samples"),
    (lambda s, f: laid_out(broken(f), "pca"), "NaN"),
    (lambda s, f: neighbours(s, ("train", 0), metric="far"), "no distance 'far'"),
])  # fmt: skip
def test_what_can_not_be_laid_out_is_told(subject, found, wrong, said):
    with pytest.raises(ExplanationError, match=said):
        wrong(subject, found)


def test_a_layer_too_large_for_memory_is_refused_before_it_is_filled(subject, monkeypatch):
    monkeypatch.setattr(features_module, "LARGEST_BYTES", 1000)
    with pytest.raises(ExplanationError, match="MB of memory"):
        features(subject, "conv1", "train", 40, "flat")


class Hard(nn.Module):
    """Gives numbers of classes instead of scores."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 3)

    def forward(self, image):
        return self.conv(image).mean((2, 3)).argmax(1)


def test_a_network_without_scores_has_features_too(small):
    found = features(replace(small, model=traced(Hard())), "conv", "train", 6)
    assert found.said.predicted is None and found.values.shape == (6, 2)
    assert laid_out(found, "pca").points.shape == (6, 2)


def test_what_is_not_installed_tells_how_to_install_it(found, monkeypatch):
    missing = replace(reductions["umap"], package="a_package_that_is_not_there")
    monkeypatch.setitem(reductions, "umap", missing)
    with pytest.raises(ExplanationError, match="UMAP is not installed") as told:
        laid_out(found, "umap")
    assert "pip install 'cnnstudio[umap]'" in told.value.hint
