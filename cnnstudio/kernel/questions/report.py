"""Reports, written where the window says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cnnstudio.report.run_report import write_report
from cnnstudio.training.rundir import RunDirectory


def report(run: str, path: str, progress: Callable[[float | None, str], object]) -> str:
    """Writes a run's report and gives the file's path back."""
    write_report(RunDirectory(run), Path(path), progress)
    return path
