"""Feature visualisation and attacks from the command line, and as the kernel's questions."""

import json
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from PIL import Image

import cnnstudio as cs
from cnnstudio.graph import save
from cnnstudio.interpret.adversarial.search import smallest
from cnnstudio.interpret.imagine.python_lines import attack_lines, visualize_lines
from cnnstudio.interpret.subject import open_run
from cnnstudio.kernel.questions import imagine, robust
from tests.command import run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with `run`, a network after one epoch on few shapes."""
    where = tmp_path_factory.mktemp("imagined")
    project = cs.template("small_cnn", input_shape=(3, 24, 24), classes=6)
    options = {"count": 120, "size": 24}
    data = project.data.model_copy(update={"dataset": "shapes", "options": options})
    training = project.training.model_copy(update={"epochs": 1, "threads": 1})
    project = project.model_copy(update={"data": data, "training": training})
    save(project, where / "shapes.cnns")
    cs.train(project, run_dir=where / "run")
    return where


@pytest.fixture(scope="module")
def subject(folder):
    return open_run(folder / "run", "best")


def conv(subject):
    return next(n.name for n in subject.project.network.nodes if n.kind == "Conv2d")


def test_a_picture_has_a_row_for_each_unit_and_a_column_for_each_start(folder, subject):
    done = run("visualize", "run", "--layer", conv(subject), "--unit", "1", "--unit", "3",
               "--set", "steps=3", "--set", "starts=3", "-o", "seen.png", "--json",
               folder=folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [one["unit"] for one in found] == [1, 1, 1, 3, 3, 3]
    assert all(one["value"] > one["before"] for one in found)
    width, height = Image.open(folder / "seen.png").size
    assert width == 1024 and 1.2 < width / height < 1.5  # two rows of three, with their titles


def test_classes_are_told_by_name_and_what_is_missing_is_said(folder, subject):
    star = subject.splits.classes[3]
    done = run("visualize", "run", "--class", star, "--set", "steps=3", folder=folder)
    assert done.returncode == 0, done.stderr
    assert star in done.stdout and (folder / "seen.png").exists()
    done = run("visualize", "run", folder=folder)
    assert done.returncode == 1 and "--layer conv3b --unit 5" in done.stderr
    done = run("visualize", "run", "--layer", "x", "--position", "2", folder=folder)
    assert done.returncode == 2


def test_an_attack_is_told_in_words_numbers_and_a_picture(folder, subject):
    image = subject.picture("test:0")
    done = run("attack", "run", "test:0", "--method", "fgsm", "--epsilon", "8/255",
               "-o", "attack.png", "--json", folder=folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    least = smallest(subject.model, image.tensor, "fgsm", normalization=subject.normalization)
    assert found["smallest"] == pytest.approx(least.epsilon)
    assert found["succeeded"] == (least.epsilon is not None and least.epsilon <= 8 / 255)
    assert sum(found["after"]["probabilities"].values()) == pytest.approx(1, abs=1e-4)
    assert Image.open(folder / "attack.png").width == 1024
    done = run("attack", "run", "test:0", "--method", "fgsm", "--epsilon", "0.1/255", "-o",
               "new/attack.svg", folder=folder)  # fmt: skip
    assert "0.1/255 is not enough; " in done.stdout or "No change" in done.stdout
    root = ElementTree.parse(folder / "new" / "attack.svg").getroot()
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    before = found["before"]
    assert texts[0] == f"test:0: {before['class']} {before['probability']:.0%}"
    assert any(text.startswith("FGSM") and "at most 0.1/255" in text for text in texts)
    done = run("attack", "run", "test:0", "--class", "nothing", folder=folder)
    assert done.returncode == 1 and "no class 'nothing'" in done.stderr


def test_asked_in_stages_the_kernel_goes_on_where_it_was(folder, subject):
    network = {"run": str(folder / "run")}
    asked = {"layer": conv(subject), "units": [0, 2], **network}
    steps = []
    first = imagine.visualize(until=3, progress=lambda share, text: steps.append(text), **asked)
    second = imagine.visualize(until=6, progress=lambda share, text: steps.append(text), **asked)
    assert len(steps) == 6 and second["step"] == 6 and second["curve"].shape == (6, 2)
    np.testing.assert_array_equal(second["curve"][:3], first["curve"])
    again = imagine.visualize(until=3, **asked)
    np.testing.assert_array_equal(again["pictures"], first["pictures"])
    assert first["pictures"].shape == (2, 24, 24, 3)


def test_the_kernel_s_changes_lead_to_the_probabilities_it_tells(folder, subject):
    network = {"run": str(folder / "run")}
    epsilons = [0, 2 / 255, 8 / 255]
    found = imagine.attack(["test", 1], epsilons, "pgd", parameters={"steps": 3}, **network)
    mean, std = (torch.as_tensor(one).view(-1, 1, 1) for one in subject.normalization)
    levels = subject.picture("test:1").tensor * std + mean
    changed = (levels + torch.from_numpy(found["changes"]).float() - mean) / std
    chances = subject.model(changed.float()).softmax(1).detach().numpy()
    np.testing.assert_allclose(found["probabilities"], chances, atol=2e-3)
    for epsilon, change in zip(epsilons, found["changes"], strict=True):
        assert np.abs(change).max() <= epsilon + 1e-4
    least = imagine.smallest_attack(["test", 1], "pgd", **network)
    assert set(least) == {"epsilon", "below", "sentence"}


def test_the_lines_of_python_make_the_pictures_of_the_window(
    folder, subject, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    asked = {"run": str(folder / "run"), "checkpoint": "best", "image": ["test", 2]}
    exec(attack_lines(asked, "pgd", 5, 1, {"steps": 3}), {})
    network = {"run": asked["run"]}
    found = imagine.attack(["test", 2], [5 / 255], "pgd", 1, parameters={"steps": 3}, **network)
    moved = found["image"] + 255 * found["changes"][0].transpose(1, 2, 0).astype(np.float32)
    made = np.asarray(Image.open("attack.png")).astype(int)
    assert np.abs(made - moved).max() <= 1

    layer, parameters = conv(subject), {"steps": 3, "tv": 1.0}
    exec(visualize_lines(asked, layer, (2,), parameters), {})
    seen = imagine.visualize(layer, [2], 3, parameters=parameters, **network)
    np.testing.assert_array_equal(np.asarray(Image.open("seen.png")), seen["pictures"][0])


def test_robust_accuracy_is_asked_over_a_split(folder):
    told = []
    found = robust.robust_accuracy(
        [0, 1 / 255], samples=20, run=str(folder / "run"),
        progress=lambda share, text: told.append(share),
    )  # fmt: skip
    assert found["samples"] == min(20, found["samples"]) and told[-1] == 1
    assert 1 >= found["accuracy"][0] >= found["accuracy"][1] >= 0
