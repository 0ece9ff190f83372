"""Commands that open the window."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from cnnstudio.cli.app import (
    app,
)
from cnnstudio.graph import CnnStudioError, ProjectFileError


@app.command("open", hidden=True)
def open_window(
    project: Annotated[Path | None, typer.Argument(help="project file to open")] = None,
) -> None:
    """Open the window."""
    if project is not None and not project.exists():
        raise ProjectFileError(f"{project} does not exist.", "Check the spelling.")
    show_window([str(project)] if project else [])


@app.command()
def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="pictures and a report, no window")
    ] = False,
    out: Annotated[Path, typer.Option(help="folder of the report")] = Path("cnnstudio-demo"),
) -> None:
    """Train the sample and look into it: in the window, or headless as a report."""
    if not headless and has_display():
        show_window(["--demo"])
        return
    from cnnstudio.demo.headless import run_demo

    run_demo(out)


def has_display() -> bool:
    """Whether a window could be shown."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def show_window(arguments: list[str]) -> None:
    if not has_display():
        raise CnnStudioError(
            "There is no display to open a window on.",
            "Use the commands (cnnstudio --help), or 'cnnstudio demo --headless'.",
        )
    from cnnstudio.ui.app import main as show

    raise typer.Exit(show(arguments) or 0)
