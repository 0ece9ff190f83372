"""Mistakes with their heat, and the commands about the data that a network sees."""

import csv
import json
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from PIL import Image

from cnnstudio.graph import ExplanationError, save
from cnnstudio.interpret.explanations.explain import explanation
from cnnstudio.interpret.figures.as_python import embedding_lines, mistakes_lines
from cnnstudio.interpret.figures.samples import told
from cnnstudio.interpret.samples.embedding import embed
from cnnstudio.interpret.samples.mistakes import heated, mistakes, mistakes_in, recorded
from cnnstudio.interpret.subject import open_run
from cnnstudio.training.run import Run
from tests.command import run
from tests.interpret.test_embedding import shapes


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with `run`, a network after one epoch on few shapes."""
    where = tmp_path_factory.mktemp("mistaken")
    project = shapes()
    training = project.training.model_copy(update={"epochs": 1, "threads": 1})
    save(project.model_copy(update={"training": training}), where / "shapes.cnns")
    done = run("train", "shapes.cnns", "--run-dir", "run", folder=where)
    assert done.returncode == 0, done.stderr
    return where


@pytest.fixture(scope="module")
def subject(folder):
    return open_run(folder / "run", "best")


def test_mistakes_are_those_of_the_networks_scores_the_surest_first(subject):
    found = mistakes(subject, "train")
    count = len(subject.splits.train)
    images = torch.stack([subject.picture(("train", i)).tensor for i in range(count)])
    chances = subject.model(images).detach().softmax(1).numpy()
    labels, best = subject.splits.train.labels, chances.argmax(1)
    wrong = [i for i in range(count) if best[i] != labels[i]]
    assert {fact["index"] for fact in found.facts()} == set(wrong) and wrong
    sure = [fact["confidence"] for fact in found.facts()]
    assert sure == sorted(sure, reverse=True)
    np.testing.assert_allclose(sure, sorted(chances.max(1)[wrong], reverse=True), atol=1e-5)
    pair = int(labels[wrong[0]]), int(best[wrong[0]])
    only = mistakes(subject, "train", pair, limit=2).facts()
    assert {(fact["label"], fact["predicted"]) for fact in only} == {pair} and len(only) <= 2


def test_the_runs_own_test_says_the_same_as_asking_the_network(folder, subject):
    known = recorded(folder / "run", "best")
    asked = mistakes(subject, "test")
    assert known.predicted.tolist() == asked.said.predicted.tolist()
    assert known.names == asked.said.names and known.classes == asked.said.classes
    assert mistakes_in(known).rows.tolist() == asked.rows.tolist()
    assert [fact["name"] for fact in asked.facts()] == [
        fact["name"] for fact in Run(folder / "run").mistakes()
    ]


def test_heat_of_many_samples_is_that_of_each_alone(subject):
    told = []
    indexes, targets = list(range(11)), [i % 6 for i in range(11)]
    found = heated(
        subject, "train", indexes, targets, "occlusion", progress=lambda *one: told.append(one),
        window=8,
    )  # fmt: skip
    assert found.images.shape == (11, 32, 32, 3) and found.heat.shape == (11, 32, 32)
    for index in (0, 7, 10):
        picture = subject.picture(("train", index))
        alone = explanation(
            subject.model, picture.tensor[None], "occlusion", targets[index], window=8
        )
        np.testing.assert_allclose(found.heat[index], alone.heat[0], atol=1e-5)
        np.testing.assert_array_equal(found.images[index], picture.image)
    shares = [share for share, _ in told if share is not None]
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_the_layer_and_its_reason_are_told(subject):
    found = heated(subject, "test", [0, 1, 2], [0, 1, 2], "gradcam")
    assert found.layer and f"'{found.layer}'" in found.reason and found.targets == [0, 1, 2]
    with pytest.raises(ExplanationError, match="no image"):
        heated(subject, "test", [], [])


def test_a_command_writes_an_embedding_as_picture_table_and_arrays(folder):
    done = run("embed", "run", "--split", "train", "--samples", "30", "-o", "e.svg", "--json",
               folder=folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told["samples"]) == 30 and 0 <= told["belief"]["trustworthiness"] <= 1
    marks = [
        part for part in ElementTree.parse(folder / "e.svg").getroot().iter()
        if part.tag.endswith(("}circle", "}polygon"))
    ]  # fmt: skip
    there = {one["class"] for one in told["samples"]}
    assert len(marks) == 30 + len(there)

    run("embed", "run", "--split", "train", "--samples", "30", "-o", "e.csv", folder=folder)
    with (folder / "e.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(float(row["x"]), float(row["y"])) for row in rows] == [
        (one["x"], one["y"]) for one in told["samples"]
    ]
    run("embed", "run", "--split", "train", "--samples", "30", "-o", "e.npz", folder=folder)
    arrays = np.load(folder / "e.npz", allow_pickle=False)
    np.testing.assert_allclose(arrays["points"][:, 0], [one["x"] for one in told["samples"]])
    assert [str(arrays["classes"][label]) for label in arrays["labels"]] == [
        one["class"] for one in told["samples"]
    ]
    run("embed", "run", "--samples", "30", "-o", "e.png", folder=folder)
    assert np.asarray(Image.open(folder / "e.png")).std() > 5


def test_wrong_wishes_are_told_before_anything_is_scanned(folder):
    for arguments, said in (
        (("-o", "e.pdf"), "Use .png, .svg, .csv, .npz"),
        (("--method", "tsne", "--set", "perplexity=-1"), "Perplexity of t-SNE"),
    ):
        done = run("embed", "run", *arguments, folder=folder)
        assert done.returncode == 1 and said in done.stderr, done.stderr


def test_commands_show_neighbours_and_mistakes(folder):
    done = run("neighbours", "run", "test:0", "-k", "3", "-o", "n.png", "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    near = json.loads(done.stdout)["neighbours"]
    assert len(near) == 3 and near == sorted(near, key=lambda one: one["distance"])
    assert Image.open(folder / "n.png").size[0] == 1024

    done = run("mistakes", "run", "--split", "train", "--limit", "4", "--of", "both", "--method",
               "layercam", "-o", "m.svg", folder=folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("train:") == 4 and "Taken for" in done.stdout
    pictures = [
        part for part in ElementTree.parse(folder / "m.svg").getroot().iter()
        if part.tag.endswith("}image")
    ]  # fmt: skip
    assert len(pictures) == 4 * 3
    done = run("mistakes", "run", "--split", "train", "--pair", "circle", folder=folder)
    assert done.returncode == 1 and "TRUE,PREDICTED" in done.stderr


def test_the_lines_of_python_make_what_the_window_shows(folder, monkeypatch):
    monkeypatch.chdir(folder)
    asked = {"run": str(folder / "run"), "checkpoint": "best", "method": "tsne", "split": "train",
             "samples": 30, "pooling": "mean", "parameters": {"perplexity": 5.0}}  # fmt: skip
    exec(embedding_lines(asked, {"layer": "flatten"}), space := {})
    found = embed(open_run(folder / "run", "best"), "flatten", "tsne", "train", 30, perplexity=5.0)
    np.testing.assert_allclose(space["found"].points, found.points, atol=1e-4)
    assert (folder / "embedding.svg").is_file()

    asked |= {"method": "layercam", "layer": None}
    exec(mistakes_lines(asked, None, 3, "true"), space := {})
    facts = space["found"].facts()
    assert [panel.title for panel in space["figure"].panels] == [told(fact) for fact in facts]
    assert len(facts) == 3 and Image.open(folder / "mistakes.png").size[0] == 1024
