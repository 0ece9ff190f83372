"""Training, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnnstudio import run_tables, tables
from cnnstudio.cli.app import (
    AsJson,
    Checkpoint,
    ProjectFile,
    RunFolder,
    app,
    print_json,
    refuse_existing,
)
from cnnstudio.graph import CnnStudioError, load
from cnnstudio.graph.file import write_atomically

if TYPE_CHECKING:
    from cnnstudio.training.run_rows import RunRow


@app.command()
def train(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="project file (.cnns); a run that goes on has its own"),
    ] = None,
    run_dir: Annotated[
        Path | None, typer.Option(help="folder of the run; by default a new one beside FILE")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="a setting, such as training.epochs=3")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="go on with the run")] = False,
) -> None:
    """Train a project's network; Ctrl+C stops with a checkpoint."""
    from cnnstudio.training.command import run_from_command_line

    raise typer.Exit(run_from_command_line(file, run_dir, resume, settings or []))


@app.command()
def rehearse(
    file: ProjectFile,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="a setting, such as training.batch_size=16")
    ] = None,
    batch_sizes: Annotated[
        bool,
        typer.Option("--batch-sizes", help="find the size that fits and the one that is fastest"),
    ] = False,
    time: Annotated[
        bool, typer.Option("--time", help="how long the run will take, and how much memory")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Try a training for some steps: is it sound, and which learning rate suits? Exit 1 if not."""
    from cnnstudio.training.batch_sizes import find_batch_sizes_apart
    from cnnstudio.training.estimate import estimate_apart
    from cnnstudio.training.paths import with_settings
    from cnnstudio.training.rehearsal import rehearse as try_training

    project = with_settings(load(file), settings or [])
    found = try_training(project)
    sizes = find_batch_sizes_apart(project) if batch_sizes else None
    expected = estimate_apart(project).to_json() if time else None
    if as_json:
        more = ({"batch_sizes": sizes.to_json()} if sizes else {}) | (
            {"time": expected} if expected else {}
        )
        print_json(found.to_json() | more)
    else:
        tables.print_rehearsal(found)
        if sizes:
            tables.print_batch_sizes(sizes)
        if expected:
            tables.print_estimate(expected)
    if not found.fine:
        raise typer.Exit(1)


@app.command()
def evaluate(
    run: RunFolder,
    checkpoint: Checkpoint = "best",
    mistakes: Annotated[
        int, typer.Option(min=0, help="list so many mistakes, the most confident first")
    ] = 0,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="test on other data, such as data.options.background=plain"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Test a run's weights on the images kept for it: all metrics, for each class and over all."""
    from cnnstudio.training.assessment import evaluate_run
    from cnnstudio.training.run import Run

    if settings and mistakes:
        raise typer.BadParameter("mistakes are listed for the run's own data", param_hint="--set")
    summary = evaluate_run(run, checkpoint, settings or ())
    found = Run(run).mistakes(mistakes) if mistakes and summary else []
    if as_json:
        print_json(summary | ({"mistakes": found} if mistakes else {}))
    else:
        tables.print_evaluation(summary)
        if mistakes and summary:
            tables.print_mistakes(found)


@app.command()
def runs(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="where to look; by default here, then your own runs"),
    ] = None,
    where: Annotated[
        str, typer.Option(help="such as 'accuracy > 0.9 #good state:finished sort:-accuracy'")
    ] = "",
    columns: Annotated[
        str, typer.Option(help="further columns, such as lr,training.batch_size,val_loss")
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help=".csv or .json file to write")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="replace an existing file")] = False,
    as_json: AsJson = False,
) -> None:
    """List runs with their state and accuracy, newest first."""
    from cnnstudio.training.run_filter import column_of, pick
    from cnnstudio.training.run_rows import columns_of, read_row
    from cnnstudio.training.rundir import list_runs, runs_root

    root = folder or (Path("runs") if Path("runs").is_dir() else runs_root(None))
    if folder and not folder.is_dir():
        raise CnnStudioError(f"{folder} is not a folder.")
    there = list_runs(root) or list_runs(root / "runs")
    rows = pick(map(read_row, there), where)
    known = columns_of(rows)
    chosen = [column_of(name.strip(), known) for name in columns.split(",") if name.strip()]
    if out is not None:
        _write_runs(rows, chosen, out, force)
    elif as_json:
        print_json([run_tables.run_facts(row) for row in rows])
    elif not rows:
        print(f"No runs in {root}" + (f" with {where}" if there else ""))
    else:
        run_tables.print_runs(rows, chosen)


def _write_runs(rows: Sequence[RunRow], columns: Sequence[str], out: Path, force: bool) -> None:
    from cnnstudio.training.run_export import runs_csv, runs_json

    refuse_existing(out, force)
    if out.suffix == ".json":
        write_atomically(out, runs_json(rows))
    elif out.suffix == ".csv":
        write_atomically(out, runs_csv(rows, ["name", "state", *columns] if columns else None))
    else:
        raise CnnStudioError(f"{out}: the suffix says how.", "Use .csv or .json.")
    print(out)
