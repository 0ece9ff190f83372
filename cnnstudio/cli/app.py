"""The commands' common home: the application, options that several take, and how they answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from cnnstudio.graph import ProjectFileError

app = typer.Typer(
    help="Draw convolutional networks, train them, and see what they see.\n\n"
    "Without a command, opens the window, with the project file if one is named.",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ProjectFile = Annotated[Path, typer.Argument(metavar="FILE", help="project file (.cnns)")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="folder of a run")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]
Checkpoint = Annotated[
    str,
    typer.Option(
        help="best, last, epoch-0003, or any step that 'cnnstudio history' lists: step-000004"
    ),
]


def refuse_existing(file: Path, force: bool) -> None:
    """Raises ProjectFileError rather than write over a file unasked."""
    if file.is_dir():
        raise ProjectFileError(f"{file} is a folder.", "Name a file in it.")
    if file.exists() and not force:
        raise ProjectFileError(f"{file} exists already.", "Choose another name, or add --force.")


def shape_of(text: str | None) -> tuple[int, ...] | None:
    """`3,32,32` as a shape; wrong usage if it is none."""
    if text is None:
        return None
    try:
        shape = tuple(int(part) for part in text.split(","))
    except ValueError:
        shape = ()
    if not shape:
        raise typer.BadParameter(f"'{text}' is no shape: write it as 3,32,32", param_hint="--input")
    return shape


def print_json(value: Any) -> None:
    """Prints a result as JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False))
