"""Asking in a process of its own what must not disturb this one: threads, seeds, memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from cnnstudio.graph import CnnStudioError, Project, RunError, dumps, loads
from cnnstudio.training import interpreter

TIME_OUT_SECONDS = 300.0
LOOK_SECONDS = 0.2


def ask_apart(
    module: str,
    project: Project,
    *arguments: str,
    what: str,
    progress: Callable[[float | None, str], object] | None = None,
) -> dict[str, Any]:
    """What a module of ours prints of a project (see `answer`), run as the trainer is.

    `progress` is called now and then; what it raises ends the process. Raises RunError that begins
    with `what` if there is no answer, or the error that the process tells.
    """
    process = subprocess.Popen(
        [*interpreter.command(module), *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=interpreter.environment(),
    )  # fmt: skip
    deadline = time.monotonic() + TIME_OUT_SECONDS
    given: str | None = dumps(project)
    try:
        while True:
            try:
                printed, complained = process.communicate(given, timeout=LOOK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                given = None  # it is on its way
                if time.monotonic() > deadline:
                    raise RunError(
                        f"{what} took too long: the network is too large here."
                    ) from None
                if progress is not None:
                    progress(None, "")
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    try:
        told: dict[str, Any] = json.loads(printed)
    except ValueError:
        last = complained.strip().splitlines()[-1:] or [f"exit status {process.returncode}"]
        raise RunError(f"{what} came to nothing: {last[0]}.") from None
    if "error" in told:
        raise RunError(told["error"], told["hint"])
    return told


def answer(function: Callable[[Project], dict[str, Any]]) -> None:
    """The other side: reads a project from stdin, prints the answer, or the error, as JSON."""
    try:
        found = function(loads(sys.stdin.read()))
    except CnnStudioError as error:
        found = {"error": error.message, "hint": error.hint}
    print(json.dumps(found))
