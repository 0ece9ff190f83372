"""The command line, run in the tests' own process: one of its own would load torch each time."""

from __future__ import annotations

import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess

from cnnstudio.cli import main


def run(*arguments: str, folder: Path) -> CompletedProcess[str]:
    """Runs `cnnstudio ARGUMENTS` in a folder."""
    out, err = StringIO(), StringIO()
    code: object = 0
    with chdir(folder), redirect_stdout(out), redirect_stderr(err):
        try:
            main(arguments)
        except SystemExit as end:
            code = end.code
    code = code if isinstance(code, int) else int(code is not None)
    return CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def run_apart(*arguments: str, folder: Path) -> CompletedProcess[str]:
    """The same in a process of its own: `draw` needs Qt without a screen, and there is one Qt a
    process."""
    return subprocess.run(
        [sys.executable, "-m", "cnnstudio", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
