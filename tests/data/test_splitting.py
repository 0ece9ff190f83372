"""Splits: seeded, disjoint, each class in the same proportion."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedShuffleSplit

from cnnstudio.data.splitting import split

SHARES = st.floats(0.0, 0.45)
CLASSES = st.lists(st.integers(1, 60), min_size=1, max_size=8)


def labelled(sizes: list[int]) -> np.ndarray:
    """Labels of classes of these sizes, mixed."""
    labels = np.repeat(np.arange(len(sizes)), sizes)
    return np.random.default_rng(0).permutation(labels)


def all_for_training(labels: np.ndarray) -> np.ndarray:
    return np.zeros(len(labels), np.int8)


@settings(max_examples=150, deadline=None)
@given(CLASSES, SHARES, SHARES, st.integers(0, 2**31 - 1))
def test_every_image_is_in_exactly_one_split(sizes, validation, test, seed):
    labels = labelled(sizes)
    parts = split(labels, all_for_training(labels), validation, test, seed)
    together = np.concatenate(list(parts.values()))
    assert np.array_equal(np.sort(together), np.arange(len(labels)))


@settings(max_examples=150, deadline=None)
@given(CLASSES, SHARES, SHARES, st.integers(0, 2**31 - 1))
def test_each_class_gives_its_share_within_one_and_keeps_an_image_for_training(
    sizes, validation, test, seed
):
    labels = labelled(sizes)
    parts = split(labels, all_for_training(labels), validation, test, seed)
    counts = {name: np.bincount(labels[i], minlength=len(sizes)) for name, i in parts.items()}
    assert (counts["train"] >= 1).all()
    for name, share in (("validation", validation), ("test", test)):
        for size, count in zip(sizes, counts[name], strict=True):
            if share == 0:
                assert count == 0
            elif size >= 3:
                assert count >= 1
                assert abs(count - size * share) <= 1


@settings(max_examples=50, deadline=None)
@given(CLASSES, SHARES, SHARES, st.integers(0, 2**31 - 1))
def test_the_same_seed_gives_the_same_splits(sizes, validation, test, seed):
    labels = labelled(sizes)
    one, two = (split(labels, all_for_training(labels), validation, test, seed) for _ in range(2))
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_another_seed_gives_other_splits():
    labels = labelled([50, 50])
    one, two = (split(labels, all_for_training(labels), 0.2, 0.2, seed) for seed in (0, 1))
    assert set(one["test"]) != set(two["test"])


@pytest.mark.parametrize("sizes", [[178, 182, 177, 183, 181], [500, 300, 100, 60], [37, 41, 1000]])
@pytest.mark.parametrize("share", [0.1, 0.15, 0.25])
def test_counts_are_those_of_scikit_learn_within_one(sizes, share):
    labels = labelled(sizes)
    ours = split(labels, all_for_training(labels), 0.0, share, 3)["test"]
    theirs = StratifiedShuffleSplit(1, test_size=share, random_state=0)
    _, chosen = next(theirs.split(labels, labels))
    difference = np.bincount(labels[ours]) - np.bincount(labels[chosen])
    assert np.abs(difference).max() <= 1
    assert abs(len(ours) - len(chosen)) <= 1


def test_a_test_set_of_the_data_itself_is_kept_and_validation_taken_from_the_rest():
    labels = labelled([60, 60])
    given_parts = all_for_training(labels)
    given_parts[:20] = 2
    parts = split(labels, given_parts, 0.1, 0.4, 0)
    assert set(parts["test"]) == set(range(20))
    assert len(parts["validation"]) == 10
    assert len(parts["train"]) == 90


def test_splits_mix_the_classes():
    labels = np.repeat([0, 1], 100)
    parts = split(labels, all_for_training(labels), 0.2, 0.2, 0)
    assert all(len(set(labels[indices[:20]])) == 2 for indices in parts.values())
