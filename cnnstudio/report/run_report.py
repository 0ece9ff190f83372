"""The report of a run: curves, settings, network, what it confuses, samples, where it was made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cnnstudio.compiler.check import check
from cnnstudio.compiler.report import Report
from cnnstudio.data.load import load as load_data
from cnnstudio.data.samples import Samples
from cnnstudio.graph import CnnStudioError, DataError, Project, RunError
from cnnstudio.report.curves import charts
from cnnstudio.report.network import network_svg
from cnnstudio.report.page import (
    GENERATED,
    confusion_table,
    facts_table,
    picture,
    section,
    table,
    write_page,
)
from cnnstudio.tables import memory, percent, quantity, shapes_text
from cnnstudio.training.metrics import metrics as declared
from cnnstudio.training.metrics import over_all
from cnnstudio.training.run_rows import RunRow, read_row
from cnnstudio.training.rundir import RunDirectory, read_json
from cnnstudio.training.setting_words import setting_text, value_text
from cnnstudio.training.verdicts import read_verdicts

SHOWN_SAMPLES = 8  # mistakes, and as many that are right
LARGEST_SIDE = 224  # pixels
LONGEST = 200  # letters of a setting


@dataclass(frozen=True)
class _Found:
    """What the page is made from; `tested` is empty for a run that was not tested."""

    row: RunRow
    project: Project
    report: Report | None
    epochs: list[dict[str, Any]]
    tested: dict[str, Any]
    environment: dict[str, Any]


def write_report(
    run: RunDirectory, path: Path, progress: Callable[[float | None, str], object] | None = None
) -> None:
    """Writes a run as one HTML file, with all of its pictures inside. Nothing in it is loaded.

    What the run lacks is said in its place: a test, images that are gone. Raises RunError if there
    is no run that can be read, or the file can't be written.
    """
    tell = progress or (lambda fraction, text: None)
    tell(None, "Reading the run")
    project = run.project()
    row = read_row(run)
    try:
        report: Report | None = check(project)
    except CnnStudioError:
        report = None
    found = _Found(
        row, project, report, run.metrics(),
        read_json(run.path / "predictions.json") or {},
        read_json(run.path / "environment.json") or {},
    )  # fmt: skip
    tell(None, "Looking for the images")
    samples = _samples(run, found)
    try:
        write_page(
            path, row.facts["name"], _description(found), _figures(found),
            [
                section("How it learned", charts(found.epochs)),
                _confusion(found), samples, _settings(found), _network(found), _machine(found),
            ],
            row.generated,
        )  # fmt: skip
    except OSError as error:
        raise RunError(f"{path} can't be written: {error.strerror or error}.") from None


def _description(found: _Found) -> list[str]:
    said = found.row.annotations
    status = found.row.status
    tags = " ".join(f"#{tag}" for tag in said.tags)
    message = "" if status is None else status.message
    state = found.row.facts["state"]
    return [
        found.project.description.partition("\n")[0],
        f"The run is {state}. {message}",
        said.note,
        tags,
    ]


def _figures(found: _Found) -> list[tuple[str, str]]:
    best = (found.row.status.best if found.row.status else None) or {}
    tested, report = found.tested, found.report
    split = "test" if tested.get("split") == "test" else "validation"
    return [
        (percent(tested.get("accuracy")), f"{split} accuracy"),
        (percent(best.get("val_accuracy")), "best validation accuracy"),
        (str(best.get("epoch") or ""), "best epoch"),
        (quantity(report.parameters) if report else "", "parameters"),
        (quantity(report.macs) if report else "", "multiply-adds an image"),
        (memory(report.activation_bytes) if report else "", "activations an image"),
    ]


def _confusion(found: _Found) -> str:
    tested = found.tested
    if not tested:
        return section("What it confuses", text="The run has not been tested: that comes when it "
                       "is finished, or with 'cnnstudio evaluate'.")  # fmt: skip
    columns = [name for name, metric in declared.items() if metric.per_class]
    rows = [
        [one["class"], str(one["samples"]),
         *(declared[name].written(one.get(name)) for name in columns)]
        for one in tested["per_class"]
    ]  # fmt: skip
    titles = [declared[name].title for name in columns]
    split = tested.get("split", "test")
    notes = "".join(f"<p>{escape(note)}</p>" for note in tested.get("notes", []))
    return section(
        "What it confuses",
        confusion_table(tested["classes"], tested["confusion"]),
        "<h3 style='margin-top:24px'>Over all</h3>",
        table(["Metric", "Value", ""], over_all(tested), words=1),
        "<h3 style='margin-top:24px'>Each class</h3>",
        table(["Class", "Images", *titles], rows, words=1), notes,
        text=f"{tested['samples']:,} {split} images by true class (rows) and by what the network "
        "said (columns).",
    )  # fmt: skip


def _samples(run: RunDirectory, found: _Found) -> str:
    title = "What it says of single images"
    if not found.tested:
        return ""
    try:
        verdicts = read_verdicts(run.path)
        samples = _images(found)
        right = np.flatnonzero(verdicts.labels == verdicts.predicted)
        evenly = np.linspace(0, max(0, len(right) - 1), min(SHOWN_SAMPLES, len(right)))
        chosen = [*verdicts.mistakes()[:SHOWN_SAMPLES], *right[evenly.astype(int)]]
        shown = [_sample(samples, verdicts.facts(int(number))) for number in chosen]
    except (CnnStudioError, IndexError) as error:
        return section(title, text=f"The images can't be shown: {error}")
    text = "The most confident mistakes first, then some that are right."
    if found.row.generated:
        text += f" {GENERATED}."
    return section(title, f"<div class='grid'>{''.join(shown)}</div>", text=text)


def _images(found: _Found) -> Samples:
    project = found.project
    inputs = [node.name for node in project.network.nodes if node.kind == "Input"]
    if found.report is None or not inputs:
        raise DataError("the network has no input.")
    splits = load_data(project.data, tuple(found.report.shapes[inputs[0]]))
    return splits.test if found.tested.get("split") == "test" else splits.validation


def _sample(samples: Samples, facts: dict[str, Any]) -> str:
    image = samples.image(facts["number"])
    shown = np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image
    if max(shown.shape[:2]) > LARGEST_SIDE:
        smaller = Image.fromarray(np.ascontiguousarray(shown))
        smaller.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
        shown = np.asarray(smaller)
    right = facts["class"] == facts["predicted"]
    verdict = facts["predicted"] if right else f"{facts['predicted']}, not {facts['class']}"
    return (
        f"<figure class='{'right' if right else 'wrong'}'>{picture(shown, facts['name'])}"
        f"<figcaption><b>{escape(verdict)}</b> {percent(facts['confidence'])}<br>"
        f"{escape(facts['name'])}</figcaption></figure>"
    )


def _settings(found: _Found) -> str:
    told = [
        (path, setting_text(path, value)[:LONGEST])
        for path, value in found.row.settings.items()
        if path.startswith(("training.", "data."))
    ]
    return section("Settings", facts_table(told))


def _network(found: _Found) -> str:
    project, report = found.project, found.report
    shapes = {} if report is None else report.shapes
    rows = []
    for node in map(project.network.node, project.network.topological()):
        cost = report.nodes.get(node.name) if report else None
        numbers = [quantity(cost.parameters), quantity(cost.macs)] if cost else ["", ""]
        rows.append([node.name, node.short_kind, shapes_text(shapes.get(node.name)), *numbers])
    columns = ["Node", "Layer", "Output", "Parameters", "Multiply-adds"]
    return section("The network", network_svg(project, shapes), table(columns, rows, words=3))


def _machine(found: _Found) -> str:
    told = found.environment
    if not told:
        return section("Where it was made", text="The run has not begun.")
    git = told.get("git") or {}
    packages = told.get("packages") or {}
    rows = [
        (name.replace("_", " ").capitalize(), value_text(told.get(name)))
        for name in ("device", "device_name", "threads", "cpus", "platform", "machine", "python")
    ]
    rows += [(name, str(version)) for name, version in packages.items() if version]
    changed = ", with changes" if git.get("changed") else ""
    rows.append(("Commit", f"{git['commit']}{changed}" if git.get("commit") else ""))
    return section("Where it was made", facts_table(rows))
