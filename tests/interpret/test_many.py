"""Explaining from the command line: a picture of some images, a folder as files and a table."""

import csv
import json
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import cnnstudio as cs
from cnnstudio.graph import ExplanationError, save
from tests.command import run

FEW = {"count": 120, "size": 32}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with `run`, a network after one epoch on few shapes."""
    where = tmp_path_factory.mktemp("explained")
    project = cs.template("small_cnn", input_shape=(3, 32, 32), classes=6)
    data = project.data.model_copy(update={"dataset": "shapes", "options": FEW})
    training = project.training.model_copy(update={"epochs": 1, "threads": 1})
    save(project.model_copy(update={"data": data, "training": training}), where / "shapes.cnns")
    done = run("train", "shapes.cnns", "--run-dir", "run", folder=where)
    assert done.returncode == 0, done.stderr
    return where


def test_a_picture_of_two_classes_has_both_and_the_difference(folder):
    done = run("explain", "run", "test:0", "test:1", "--method", "layercam", "--class", "0",
               "--against", "1", "-o", "two.png", "--json", folder=folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [one["image"] for one in found] == ["test:0", "test:1"]
    assert found[0]["against"] != found[0]["explained"]
    assert found[0]["lowest"] < 0 < found[0]["highest"]
    width, height = Image.open(folder / "two.png").size
    assert width == 1024 and 2 * 256 < height < 2.8 * 256  # two rows of four, with their scales
    done = run("explain", "run", "test:0", "--against", "1", "-o", "two.svg", "--width", "700",
               folder=folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    root = ElementTree.parse(folder / "two.svg").getroot()
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert root.get("width") == "700" and texts[-1].startswith("Grad-CAM at ")
    assert texts[0].startswith("test:0: ") and any(" less " in text for text in texts)


def test_a_folder_becomes_pictures_and_a_table_and_a_broken_image_a_row(folder):
    images = folder / "images"
    (images / "deeper").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name in ("a.png", "deeper/b.jpg", "deeper/b.png"):
        Image.fromarray(rng.integers(0, 255, (40, 50, 3), np.uint8)).save(images / name)
    (images / "broken.png").write_bytes(b"no image")
    (images / "notes.txt").write_text("not an image")

    done = run(
        "explain", "run", "images", "--method", "input_x_gradient", "-o", "out", folder=folder
    )
    assert done.returncode == 0, done.stderr
    assert "3 images explained, 1 could not be read" in done.stdout
    assert "broken.png was left out: " in done.stdout and "Probability" in done.stdout
    with (folder / "out" / "explanations.csv").open(newline="") as file:
        rows = {row["image"]: row for row in csv.DictReader(file)}
    assert {name: row["picture"] for name, row in rows.items()} == {
        "a.png": "a.png", "broken.png": "", "deeper/b.jpg": "deeper/b.png",
        "deeper/b.png": "deeper/b.png.png",
    }  # fmt: skip
    assert "broken.png" in rows["broken.png"]["problem"]
    for name in ("a.png", "deeper/b.jpg"):
        assert Image.open(folder / "out" / rows[name]["picture"]).size[0] > 500
        assert 0 < float(rows[name]["probability"]) <= 1
        assert 0 <= int(rows[name]["hottest_x"]) < 32


def test_explanations_beside_their_images_do_not_lie_on_them(folder):
    images = folder / "beside"
    images.mkdir()
    Image.fromarray(np.zeros((40, 50, 3), np.uint8)).save(images / "d0.png")
    before = (images / "d0.png").read_bytes()
    done = run("explain", "run", "beside", "--method", "gradients", "-o", "beside", folder=folder)
    assert done.returncode == 0, done.stderr
    assert (images / "d0.png").read_bytes() == before
    assert (images / "d0.png.png").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["test:0", "--method", "rise", "--set", "masks=many"], "Masks of RISE"),
        (["test:0", "--method", "rise", "--set", "masks"], "'masks' sets nothing"),
        (["test:0", "--method", "gradcamm"], "Did you mean 'gradcam'?"),
        (["test:0", "--against", "9"], "There is no class '9'"),
        (["empty"], "There are no images in empty"),
        (["test:0", "--class", "3", "--against", "3"], "can't be set against itself"),
        (["test:0", "--method", "gradients", "--layer", "conv1"], "not at a layer"),
        (["test:-1"], "'-1' is no number or range"),
        (["test:x"], "'test:x' names no images"),
    ],
)
def test_a_wrong_wish_is_told_in_a_sentence(folder, arguments, message):
    (folder / "empty").mkdir(exist_ok=True)
    done = run("explain", "run", *arguments, folder=folder)
    assert done.returncode == 1
    assert message in done.stderr and "Traceback" not in done.stderr


def test_the_methods_are_listed(tmp_path):
    done = run("methods", "--json", folder=tmp_path)
    listed = {one["method"]: one for one in json.loads(done.stdout)}
    assert list(listed) == list(cs.methods)
    assert listed["rise"]["parameters"]["masks"]["default"] == 500
    assert "integrated_gradients" in run("methods", folder=tmp_path).stdout


def test_a_scorecard_comes_as_a_table_and_as_json(folder):
    asked = ["trust", "run", "test:0", "test:1", "--check", "pointing", "--check", "sensitivity"]
    done = run(*asked, "--method", "gradients", folder=folder)
    assert done.returncode == 0, done.stderr
    assert "Points at the object" in done.stdout and "Gradients, 2 images" in done.stdout
    found = json.loads(run(*asked, "--json", folder=folder).stdout)
    assert [one["check"] for one in found["checks"]] == ["pointing", "sensitivity"]
    assert found["layer"] and len(found["targets"]) == 2
    assert found["checks"][0]["value"] in (0, 0.5, 1)


def test_ranges_are_explained_and_a_class_is_not_set_against_itself(folder):
    done = run("explain", "run", "test:1-3", "-o", "new/range.png", "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [one["image"] for one in found] == ["test:1", "test:2", "test:3"]
    assert (folder / "new" / "range.png").is_file()
    said = found[0]["predicted"]
    done = run("explain", "run", "test:1", "--against", said, "-o", "same.png", folder=folder)
    assert done.returncode == 0, done.stderr
    assert f"test:1 is taken for {said} itself" in done.stdout


def test_what_needs_a_run_says_so_of_a_plain_model(folder):
    model = cs.open_run(folder / "run").model
    for ask in (
        lambda: cs.embed(model), lambda: cs.neighbours(model, "test:0"),
        lambda: cs.mistakes(model), lambda: cs.unit(model, "conv1", 0),
        lambda: cs.history(model, "test:0"),
    ):  # fmt: skip
        with pytest.raises(ExplanationError, match="runs/first"):
            ask()
    assert len(cs.mistakes(folder / "run").said.labels) > 0
