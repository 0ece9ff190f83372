"""How a run is doing, as `status.json` tells it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

State = Literal["queued", "running", "paused", "finished", "stopped", "failed"]

UNFINISHED: tuple[State, ...] = ("queued", "running", "paused")


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
    started: float | None = None  # when the trainer that is or was at work last began
    seconds_before: float = 0.0  # which the trainers before that one were at work
    heartbeat: float = 0.0
    memory_left: float | None = None  # share of the machine's memory, 0…1, at the heartbeat
    oom_kills: int | None = None  # so many processes had the system ended for memory by then
    best: dict[str, Any] | None = None
    test: dict[str, Any] | None = None

    @property
    def epochs_done(self) -> int:
        """An epoch counts when it is over; `epoch` is the one that the run is in."""
        over = self.state == "finished" or (self.steps > 0 and self.step >= self.steps)
        return self.epoch if over else max(0, self.epoch - 1)

    @property
    def fraction(self) -> float:
        """How much of the run is done, 0…1."""
        return min(1.0, self.step / self.steps) if self.steps else 0.0

    @property
    def seconds(self) -> float | None:
        """How long trainers were at work on the run; None before the first one began."""
        if self.started is None or self.heartbeat < self.started:
            return self.seconds_before or None
        return self.seconds_before + self.heartbeat - self.started
