"""The entry point: finds the command and prints errors for people."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

import cnnstudio
from cnnstudio import tables
from cnnstudio.cli.app import app
from cnnstudio.graph import CnnStudioError
from cnnstudio.training.interpreter import QUIET_WAITING

# Importing these declares their commands, which --help lists in this order.
for name in (
    "window", "catalogue", "network", "exchange", "augmentation", "runs", "explaining", "units",
    "imagining", "looking_back", "weights", "computing", "activations", "studying", "doctor",
    "comparing", "sweeps", "queue",
):  # fmt: skip
    import_module(f"cnnstudio.cli.{name}")


def main(argv: Sequence[str] | None = None) -> None:
    """Runs the command line and exits: 0, 1 for an error told on stderr, 2 for wrong usage."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for name, value in QUIET_WAITING.items():
        os.environ.setdefault(name, value)  # read when torch is loaded, which no command has yet
    try:
        app(_with_command(arguments), prog_name="cnnstudio")
    except CnnStudioError as error:
        tables.print_error(error)
        sys.exit(1)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=lambda asked: _version(asked))
    ] = False,
) -> None:
    pass


def _with_command(arguments: list[str]) -> list[str]:
    """`cnnstudio` and `cnnstudio FILE` mean `cnnstudio open`."""
    if not arguments:
        return ["open"]
    first = arguments[0]
    commands = [command.name or command.callback.__name__ for command in app.registered_commands]  # type: ignore[union-attr]
    commands += [group.name for group in app.registered_groups if group.name]
    if first.startswith("-") or first in commands:
        return arguments
    if Path(first).suffix or os.sep in first or Path(first).exists():
        return ["open", *arguments]
    close = difflib.get_close_matches(first, commands, 1)
    print(
        f"Error: '{first}' is neither a command nor a project file."
        + (f" Did you mean '{close[0]}'?" if close else " See 'cnnstudio --help'."),
        file=sys.stderr,
    )
    raise SystemExit(2)


def _version(asked: bool) -> None:
    if asked:
        print(f"cnnstudio {cnnstudio.__version__}")
        raise typer.Exit
