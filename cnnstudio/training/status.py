"""How a run is doing, as `status.json` tells it, and whether its process still lives."""

from __future__ import annotations

import socket
import time
from typing import Any, Literal

import psutil
from pydantic import BaseModel, ConfigDict

State = Literal["queued", "running", "paused", "finished", "stopped", "failed"]

UNFINISHED: tuple[State, ...] = ("queued", "running", "paused")

# A heartbeat comes at least twice a second; a process that is busy or swapping may be late.
FRESH_SECONDS = 5.0
# Across machines the process can't be asked and clocks differ: only a long silence counts.
REMOTE_FRESH_SECONDS = 60.0
SAME_PROCESS_SECONDS = 2.0


class RunStatus(BaseModel):
    """One reading of `status.json`. Times are Unix seconds; `step` counts finished steps."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    state: State
    message: str = ""
    hint: str = ""
    pid: int | None = None
    process_created: float | None = None
    host: str = ""
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    steps: int = 0
    samples_per_second: float | None = None
    seconds_left: float | None = None
    started: float | None = None
    heartbeat: float = 0.0
    best: dict[str, Any] | None = None
    test: dict[str, Any] | None = None

    @property
    def fraction(self) -> float:
        """How much of the run is done, 0…1."""
        return min(1.0, self.step / self.steps) if self.steps else 0.0


def process_of(pid: int) -> dict[str, Any]:
    """The fields by which a status names its process."""
    return {
        "pid": pid,
        "process_created": psutil.Process(pid).create_time(),
        "host": socket.gethostname(),
    }


def is_alive(status: RunStatus) -> bool:
    """Whether the process that wrote this status still runs.

    A zombie is dead. A process of the same number that was created at another time is another
    process, unless the heartbeat is fresh: a clock that jumps moves creation times.
    """
    if status.pid is None:
        return False
    age = abs(time.time() - status.heartbeat)
    if status.host and status.host != socket.gethostname():
        return age < REMOTE_FRESH_SECONDS
    try:
        process = psutil.Process(status.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        created = process.create_time()
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return age < FRESH_SECONDS
    if status.process_created is None:
        return True
    return abs(created - status.process_created) < SAME_PROCESS_SECONDS or age < FRESH_SECONDS
