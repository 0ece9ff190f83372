"""Commands on a project's network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cnnstudio import tables
from cnnstudio.cli.app import (
    AsJson,
    ProjectFile,
    app,
    print_json,
    refuse_existing,
    shape_of,
)
from cnnstudio.graph import CnnStudioError, load, save
from cnnstudio.graph.file import write_atomically


@app.command()
def new(
    template: Annotated[str, typer.Argument(metavar="TEMPLATE", help="see 'cnnstudio templates'")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="file to write")] = None,
    input_shape: Annotated[
        str | None, typer.Option("--input", help="channels,height,width such as 3,32,32")
    ] = None,
    classes: Annotated[int | None, typer.Option(help="how many classes to tell apart")] = None,
    force: Annotated[bool, typer.Option("--force", help="replace an existing file")] = False,
) -> None:
    """Write a new project from a template."""
    from cnnstudio.blueprints import template as from_template

    project = from_template(template, shape_of(input_shape), classes)
    file = out or Path(f"{template}.cnns")
    refuse_existing(file, force)
    save(project, file)
    print(file)


@app.command()
def check(
    file: ProjectFile,
    as_json: AsJson = False,
    time: Annotated[
        bool, typer.Option("--time", help="time some steps: how long an epoch will take")
    ] = False,
    inside: Annotated[
        bool, typer.Option("--inside", help="list what is inside of the blocks too")
    ] = False,
) -> None:
    """Show shapes, problems, parameters, multiply-adds and memory; exit 1 if there are errors."""
    from cnnstudio.compiler.check import check as check_project
    from cnnstudio.data.agreement import with_data
    from cnnstudio.training.needs import inference_memory, training_memory

    project = load(file)
    if not project.network.nodes:
        raise CnnStudioError(f"{file}: the network is empty.", "Add layers in the window.")
    report = with_data(project, check_project(project))
    needs = {
        "batch_size": project.training.batch_size,
        "training_memory": training_memory(report, project.training),
        "inference_memory": inference_memory(report),
    }
    expected = _estimated(project) if time and report.ok else None
    if as_json:
        print_json(report.model_dump(mode="json") | needs | ({"time": expected} if time else {}))
    else:
        tables.print_report(project, report, needs, inside)
        if expected:
            tables.print_estimate(expected)
    errors = sum(problem.severity == "error" for problem in report.problems)
    if errors:
        raise CnnStudioError(f"{file}: {errors} {'error' if errors == 1 else 'errors'}.")


@app.command()
def compare(
    first: ProjectFile,
    second: Annotated[Path, typer.Argument(metavar="OTHER", help="another project file")],
    as_json: AsJson = False,
) -> None:
    """Show two networks side by side: sizes, cost, and the layers that differ."""
    from cnnstudio.compiler.check import check as check_project
    from cnnstudio.compiler.compare import compare as compare_networks

    projects = [load(file) for file in (first, second)]
    one, two = [(project.network, check_project(project)) for project in projects]
    found = compare_networks(one, two)
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        tables.print_comparison((first.stem, second.stem), found)


@app.command()
def code(
    file: ProjectFile,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="file to write")] = None,
    force: Annotated[bool, typer.Option("--force", help="replace an existing file")] = False,
) -> None:
    """Write the network as a plain PyTorch file, to stdout without -o."""
    from cnnstudio.compiler.code import code as code_of

    text = code_of(load(file))
    if out is None:
        print(text, end="")
        return
    refuse_existing(out, force)
    write_atomically(out, text)
    print(out)


def _estimated(project: Any) -> dict[str, Any]:
    from cnnstudio.training.estimate import estimate

    return estimate(project).to_json()
