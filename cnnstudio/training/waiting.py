"""How long the device waits for its data."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

Batch = TypeVar("Batch")


class Waiting:
    """Takes the time that passes until a batch is there."""

    def __init__(self) -> None:
        self._waited = 0.0
        self._begun = time.perf_counter()

    def over(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The same batches."""
        waiting = time.perf_counter()
        for batch in batches:
            self._waited += time.perf_counter() - waiting
            yield batch
            waiting = time.perf_counter()

    def take_share(self) -> float:
        """The share of the time since the last call, 0…1."""
        now = time.perf_counter()
        share = self._waited / max(now - self._begun, 1e-9)
        self._begun, self._waited = now, 0.0
        return min(share, 1.0)
