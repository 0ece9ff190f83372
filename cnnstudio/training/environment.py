"""Where a run happened: versions, machine, threads, and the state of the working folder."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import torch

PACKAGES = ("cnnstudio", "torch", "torchvision", "numpy", "safetensors", "scikit-learn", "pillow")


def describe_environment(device: torch.device) -> dict[str, Any]:
    """The content of `environment.json`."""
    return {
        "python": platform.python_version(),
        "packages": _versions(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "device": device.type,
        "device_name": device_name(device),
        "command": sys.argv,
        "folder": str(Path.cwd()),
        "git": _git_state(Path.cwd()),
    }


def device_name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return platform.processor() or platform.machine()


def _versions() -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found


def _git_state(folder: Path) -> dict[str, Any] | None:
    """Commit and whether files were changed; None outside a repository or without git."""
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return None
    changes = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return {"commit": commit, "changed": bool(changes) if changes is not None else None}


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            # A repository's own settings may name programs to run: not for a look.
            ["git", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments],
            capture_output=True, text=True, timeout=2.0, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
