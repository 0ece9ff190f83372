"""A run as one page that opens anywhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from cnnstudio.graph import RunError
from cnnstudio.report.run_report import write_report
from cnnstudio.training.annotations import annotate
from cnnstudio.training.paths import with_text
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.train import train
from tests.command import run as command
from tests.training.networks import small


class Page(HTMLParser):
    """What a page loads, its words, and whether its elements close."""

    VOID = ("meta", "img", "br", "line", "circle", "rect", "path", "polyline")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.loaded += [v for name, v in attrs if name in ("src", "href", "srcset", "data")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run on digits, finished and tested."""
    folder = tmp_path_factory.mktemp("report") / "runs" / "digits"
    return train(small(epochs=2, batch_size=256, learning_rate=0.02), folder).directory


def read(run, folder):
    write_report(run, folder / "report.html")
    return (folder / "report.html").read_text()


def test_the_page_holds_everything_and_loads_nothing(trained, tmp_path):
    annotate(trained, note="a <careful> try", tags=["good"])

    text = read(trained, tmp_path)
    page = Page(text)

    assert page.open == []
    assert page.loaded and all(url.startswith("data:image/png;base64,") for url in page.loaded)
    assert not re.search(r"https?://(?!www\.w3\.org)", re.sub(r"<p>.*?</p>", "", text))
    for told in ("a <careful> try", "#good", "training.learning_rate 0.02", "Each class", "torch"):
        assert told in page.text
    accuracy = trained.raw_status().test["accuracy"]
    assert f"{accuracy:.1%}" in page.text
    assert "Generated" not in page.text


def test_curves_and_network_are_drawn_as_svg(trained, tmp_path):
    drawings = re.findall(r"<svg.*?</svg>", read(trained, tmp_path), flags=re.S)

    labels = [ElementTree.fromstring(one).get("aria-label") for one in drawings]
    assert labels[0].startswith("Loss by epoch") and labels[1].startswith("Accuracy by epoch")
    last = trained.metrics()[-1]["val_loss"]
    assert f"validation ends at {last:.4g}" in labels[0]
    assert labels[-1] == "The network: 8 layers"
    assert len(re.findall("class='wire'", drawings[-1])) == 7


def test_generated_images_are_called_so_and_what_is_missing_is_said(tmp_path):
    project = with_text(small(), "data.dataset=shapes")
    run = RunDirectory.create_at(tmp_path / "run", project)

    page = Page(read(run, tmp_path))

    assert page.text.count("Generated images: drawn by a program, not photographed") >= 2
    assert "The run has not been tested" in page.text
    assert "No epoch was finished." in page.text
    assert "The run has not begun." in page.text


def test_images_that_are_gone_are_named(trained, tmp_path, monkeypatch):
    from cnnstudio.graph import DataError
    from cnnstudio.report import run_report

    def gone(*_):
        raise DataError("The folder /data/cats is gone.")

    monkeypatch.setattr(run_report, "load_data", gone)
    assert "can't be shown: The folder /data/cats is gone." in Page(read(trained, tmp_path)).text


def test_the_report_is_written_from_the_command_line(trained, tmp_path):
    done = command("report", str(trained.path), "-o", "page.html", folder=tmp_path)
    assert done.returncode == 0 and done.stdout == "page.html\n"
    again = command("report", str(trained.path), "-o", "page.html", folder=tmp_path)
    assert again.returncode == 1 and "exists already" in again.stderr
    with pytest.raises(RunError, match="can't be written"):
        write_report(trained, tmp_path / "missing" / "page.html")
