"""What the user wants of a run, read from `control.json` between steps."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, get_args

from cnnstudio.training.rundir import RunDirectory, Wish, read_json

LOOK_SECONDS = 0.02


class Steering:
    """Tells each wish once. What stands there already is told too, unless it is `old`: a wish to
    a trainer before."""

    def __init__(self, control_file: Path, old: bool = False) -> None:
        self._path = control_file
        self._next_look = 0.0
        self._kept: Wish | None = None
        self._seen = self._stamp() if old else None

    @classmethod
    def of(cls, run: RunDirectory) -> Steering:
        """For a trainer that begins. A run that waits for one has its wishes from that time on."""
        return cls(run.control_file, old=run.raw_status().state != "queued")

    def poll(self) -> Wish | None:
        """A new wish, or None. Looks at the file at most 50 times a second."""
        if self._kept is not None:
            wish, self._kept = self._kept, None
            return wish
        now = time.monotonic()
        if now < self._next_look:
            return None
        self._next_look = now + LOOK_SECONDS
        stamp = self._stamp()
        if stamp is None or stamp == self._seen:
            return None
        content = read_json(self._path)
        self._seen = stamp
        wanted: Any = content.get("want") if content else None
        return wanted if wanted in get_args(Wish) else None

    def stop_wanted(self) -> bool:
        """For work that can only be broken off, as loading data. The wish is kept for `poll`."""
        self._kept = self.poll()
        return self._kept == "stop"

    def _stamp(self) -> tuple[int, ...] | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size
