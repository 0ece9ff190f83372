"""Digits and shapes: there without any download, the same every time."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from cnnstudio.data import samples as samples_module
from cnnstudio.data import shapes
from cnnstudio.data.catalogue import datasets
from cnnstudio.data.load import load
from cnnstudio.data.outlines import OUTLINES, distance
from cnnstudio.data.source import SPLITS
from cnnstudio.data.watch import LoadingStoppedError, Watch
from cnnstudio.graph import DataError, DataSettings

FEW = {"count": 120, "size": 48}


def few_shapes(**settings):
    return load(DataSettings(dataset="shapes", options=FEW, **settings), (3, 48, 48))


@pytest.fixture(scope="module")
def digits():
    return load(DataSettings(dataset="digits"), (1, 28, 28))


def test_digits_are_scikit_learns(digits):
    known = {image.tobytes() for image in np.rint(load_digits().images * 255 / 16).astype(np.uint8)}
    assert {digits.test.image(index).tobytes() for index in range(len(digits.test))} <= known
    assert digits.classes == [str(digit) for digit in range(10)]
    assert [len(getattr(digits, name)) for name in SPLITS] == [1257, 270, 270]
    assert not digits.generated and digits.problems == []


def test_labels_go_with_their_images(digits):
    original = load_digits()
    label_of = {
        np.rint(image * 255 / 16).astype(np.uint8).tobytes(): label
        for image, label in zip(original.images, original.target, strict=True)
    }
    for index in range(50):
        label = digits.train.labels[index]
        assert label_of[digits.train.image(index).tobytes()] == label
        assert digits.train.name(index).startswith(f"{label} #")


def test_training_images_have_mean_0_and_deviation_1(digits):
    images, labels = digits.train.tensors()
    assert images.shape == (1257, 1, 28, 28) and images.dtype == torch.float32
    assert labels.dtype == torch.int64
    assert abs(float(images.mean())) < 1e-4
    assert abs(float(images.std()) - 1) < 1e-3


def test_a_prepared_image_is_the_same_alone_in_a_batch_and_held(digits):
    images, _ = digits.train.tensors()
    batch = digits.train.batch([5, 2])
    assert np.array_equal(batch, images[[5, 2]].numpy())
    assert np.array_equal(digits.prepare(digits.train.image(2)), batch[1])


def test_without_normalising_levels_stay_in_0_to_1():
    plain = load(DataSettings(dataset="digits", normalize=False), (1, 8, 8))
    batch = plain.train.batch(np.arange(100))
    assert batch.min() == 0 and batch.max() == 1


def test_the_same_settings_give_the_same_bytes():
    one = few_shapes()
    shapes._held.cache_clear()
    two = few_shapes()
    for name in SPLITS:
        first, second = getattr(one, name), getattr(two, name)
        assert np.array_equal(first.labels, second.labels)
        assert torch.equal(first.tensors()[0], second.tensors()[0])


def test_data_too_large_for_memory_gives_the_same_images_batch_by_batch(monkeypatch):
    held = few_shapes(resize="pad")
    for room in ("BYTES_IN_MEMORY", "SHARE_OF_MEMORY"):
        monkeypatch.setattr(samples_module, room, 0)
    read = few_shapes(resize="pad")
    assert read.train.tensors() is None
    assert np.array_equal(read.train.batch([0, 3]), held.train.batch([0, 3]))


@pytest.mark.parametrize("background", ["plain", "textured", "cluttered"])
def test_each_shape_has_its_class_box_and_mask(background):
    source = shapes.find(600, 10, 64, background, 5, Watch())
    assert np.bincount(source.labels).tolist() == [60] * 10
    for index in range(0, 600, 7):
        truth = source.truth(index)
        left, top, right, bottom = truth["box"]
        inside = truth["mask"][top:bottom, left:right]
        assert inside.sum() == truth["mask"].sum() > 0
        assert inside[0].any() and inside[-1].any()
        assert inside[:, 0].any() and inside[:, -1].any()


def test_the_mask_is_where_the_shape_is_painted():
    source = shapes.find(300, 10, 64, "plain", 1, Watch())
    for index in range(0, 300, 11):
        image, mask = source.image(index).astype(float), source.truth(index)["mask"]
        behind = np.median(image[~mask], axis=0)
        differs = np.abs(image - behind).max(axis=2) > 60
        assert (differs == mask).mean() > 0.97


def test_a_shapes_place_and_size_tell_nothing_about_its_class():
    source = shapes.find(3000, 6, 32, "plain", 2, Watch())
    areas = source.masks.sum(axis=(1, 2))
    means = [areas[source.labels == label].mean() for label in range(6)]
    assert max(means) < 1.15 * min(means)


def test_the_background_tells_nothing_about_the_class():
    source = shapes.find(3000, 6, 32, "textured", 2, Watch())
    corners = source.images[:, :3, :3].reshape(3000, -1, 3).mean(axis=1)
    means = np.array([corners[source.labels == label].mean(axis=0) for label in range(6)])
    noise = corners.std(axis=0) / np.sqrt(500)
    assert (np.abs(means - corners.mean(axis=0)) < 5 * noise).all()


def test_a_planted_shortcut_is_a_mark_by_class_and_changes_nothing_else():
    clean, marked = (
        shapes.find(300, 6, 64, "textured", 0, Watch(), shortcut=share) for share in (0.0, 0.5)
    )
    left, top, right, bottom = shapes.mark_box(64)
    marks = marked.images[:, top:bottom, left:right]
    changed = (marked.images != clean.images).any(axis=(1, 2, 3))
    assert 0.4 < changed.mean() < 0.6
    for label in range(6):
        of_class = marks[changed & (marked.labels == label)].reshape(-1, 3)
        assert (of_class == shapes.MARK_COLOURS[label]).all()
    differs = (marked.images != clean.images).any(axis=3)
    differs[:, top:bottom, left:right] = False
    assert not differs.any() and (marked.labels == clean.labels).all()
    assert not marked.masks[changed, top:bottom, left:right].any()


def test_more_shapes_keep_the_first_ones():
    few, many = (shapes.find(count, 6, 32, "textured", 0, Watch()) for count in (70, 200))
    assert np.array_equal(few.images, many.images[:70])


def test_outlines_have_equal_areas():
    place = (np.arange(300) + 0.5) / 300 - 0.5
    x, y = np.meshgrid(place, place)
    for name in OUTLINES:
        area = (distance(name, x, y, np.full_like(x, 0.2)) < 0).mean()
        assert area == pytest.approx(np.pi * 0.04, rel=0.03), name


def test_more_shapes_than_memory_bears_are_refused():
    settings = DataSettings(dataset="shapes", options={"count": 200_000, "size": 512})
    with pytest.raises(DataError, match="GiB of memory"):
        load(settings, (3, 64, 64))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"dataset": "nothing"}, "no dataset 'nothing'"),
        ({"dataset": "shapes", "options": {"count": 3}}, "at least 20"),
        ({"dataset": "shapes", "options": {"colour": 3}}, "no parameter 'colour'"),
        ({"dataset": "digits", "options": {"count": 3}}, "no parameter 'count'"),
    ],
)
def test_wrong_settings_are_told(settings, words):
    with pytest.raises(DataError, match=words) as caught:
        load(DataSettings(**settings), (3, 64, 64))
    assert caught.value.hint


def test_progress_is_told_and_loading_can_be_stopped():
    told = []
    load(DataSettings(dataset="digits"), (1, 28, 28), progress=lambda *what: told.append(what))
    assert told and all(fraction is None or 0 <= fraction <= 1 for fraction, _ in told)
    with pytest.raises(LoadingStoppedError):
        load(DataSettings(dataset="digits"), (1, 28, 28), cancelled=lambda: True)


def test_every_dataset_is_declared_completely():
    for kind, declared in datasets.items():
        assert declared.kind == kind
        assert declared.doc.endswith(".") and declared.title and declared.icon
        assert declared.category in ("Built-in", "Your images", "Torchvision")
        assert declared.downloads == (declared.category == "Torchvision")
        assert all(parameter.help for parameter in declared.parameters)
        declared.validate(declared.defaults())
    assert list(datasets) == (
        "shapes digits folder MNIST FashionMNIST KMNIST CIFAR10 CIFAR100 SVHN".split()
    )
    assert [kind for kind, declared in datasets.items() if declared.generated] == ["shapes"]
