"""Folders of images as people have them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import platformdirs
import pytest
from PIL import Image

from cnnstudio.data import folder, watch
from cnnstudio.data import load as load_module
from cnnstudio.data import samples as samples_module
from cnnstudio.data.load import load
from cnnstudio.data.watch import LoadingStoppedError
from cnnstudio.graph import DataError, DataSettings


@pytest.fixture(autouse=True)
def private_cache(tmp_path_factory, monkeypatch) -> Path:
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: cache)
    return cache


COLOURS = {"cats": (200, 0, 0), "dogs": (0, 200, 0), "birds": (0, 0, 200)}


def put(path: Path, colour: tuple[int, int, int] = (9, 9, 9), size: tuple[int, int] = (12, 10)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)


def fill(root: Path, count: int = 10, classes: tuple[str, ...] = ("cats", "dogs")) -> Path:
    for name in classes:
        for number in range(count):
            put(root / name / f"{number:02}.png", COLOURS[name])
    return root


def opened(root: Path | str, shape=(3, 8, 8), **settings):
    return load(DataSettings(dataset="folder", options={"path": str(root)}, **settings), shape)


def names(samples) -> list[str]:
    return [samples.name(index) for index in range(len(samples))]


def test_each_folder_is_a_class(tmp_path):
    splits = opened(fill(tmp_path, 20))
    assert splits.classes == ["cats", "dogs"]
    assert [len(splits.train), len(splits.validation), len(splits.test)] == [28, 6, 6]
    assert not splits.generated and splits.problems == []
    for index, name in enumerate(names(splits.train)):
        label = splits.classes[splits.train.labels[index]]
        assert name.startswith(f"{label}/")
        assert splits.train.image(index)[0, 0].tolist() == list(COLOURS[label])
        assert splits.train.truth(index) == {}


def test_images_of_all_sizes_and_kinds_fit_the_input(tmp_path):
    fill(tmp_path, 4)
    put(tmp_path / "cats" / "tall.JPG", size=(30, 90))
    Image.new("L", (5, 5), 77).save(tmp_path / "dogs" / "grey.PNG")
    splits = opened(tmp_path, (1, 16, 16))
    images, labels = splits.train.tensors()
    assert images.shape[1:] == (1, 16, 16)
    assert len(images) == len(labels) == len(splits.train)


def test_split_folders_are_kept_by_any_of_their_names(tmp_path):
    fill(tmp_path / "Training", 6)
    fill(tmp_path / "val", 3)
    fill(tmp_path / "TEST", 2)
    splits = opened(tmp_path)
    assert splits.classes == ["cats", "dogs"]
    assert {name.split("/")[0] for name in names(splits.train)} == {"Training"}
    assert [len(splits.train), len(splits.validation), len(splits.test)] == [12, 6, 4]


def test_a_split_without_a_folder_is_taken_from_the_training_images(tmp_path):
    fill(tmp_path / "train", 20)
    fill(tmp_path / "test", 5)
    splits = opened(tmp_path, validation=0.25)
    assert [len(splits.train), len(splits.validation), len(splits.test)] == [30, 10, 10]


def test_a_class_that_is_called_test_is_a_class(tmp_path):
    fill(tmp_path, 4)
    put(tmp_path / "test" / "a.png")
    assert opened(tmp_path).classes == ["cats", "dogs", "test"]


def test_a_class_only_in_the_test_folder_is_named_and_left_out(tmp_path):
    fill(tmp_path / "train", 4)
    fill(tmp_path / "test", 2, ("cats", "dogs", "birds"))
    splits = opened(tmp_path)
    assert splits.classes == ["cats", "dogs"]
    assert len(splits.test) == 4
    assert splits.problems == ["test/birds: left out, there are no training images of birds."]


def test_folders_beside_the_split_folders_are_named_and_left_out(tmp_path):
    fill(tmp_path / "train", 4)
    put(tmp_path / "sketches" / "a.png")
    assert opened(tmp_path).problems == [
        "sketches: left out, since it lies beside the split folders."
    ]


@pytest.mark.parametrize("in_memory", [True, False])
def test_broken_images_are_named_and_left_out(tmp_path, monkeypatch, in_memory):
    if not in_memory:
        for room in ("BYTES_IN_MEMORY", "SHARE_OF_MEMORY"):
            monkeypatch.setattr(samples_module, room, 0)
    fill(tmp_path, 10)
    whole = (tmp_path / "cats" / "00.png").read_bytes()
    (tmp_path / "cats" / "03.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "dogs" / "05.png").write_bytes(b"")
    splits = opened(tmp_path, (3, 10, 12), normalize=False)
    assert [problem.split(":")[0] for problem in splits.problems] == ["cats/03.png", "dogs/05.png"]
    everything = names(splits.train) + names(splits.validation) + names(splits.test)
    assert len(everything) == 18
    assert not {"cats/03.png", "dogs/05.png"} & set(everything)
    for index in range(len(splits.train)):
        colour = COLOURS[splits.classes[splits.train.labels[index]]]
        row = splits.train.batch([index])[0]
        assert np.allclose(row[:, 0, 0] * 255, colour)


def test_a_class_without_any_readable_image_is_named_and_left_out(tmp_path):
    fill(tmp_path, 5, ("cats", "dogs", "birds"))
    for path in (tmp_path / "birds").iterdir():
        path.write_bytes(b"broken")
    splits = opened(tmp_path, normalize=False)
    assert splits.classes == ["cats", "dogs"]
    assert len(splits.problems) == 6
    assert "birds: left out, it has no readable images." in splits.problems
    green = splits.train.batch(np.flatnonzero(splits.train.labels == 1))
    assert np.allclose(green.mean(axis=(0, 2, 3)) * 255, COLOURS["dogs"])


def test_nested_files_count_and_hidden_and_other_files_do_not(tmp_path):
    fill(tmp_path, 3)
    put(tmp_path / "cats" / "more" / "deep" / "x.png")
    put(tmp_path / "cats" / ".thumbnails" / "y.png")
    put(tmp_path / ".cache" / "z.png")
    (tmp_path / "cats" / ".DS_Store").write_bytes(b"x")
    (tmp_path / "cats" / "notes.txt").write_text("x")
    splits = opened(tmp_path, validation=0.0, test=0.0)
    assert len(splits.train) == 7
    assert "cats/more/deep/x.png" in names(splits.train)
    assert splits.problems == []


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_that_leads_back_does_not_repeat_images(tmp_path):
    fill(tmp_path, 3)
    (tmp_path / "cats" / "round").symlink_to(tmp_path / "cats", target_is_directory=True)
    assert len(opened(tmp_path, validation=0.0, test=0.0).train) == 6


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda root: "", "No folder of images is chosen"),
        (lambda root: root / "gone", "is not there"),
        (lambda root: root, "no images in class folders"),
        (lambda root: put(root / "a.png") or root, "no images in class folders"),
        (lambda root: put(root / "a.png") or root / "a.png", "is not a folder"),
        (lambda root: fill(root, 3, ("cats",)), "one class only: cats"),
    ],
)
def test_a_folder_that_will_not_do_is_told_with_what_to_do(tmp_path, prepare, words):
    with pytest.raises(DataError, match=words) as caught:
        opened(prepare(tmp_path))
    assert caught.value.hint


def test_an_image_that_goes_away_later_is_told_by_name(tmp_path, monkeypatch):
    for room in ("BYTES_IN_MEMORY", "SHARE_OF_MEMORY"):
        monkeypatch.setattr(samples_module, room, 0)
    splits = opened(fill(tmp_path, 4))
    (tmp_path / splits.train.name(1)).unlink()
    with pytest.raises(DataError, match="There is no file"):
        splits.train.batch([0, 1])


def test_reading_a_folder_can_be_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "SECONDS_BETWEEN", 0.0)
    fill(tmp_path, 20)
    asked = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 5

    settings = DataSettings(dataset="folder", options={"path": str(tmp_path)})
    with pytest.raises(LoadingStoppedError):
        load(settings, (3, 8, 8), cancelled=cancelled)
    assert len(asked) == 6


def test_the_same_folder_gives_the_same_bytes(tmp_path):
    fill(tmp_path, 30)
    one, two = opened(tmp_path), opened(tmp_path)
    assert names(one.train) == names(two.train)
    assert np.array_equal(one.train.tensors()[0], two.train.tensors()[0])


def test_files_read_before_are_not_read_again_unless_they_changed(tmp_path, monkeypatch):
    for room in ("BYTES_IN_MEMORY", "SHARE_OF_MEMORY"):
        monkeypatch.setattr(samples_module, room, 0)
    fill(tmp_path, 10)
    (tmp_path / "cats" / "04.png").write_bytes(b"broken")
    first = opened(tmp_path)
    read: list[str] = []
    original = folder.read_image

    def noted(path: Path) -> np.ndarray:
        read.append(path.name)
        return original(path)

    monkeypatch.setattr(load_module, "IMAGES_FOR_STATISTICS", 1)
    monkeypatch.setattr(folder, "read_image", noted)
    again = opened(tmp_path)
    assert len(read) == 2 and "04.png" in read  # the broken one, and one to measure
    assert again.problems == first.problems
    (tmp_path / "dogs" / "02.png").write_bytes(b"broken now")
    changed = opened(tmp_path)
    assert [problem.split(":")[0] for problem in changed.problems] == ["cats/04.png", "dogs/02.png"]


def test_a_damaged_cache_is_as_good_as_none(tmp_path, monkeypatch, private_cache):
    for room in ("BYTES_IN_MEMORY", "SHARE_OF_MEMORY"):
        monkeypatch.setattr(samples_module, room, 0)
    first = opened(fill(tmp_path, 10))
    (cache,) = private_cache.rglob("*.json")
    for content in ('{"cats/00.png": 3}', "[]", "{", ""):
        cache.write_text(content)
        assert names(opened(tmp_path).train) == names(first.train)
