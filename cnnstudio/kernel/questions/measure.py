"""Questions that time this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from cnnstudio.kernel.arguments import project_from
from cnnstudio.training.estimate import estimate_apart
from cnnstudio.training.rehearsal import rehearse_apart

Progress = Callable[[float | None, str], object]


def estimate(project: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """How long an epoch will take: {"epoch_seconds", "run_seconds", "step_seconds", …}.

    Timed in a process of its own, which uses the machine as a trainer does.
    """
    found = estimate_apart(project_from(project), progress=progress)
    return asdict(found) | {"run_seconds": found.run_seconds}


def rehearse(project: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Whether a training is sound, and which learning rate suits: `Rehearsal.to_json`."""
    return rehearse_apart(project_from(project), progress).to_json()
