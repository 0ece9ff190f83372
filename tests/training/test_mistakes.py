"""The mistakes of a test: planted wrong labels come first, and can be taken out."""

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from cnnstudio.graph import DataSettings, RunError
from cnnstudio.training.run import Run
from cnnstudio.training.train import train
from cnnstudio.training.verdicts import read_verdicts
from tests.command import run
from tests.training.networks import small

PLANTED = 6


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> tuple[Run, dict[str, str]]:
    """A run on digits as files, of which six of the test lie in the wrong folder: {key: class}."""
    folder = tmp_path_factory.mktemp("planted")
    found, wrong = load_digits(), {}
    for number, (pixels, label) in enumerate(zip(found.images, found.target, strict=True)):
        split = "test" if number % 6 == 0 else "train"
        digit = int(label)
        if split == "test" and len(wrong) < PLANTED and number % 7 == 0:
            digit = (digit + 5) % 10
            wrong[f"test/{digit}/{number}.png"] = str(label)
        place = folder / "images" / split / str(digit)
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray((pixels * 15).astype(np.uint8)).save(place / f"{number}.png")
    data = DataSettings(dataset="folder", options={"path": str(folder / "images")})
    project = small(epochs=8).model_copy(update={"data": data})
    return train(project, folder / "run"), wrong


def test_the_most_confident_mistakes_are_the_planted_ones(planted):
    done, wrong = planted
    first = done.mistakes(PLANTED)
    assert {one["key"]: one["predicted"] for one in first} == wrong
    sure = [one["confidence"] for one in done.mistakes()]
    assert sure == sorted(sure, reverse=True)
    assert len(sure) == round((1 - done.test["accuracy"]) * done.test["samples"])


def test_the_command_line_lists_them(planted):
    done, wrong = planted
    told = run("evaluate", str(done.path), "--mistakes", str(PLANTED), folder=done.path)
    assert all(key in told.stdout for key in wrong)


def test_each_cell_bin_and_class_leads_to_its_samples(planted):
    done, _ = planted
    verdicts, counts = read_verdicts(done.path), np.array(done.test["confusion"])
    for label in range(10):
        for predicted in range(10):
            assert len(verdicts.cell(label, predicted)) == counts[label, predicted]
        both = counts[label].sum() + counts[:, label].sum() - counts[label, label]
        assert len(verdicts.of_class(label)) == both
    assert sum(len(verdicts.in_bin(number)) for number in range(15)) == counts.sum()


def test_relabelled_they_are_mistakes_no_more(planted, tmp_path):
    done, wrong = planted
    data = done.project.data.model_copy(update={"relabelled": wrong})
    again = train(done.project.model_copy(update={"data": data}), tmp_path / "again")
    assert again.directory.data()["corrected"] == {"left_out": 0, "relabelled": PLANTED}
    assert not {one["key"] for one in again.mistakes()} & set(wrong)
    assert again.test["accuracy"] > done.test["accuracy"]


def test_a_run_that_was_not_tested_says_so(tmp_path):
    (tmp_path / "predictions.npz").write_bytes(b"torn")
    with pytest.raises(RunError, match="can't be read"):
        read_verdicts(tmp_path)
    (tmp_path / "predictions.npz").unlink()
    with pytest.raises(RunError, match="has not been tested yet"):
        read_verdicts(tmp_path)
