"""Reports and animations, written where the window says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cnnstudio.kernel.questions.looking_back import animate
from cnnstudio.report.run_report import write_report
from cnnstudio.training.rundir import RunDirectory

__all__ = ["animate", "report"]


def report(run: str, path: str, progress: Callable[[float | None, str], object]) -> str:
    """Writes a run's report and gives the file's path back."""
    write_report(RunDirectory(run), Path(path), progress)
    return path
