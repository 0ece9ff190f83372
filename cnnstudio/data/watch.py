"""Telling how far a slow piece of loading is, and stopping it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cnnstudio.graph import DataError

Progress = Callable[[float | None, str], None]  # (part done in 0…1 or None, what is being done)
Cancelled = Callable[[], bool]

SECONDS_BETWEEN = 0.1


class LoadingStoppedError(DataError):
    """Loading was stopped as was wished."""


@dataclass
class Watch:
    """Asks `cancelled` and tells `progress`, both at most ten times a second."""

    progress: Progress | None = None
    cancelled: Cancelled | None = None
    _told: float = field(default=-SECONDS_BETWEEN, repr=False)

    def tell(self, fraction: float | None, text: str) -> None:
        """Raises LoadingStoppedError if the loading should stop."""
        now = time.monotonic()
        if now - self._told < SECONDS_BETWEEN:
            return
        self._told = now
        if self.cancelled is not None and self.cancelled():
            raise LoadingStoppedError("Loading the data was stopped.")
        if self.progress is not None:
            self.progress(fraction, text)
