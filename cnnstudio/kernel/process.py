"""Starting the kernel process, and its log."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from cnnstudio.training import interpreter

MAXIMUM_LOG_BYTES = 2**20


def start_process(command: Sequence[str] | None, log: Path) -> subprocess.Popen[bytes]:
    """Starts a kernel that reads questions from its stdin and answers on its stdout."""
    log.parent.mkdir(parents=True, exist_ok=True)
    full = log.exists() and log.stat().st_size > MAXIMUM_LOG_BYTES
    with log.open("wb" if full else "ab") as stderr:
        return subprocess.Popen(
            command or interpreter.command("cnnstudio.kernel"),
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=interpreter.environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows: no console
        )


def default_log() -> Path:
    """Where a kernel's stderr goes unless told otherwise."""
    folder = platformdirs.user_log_path("cnn-studio", appauthor=False)
    return Path(folder) / "kernel.log"


def log_tail(log: Path) -> str:
    """The last line of the log; empty if there is none."""
    try:
        lines = log.read_text("utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1][:300] if lines else ""
