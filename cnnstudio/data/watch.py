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
    """Tells `progress` at most ten times a second; asks `cancelled` each time."""

    progress: Progress | None = None
    cancelled: Cancelled | None = None
    _told: float = field(default=0.0, repr=False)

    def tell(self, fraction: float | None, text: str) -> None:
        """Raises LoadingStoppedError if the loading should stop."""
        if self.cancelled is not None and self.cancelled():
            raise LoadingStoppedError("Loading the data was stopped.")
        now = time.monotonic()
        if self.progress is not None and now - self._told >= SECONDS_BETWEEN:
            self._told = now
            self.progress(fraction, text)
