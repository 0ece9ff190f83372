"""`cnnstudio demo --headless`: checks, trains and looks into the sample."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console

from cnnstudio.blueprints import SAMPLE, template
from cnnstudio.compiler.check import check
from cnnstudio.demo.curves import DARK, LIGHT, draw_curves
from cnnstudio.demo.findings import Findings, inspect
from cnnstudio.demo.page import write_demo_page
from cnnstudio.graph import Project, RunError
from cnnstudio.tables import memory, percent, quantity
from cnnstudio.training.reporter import reporter
from cnnstudio.training.run import Run
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.train import train


def run_demo(out: Path, project: Project | None = None) -> Path:
    """Trains the sample (or another project) and writes pictures and `report.html` to `out`.

    Returns the report's path. The run itself is kept in `out/runs`.
    """
    console = Console(highlight=False, soft_wrap=True)
    project = project or template(SAMPLE)
    report = check(project)
    console.print(
        f"{project.name}: {len(project.network.nodes)} layers, "
        f"{quantity(report.parameters)} parameters, {quantity(report.macs)} multiply-adds, "
        f"{memory(report.activation_bytes)} of activations an image"
    )
    with _writing(out):
        run = _trained(project, out)
        console.print("Looking into the network")
        findings = inspect(run)
        files = _write_pictures(out, run, findings)
        page = out / "report.html"
        write_demo_page(page, run, report, findings)
    console.print(
        f"Test accuracy {percent(run.test.get('accuracy'))} · {percent(findings.heat_inside)} of "
        f"the heat lies on the objects, which cover {percent(findings.area_inside)} of the images"
    )
    for file in [*files, page]:
        console.print(str(file), markup=False)
    return page


def _trained(project: Project, out: Path) -> Run:
    directory = RunDirectory.create(out / "runs", project)
    with reporter(directory) as report:
        return train(project, directory.path, on_event=report)


def _write_pictures(out: Path, run: Run, findings: Findings) -> list[Path]:
    pictures = {
        "curves.png": draw_curves(run.metrics, LIGHT),
        "curves-dark.png": draw_curves(run.metrics, DARK),
        "heatmaps.png": findings.heatmap_sheet(),
        **{f"maps-{node.name}.png": node.mosaic for node in findings.nodes},
    }
    for name, picture in pictures.items():
        Image.fromarray(np.ascontiguousarray(picture)).save(out / name)
    return [out / name for name in pictures]


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        out.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise RunError(
            f"{out} can't be written: {error.strerror or error}.", "Choose another --out."
        ) from None
