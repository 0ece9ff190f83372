"""Questions that time this machine."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cnnstudio.kernel.arguments import project_from
from cnnstudio.training.estimate import estimate_apart


def estimate(project: dict[str, Any]) -> dict[str, Any]:
    """How long an epoch will take: {"epoch_seconds", "run_seconds", "step_seconds", …}.

    Timed in a process of its own, which uses the machine as a trainer does.
    """
    found = estimate_apart(project_from(project))
    return asdict(found) | {"run_seconds": found.run_seconds}
