"""What somebody who watches a run would like to see: `snapshots/watch.json`.

Written again every few seconds for as long as somebody watches, and read by the trainer between
steps. The trainer goes by its own clock: two machines' clocks may differ.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

from cnnstudio.graph import RunError
from cnnstudio.training.rundir import RunDirectory, read_json, replace_json

MOST_PROBES = 8
RENEW_SECONDS = 3.0
LASTS_SECONDS = 10.0  # after it was written for the last time
LOOK_SECONDS = 0.2

Sample = tuple[str, int]  # split and number


@dataclass(frozen=True)
class Wish:
    """Which samples, how many maps of each node at most so many pixels wide, and whether with the
    gradients that flow back."""

    probes: tuple[Sample, ...]
    count: int = 5
    size: int = 64
    gradients: bool = False

    def write(self, run: RunDirectory) -> None:
        """Tells the trainer, or tells it that this still holds. RunError if it can't be written."""
        try:
            folder = run.snapshot_folder
            folder.mkdir(exist_ok=True)
            replace_json(folder / "watch.json", {**asdict(self), "written": time.time()})
        except OSError as error:
            raise RunError(f"{run.name} can't be watched: {error.strerror or error}.") from None


def wish_of(content: dict[str, Any] | None) -> Wish | None:
    """The wish that stands in a file that anybody may have written; None if it isn't one."""
    try:
        assert content is not None
        probes = [(str(split), int(index)) for split, index in content["probes"]]
        count, size = int(content["count"]), int(content["size"])
        gradients = bool(content["gradients"])
    except (AssertionError, KeyError, TypeError, ValueError):
        return None
    if not probes:
        return None
    return Wish(tuple(probes[:MOST_PROBES]), min(max(count, 1), 64), min(max(size, 4), 128),
                gradients)  # fmt: skip


class Watched:
    """Tells what is wished for, as long as somebody renews it."""

    def __init__(self, run: RunDirectory) -> None:
        self._path = run.snapshot_folder / "watch.json"
        self._next_look = 0.0
        self._seen: tuple[int, ...] | None = None
        self._until = 0.0
        self._wish: Wish | None = None

    def wish(self) -> Wish | None:
        """None while nobody watches. Looks at the file five times a second at most."""
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + LOOK_SECONDS
            self._look(now)
        return self._wish

    def _look(self, now: float) -> None:
        try:
            found = self._path.stat()
        except OSError:
            self._wish = None
            return
        stamp = found.st_mtime_ns, found.st_ino, found.st_size
        if stamp != self._seen:
            self._seen, self._until = stamp, now + LASTS_SECONDS
            self._wish = wish_of(read_json(self._path))
        elif now > self._until:
            self._wish = None
