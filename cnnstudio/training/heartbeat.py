"""Keeps `status.json` fresh while the loop is busy."""

from __future__ import annotations

import os
import threading
import time
from types import TracebackType
from typing import Any

import psutil

from cnnstudio.data.room import available_memory
from cnnstudio.graph import RunError
from cnnstudio.training.alive import process_of
from cnnstudio.training.memory_kills import memory_kills
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import RunStatus

BEAT_SECONDS = 0.4


class Heartbeat:
    """Writes the status at least every half second, and at once when the state changes.

    `step` is a plain attribute, so that counting a step costs nothing.
    """

    def __init__(self, run: RunDirectory, status: RunStatus) -> None:
        self._run = run
        facts = process_of(os.getpid()) | {"oom_kills": memory_kills()}
        self._status = status.model_copy(update=facts)
        self._lock = threading.Lock()  # of the status
        self._writing = threading.Lock()  # of its file: the loop never waits for a slow disk
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self.step = status.step
        self.error: RunError | None = None

    @property
    def status(self) -> RunStatus:
        return self._status

    def note(self, **fields: Any) -> None:
        """Changes the status; the next beat tells it."""
        with self._lock:
            self._status = self._status.model_copy(update=fields)

    def tell(self, **fields: Any) -> None:
        """Changes the status and writes it now. Raises RunError if the disk refuses."""
        self.note(**fields)
        self._write()

    def tell_at_last(self, **fields: Any) -> None:
        """As `tell`, on a full disk too."""
        try:
            self.tell(**fields)
        except RunError:
            self._run.overwrite_status(self._status)

    def check(self) -> None:
        """Raises the error that the last beat met, if any."""
        if self.error is not None:
            raise self.error

    def __enter__(self) -> Heartbeat:
        self._write()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._done.wait(BEAT_SECONDS):
            try:
                self._write()
            except RunError as error:
                self.error = error

    def _write(self) -> None:
        with self._writing:
            left = _memory_left()
            with self._lock:
                status = self._status = self._status.model_copy(
                    update={"heartbeat": time.time(), "step": self.step, "memory_left": left}
                )
            self._run.write_status(status)


def _memory_left() -> float:
    return round(available_memory() / psutil.virtual_memory().total, 4)


class Silence(Heartbeat):
    """For a process that leaves the status to another one of the run."""

    def __init__(self, run: RunDirectory) -> None:
        super().__init__(run, RunStatus(state="running"))

    def _write(self) -> None:
        pass
