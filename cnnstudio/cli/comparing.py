"""Runs beside each other: what is said of them, in what they differ, their numbers as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnnstudio import run_tables
from cnnstudio.cli.app import AsJson, RunFolder, app, print_json, refuse_existing
from cnnstudio.graph import ProjectFileError, RunError, load
from cnnstudio.graph.file import write_atomically
from cnnstudio.training.rundir import RunDirectory


@app.command()
def mark(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="folders of runs")],
    star: Annotated[bool | None, typer.Option("--star/--no-star", help="a star, or none")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="a tag to add")] = None,
    untag: Annotated[list[str] | None, typer.Option(help="a tag to take away")] = None,
    note: Annotated[str | None, typer.Option(help="what is to be known; replaces the note")] = None,
) -> None:
    """Give runs a star, tags or a note; 'cnnstudio runs --where' finds them by these."""
    from cnnstudio.training.annotations import annotate, annotations_of

    for run in map(_existing, runs):
        kept = [t for t in annotations_of(run).tags if t not in (untag or [])]
        tags = [*kept, *(tag or [])] if tag or untag else None
        said = annotate(run, star=star, tags=tags, note=note)
        parts = ["★" * said.star, *(f"#{tag}" for tag in said.tags), said.note]
        print(f"{run.name}: {' '.join(filter(None, parts)) or 'nothing is said of it'}")


@app.command()
def diff(
    sources: Annotated[
        list[Path], typer.Argument(metavar="RUN|FILE...", help="two or more runs or project files")
    ],
    as_json: AsJson = False,
) -> None:
    """Show in what settings and layers runs or projects differ."""
    from cnnstudio.training.run_difference import difference

    if len(sources) < 2:
        raise typer.BadParameter("name two or more", param_hint="RUN|FILE...")
    projects = [load(s) if s.is_file() else _existing(s).project() for s in sources]
    rows = difference(projects)
    names = [source.name for source in sources]
    if as_json:
        print_json({"names": names, "rows": [{"path": r.path, "values": r.values} for r in rows]})
    else:
        run_tables.print_difference(names, rows)


@app.command()
def curves(
    run: RunFolder,
    out: Annotated[Path, typer.Option("--out", "-o", help=".csv or .json file to write")],
    force: Annotated[bool, typer.Option("--force", help="replace an existing file")] = False,
) -> None:
    """Write a run's numbers, step by step and epoch by epoch, as CSV or JSON."""
    from cnnstudio.training.run_export import curves_csv, curves_json

    write = {".csv": curves_csv, ".json": curves_json}.get(out.suffix)
    if write is None:
        raise ProjectFileError(f"{out}: the suffix says how.", "Use .csv or .json.")
    refuse_existing(out, force)
    write_atomically(out, write(_existing(run).history()))
    print(out)


@app.command()
def report(
    run: RunFolder,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="file to write")] = None,
    force: Annotated[bool, typer.Option("--force", help="replace an existing file")] = False,
) -> None:
    """Write a run as one HTML file that opens anywhere."""
    from cnnstudio.report.run_report import write_report

    file = out or Path(f"{run.resolve().name}.html")
    refuse_existing(file, force)
    write_report(_existing(run), file)
    print(file)


def _existing(path: Path) -> RunDirectory:
    run = RunDirectory(path)
    if not run.exists():
        raise RunError(
            f"{path} is not a run.", "A run is a folder, such as those that 'cnnstudio runs' lists."
        )
    return run
