"""Searches over settings."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated, Any

import typer

from cnnstudio import run_tables
from cnnstudio.cli.app import AsJson, app, print_json
from cnnstudio.graph import load


@app.command()
def sweep(
    source: Annotated[
        Path, typer.Argument(metavar="FILE|SWEEP", help="project file, or a sweep to go on with")
    ],
    over: Annotated[
        list[str] | None,
        typer.Option(
            help="what varies: training.learning_rate=1e-4..1e-1:log, "
            "training.batch_size=32,64, network.conv1.out_channels=8..64:8"
        ),
    ] = None,
    trials: Annotated[int, typer.Option(help="how many runs", min=1)] = 20,
    workers: Annotated[int, typer.Option(help="runs at the same time", min=1)] = 1,
    method: Annotated[
        str,
        typer.Option(
            help="tpe, random, grid (every combination), or auto: a grid where it has no more "
            "points than there are trials, else tpe"
        ),
    ] = "auto",
    metric: Annotated[str, typer.Option(help="what is to become best")] = "val_accuracy",
    prune: Annotated[
        str, typer.Option(help="end hopeless runs early: none, median or halving")
    ] = "median",
    seed: Annotated[int, typer.Option(help="same seed, same values")] = 0,
    name: Annotated[str | None, typer.Option(help="what it is called in the storage")] = None,
    storage: Annotated[
        str,
        typer.Option(help="shared with other machines: a file, or a URL such as sqlite:///all.db"),
    ] = "",
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="a setting that all runs have")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train with many settings and find the best; Ctrl+C stops, the sweep's folder goes on.

    Exit 1 if every trial failed.
    """
    from cnnstudio.training.paths import with_text
    from cnnstudio.training.rundir import runs_root
    from cnnstudio.training.sweep.conducting import conduct
    from cnnstudio.training.sweep.creating import create_sweep
    from cnnstudio.training.sweep.directory import SweepDirectory
    from cnnstudio.training.sweep.space import dimension

    if source.is_dir():
        found = SweepDirectory(source)
        found.definition()
    else:
        project = load(source)
        for setting in settings or []:
            project = with_text(project, setting)
        found = create_sweep(
            project, [dimension(text) for text in over or []], runs_root(source), trials=trials,
            method=method, metric=metric, pruning=prune, seed=seed,
            name=name, called=source.stem, storage=storage,
        )  # fmt: skip
    definition = found.definition()
    if not as_json:
        print(f"Sweep {found.path}")
        print(f"Its runs: cnnstudio runs --where 'sweep = \"{definition.name}\"'")
        print(f"Go on after a stop with: cnnstudio sweep {found.path}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tell = None if as_json else lambda trial: print(run_tables.trial_line(trial, definition.metric))
    conduct(found, workers, tell)
    if as_json:
        print_json(_told(found))
    else:
        run_tables.print_sweep(found)
    if found.status().state == "stopped":
        raise typer.Exit(130)
    ended = [trial.state for trial in found.trials()]
    if ended and set(ended) == {"failed"}:
        raise typer.Exit(1)


def _told(found: Any) -> dict[str, Any]:
    best = found.best()
    return {
        "path": str(found.path),
        "state": found.status().state,
        "best": best and best.model_dump(mode="json"),
        "trials": [trial.model_dump(mode="json") for trial in found.trials()],
    }
