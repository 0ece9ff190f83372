"""Questions that time this machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnstudio.kernel.arguments import project_from
from cnnstudio.training.batch_sizes import find_batch_sizes_apart
from cnnstudio.training.estimate import estimate_apart
from cnnstudio.training.rehearsal import rehearse_apart

Progress = Callable[[float | None, str], object]


def estimate(project: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """What a run will take: {"epoch_seconds", "run_seconds", "step_seconds", "memory", …}.

    Timed in a process of its own, which uses the machine as a trainer does.
    """
    return estimate_apart(project_from(project), progress=progress).to_json()


def batch_sizes(project: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Which batch size fits, and which is fastest: `BatchSizes.to_json`."""
    return find_batch_sizes_apart(project_from(project), progress).to_json()


def rehearse(project: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Whether a training is sound, and which learning rate suits: `Rehearsal.to_json`."""
    return rehearse_apart(project_from(project), progress).to_json()
