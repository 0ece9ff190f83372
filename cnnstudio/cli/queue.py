"""The queue of runs."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from cnnstudio import run_tables
from cnnstudio.cli.app import AsJson, ProjectFile, app, print_json
from cnnstudio.graph import RunError, load
from cnnstudio.training.queue import RunQueue
from cnnstudio.training.rundir import RunDirectory, runs_root

queue = typer.Typer(help="Runs that wait for their turn.", no_args_is_help=True)
app.add_typer(queue, name="queue")

Number = Annotated[int, typer.Argument(help="as 'cnnstudio queue list' counts", min=1)]


@queue.command()
def add(
    file: ProjectFile,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="a setting, such as training.epochs=3")
    ] = None,
) -> None:
    """Put a run of the project as it is now at the end."""
    from cnnstudio.training.chosen import check_settings
    from cnnstudio.training.paths import with_text

    project = load(file)
    for setting in settings or []:
        project = with_text(project, setting)
    check_settings(project.training)
    print(RunQueue().add(project, runs_root(file)).path)


@queue.command("list")
def list_entries(as_json: AsJson = False) -> None:
    """Show what waits and what is at work."""
    waiting = RunQueue()
    listed, entries = waiting.listed(), waiting.entries()
    if as_json:
        print_json(
            {
                "runs": [{"path": str(e.run.path), "state": e.state} for e in entries],
                "at_once": listed.at_once,
                "paused": listed.paused,
                "running": waiting.running(),
            }
        )
    else:
        run_tables.print_queue(entries, listed.paused, listed.at_once)


@queue.command()
def start(
    at_once: Annotated[int | None, typer.Option(help="runs at the same time", min=1)] = None,
    background: Annotated[
        bool, typer.Option("--background", help="work through it without this terminal")
    ] = False,
) -> None:
    """Work through the queue; Ctrl+C stops that, and runs that have begun go on."""
    from cnnstudio.training.queue.runner import work_through

    waiting = RunQueue()
    if at_once is not None:
        waiting.set_at_once(at_once)
    waiting.pause(False)
    if background:
        waiting.start()
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        alone = work_through(waiting, lambda run, state: print(f"{run.name}: {state}", flush=True))
    except KeyboardInterrupt:
        print("Stopped. Runs that have begun go on.")
        raise typer.Exit(130) from None
    if not alone:
        print("Another process works through the queue already.")


@queue.command()
def pause() -> None:
    """Start no further run; 'cnnstudio queue start' goes on."""
    RunQueue().pause()


@queue.command()
def move(
    number: Number, place: Annotated[int, typer.Argument(help="1 is the first", min=1)]
) -> None:
    """Put a run at another place."""
    RunQueue().move(_run(number), place - 1)


@queue.command()
def remove(number: Number) -> None:
    """Take a run out; its folder stays, and one at work goes on."""
    RunQueue().remove(_run(number))


@queue.command()
def clear() -> None:
    """Take out all that wait."""
    RunQueue().clear()


def _run(number: int) -> RunDirectory:
    entries = RunQueue().entries()
    if number > len(entries):
        raise RunError(f"The queue has no run {number}: it has {len(entries)}.")
    return entries[number - 1].run
