"""How our own processes are started: the same Python and package, whatever folder they run in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# Threads that wait spinning starve every other process of this machine's cores, and one another:
# on two cores, with another process at work, a step took 490 ms instead of 120, and the window's
# event loop was late twice as often. On a machine with nothing else to do it costs up to a third;
# the variable set by the user is kept.
QUIET_WAITING = {"OMP_WAIT_POLICY": "PASSIVE"}


def command(*arguments: str) -> list[str]:
    """Runs a module of ours: `command("cnnstudio", "train", …)`.

    Nothing is imported from the current folder: a file named `json.py` beside a project must not
    run.
    """
    return [sys.executable, "-P", "-m", *arguments]


def environment() -> dict[str, str]:
    """The variables to start it with, so that it imports this very package."""
    package_folder = str(Path(__file__).resolve().parents[2])
    inherited = os.environ.get("PYTHONPATH")
    found = os.pathsep.join(filter(None, [package_folder, inherited]))
    return QUIET_WAITING | dict(os.environ) | {"PYTHONPATH": found}
