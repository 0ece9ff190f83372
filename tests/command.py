"""The command line, run in the tests' own process: one of its own would load torch each time."""

from __future__ import annotations

from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from cnnstudio.cli import main


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str, folder: Path) -> Done:
    """Runs `cnnstudio ARGUMENTS` in a folder."""
    out, err = StringIO(), StringIO()
    code: object = 0
    with chdir(folder), redirect_stdout(out), redirect_stderr(err):
        try:
            main(arguments)
        except SystemExit as end:
            code = end.code
    return Done(code if isinstance(code, int) else int(code is not None),
                out.getvalue(), err.getvalue())  # fmt: skip
