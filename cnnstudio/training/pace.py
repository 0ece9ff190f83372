"""How fast a run goes and when it will be done."""

from __future__ import annotations

import time


class Pace:
    """Measures since it was made, pauses left out."""

    def __init__(self, step: int) -> None:
        self._begun = self._window = time.monotonic()
        self._first = step
        self._samples = 0
        self._paused = 0.0

    def add(self, samples: int) -> None:
        self._samples += samples

    def take_rate(self) -> float:
        """Samples a second since the last call."""
        now = time.monotonic()
        rate = self._samples / max(now - self._window, 1e-9)
        self._window, self._samples = now, 0
        return rate

    def skip(self, seconds: float) -> None:
        """Leaves a pause out, and begins a new window after it."""
        self._paused += seconds
        self._window, self._samples = time.monotonic(), 0

    def seconds_for(self, steps: int, step: int) -> float:
        """How long so many steps take at the mean pace up to `step`; 0 before the first."""
        done = step - self._first
        return self._mean(done) * steps if done > 0 else 0.0

    def seconds_left(self, step: int, steps: int) -> float | None:
        """From the mean pace so far, evaluation and checkpoints included."""
        done = step - self._first
        if done <= 0:
            return None
        return self._mean(done) * (steps - step)

    def _mean(self, done: int) -> float:
        return (time.monotonic() - self._begun - self._paused) / done
