"""Leaving images out and relabelling them: a list in the project, the data untouched."""

import numpy as np
import pytest
from PIL import Image

from cnnstudio.data.load import load
from cnnstudio.graph import Component, DataError, DataSettings, Project, save
from cnnstudio.graph import load as load_file
from cnnstudio.training.initial import initial_model
from cnnstudio.training.train import train
from tests.command import run
from tests.training.networks import chain, project, small

SHAPE = (1, 8, 8)
SPLITS = ("train", "validation", "test")


def digits(**corrections) -> DataSettings:
    return DataSettings(dataset="digits", **corrections)


def keys(samples) -> list[str]:
    return [samples.key(index) for index in range(len(samples))]


def test_an_image_left_out_is_in_no_split_and_moves_no_other():
    before = load(digits(), SHAPE)
    gone = [keys(before.train)[0], keys(before.test)[3], keys(before.validation)[1]]
    after = load(digits(left_out=gone), SHAPE)
    for split in SPLITS:
        there = [key for key in keys(getattr(before, split)) if key not in gone]
        assert keys(getattr(after, split)) == there
    assert keys(after.left_out) == gone
    np.testing.assert_array_equal(after.left_out.image(0), before.train.image(0))


def test_a_relabelled_image_has_its_new_class_and_remembers_the_old():
    before = load(digits(), SHAPE)
    key, old = keys(before.train)[5], int(before.train.labels[5])
    after = load(digits(relabelled={key: str((old + 1) % 10)}), SHAPE)
    assert keys(after.train) == keys(before.train)
    assert after.train.labels[5] == (old + 1) % 10 and after.train.given[5] == old
    assert after.train.tensors()[1][5] == (old + 1) % 10
    assert keys(after.relabelled) == [key]
    changed = after.train.labels != before.train.labels
    assert changed.sum() == 1


def test_files_are_named_by_their_paths(tmp_path):
    random = np.random.default_rng(0)
    for name in ("cats", "dogs"):
        (tmp_path / name).mkdir()
        for number in range(6):
            pixels = random.integers(0, 255, (8, 8), np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")
    chosen = {"dataset": "folder", "options": {"path": str(tmp_path)}}
    given = load(
        DataSettings(**chosen, left_out=["cats/2.png"], relabelled={"dogs/0.png": "cats"}), SHAPE
    )
    there = [key for split in SPLITS for key in keys(getattr(given, split))]
    assert sorted(there) == sorted(
        {f"{name}/{number}.png" for name in ("cats", "dogs") for number in range(6)}
        - {"cats/2.png"}
    )
    assert keys(given.left_out) == ["cats/2.png"]
    assert given.classes[given.relabelled.labels[0]] == "cats"
    (tmp_path / "cats" / "2.png").unlink()
    later = load(DataSettings(**chosen, left_out=["cats/2.png"]), SHAPE)
    assert later.problems == ["To be left out, but not among the images: cats/2.png."]


def test_a_class_that_is_not_there_is_an_error_with_its_name():
    with pytest.raises(DataError, match="relabelled as 'ten', but there is no such class"):
        load(digits(relabelled={"3": "ten"}), SHAPE)


def test_leaving_out_all_but_one_class_is_told():
    everything = load(digits(), SHAPE)
    gone = [
        key for split in SPLITS for key, label in zip(
            keys(getattr(everything, split)), getattr(everything, split).labels, strict=True
        ) if label
    ]  # fmt: skip
    with pytest.raises(DataError, match="Too many images are left out"):
        load(digits(left_out=gone), SHAPE)


def test_what_is_left_out_is_not_trained_on(tmp_path):
    """A network with one weight for each pixel of each image learns nothing of an image that it
    never sees: without the only image with a bright corner that corner's weight stays."""
    whole = corner_project(tmp_path)
    corner = "train/bright/lit.png"
    data = whole.data.model_copy(update={"left_out": (corner,)})
    with_it = train(whole, tmp_path / "with")
    without = train(whole.model_copy(update={"data": data}), tmp_path / "without")
    began = initial_model(whole).state_dict()["head.weight"]
    moved = [
        (done.model("last").state_dict()["head.weight"] - began)[:, 0].abs().max()
        for done in (with_it, without)
    ]
    assert moved[0] > 1e-3 and moved[1] == 0
    facts = without.directory.data()
    assert facts["corrected"] == {"left_out": 1, "relabelled": 0}
    assert (facts["sizes"]["train"], with_it.directory.data()["sizes"]["train"]) == (10, 11)


def corner_project(folder) -> Project:
    """Eleven images of which one, `bright/lit.png`, has a first pixel that is not black."""
    for name in ("bright", "dark"):
        (folder / "images" / "train" / name).mkdir(parents=True)
        for number in range(5):
            pixels = np.zeros((4, 4), np.uint8)
            pixels[1 + number % 3, 1:] = 200 if name == "bright" else 60
            Image.fromarray(pixels).save(folder / "images" / "train" / name / f"{number}.png")
    lit = np.zeros((4, 4), np.uint8)
    lit[0, 0] = 255
    Image.fromarray(lit).save(folder / "images" / "train" / "bright" / "lit.png")
    network = chain(
        ("Input", "image", {"shape": [1, 4, 4]}),
        ("Flatten", "flat", {}),
        ("Linear", "head", {"out_features": 2}),
        ("Output", "scores", {}),
    )
    plain = Component(kind="SGD")
    made = project(network, epochs=2, batch_size=4, optimizer=plain, learning_rate=0.1)
    data = DataSettings(
        dataset="folder", options={"path": str(folder / "images")}, normalize=False,
        validation=0.0, test=0.0,
    )  # fmt: skip
    return made.model_copy(update={"data": data})


def test_corrections_are_kept_in_the_project_file_and_go_with_another_dataset(tmp_path):
    made = small()
    data = made.data.model_copy(update={"left_out": ("3",), "relabelled": {"4": "7"}})
    file = tmp_path / "small.cnns"
    save(made.model_copy(update={"data": data}), file)
    assert load_file(file).data == data
    told = run(
        "train", "small.cnns", "--run-dir", "run", "--set", "data.dataset=shapes",
        "--set", "training.epochs=1", folder=tmp_path,
    )  # fmt: skip
    assert told.returncode == 1  # three channels
    assert load_file(tmp_path / "run" / "project.cnns").data.left_out == ()
