"""Watches the run directories from a thread, and tells the window what is new."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Signal

from cnnstudio.data.origin import notes_on
from cnnstudio.graph import CnnStudioError, RunError
from cnnstudio.training.rundir import RunDirectory, list_runs, without_repeats
from cnnstudio.training.status import UNFINISHED, RunStatus

TICK_SECONDS = 0.1
LIST_SECONDS = 1.0
# A batch of this many events is taken in by a plot well within a frame.
BATCH_EVENTS = 1000
READ_BYTES = 2**20  # at once, so that the first of a long run are seen while the rest is read

logger = logging.getLogger(__name__)


class RunWatcher(QObject):
    """The runs in some folders, their states, and the events of the followed one.

    All signals arrive on the window's thread: `events(run, list of events)` in the order they
    were written, `restarted(run)` when a resumed run does steps again (`history` then holds each
    step once), `status(run, RunStatus)` whenever it changed, `listed()` when runs came or went,
    `died(run, RunStatus)` when a run that was alive is found dead.
    """

    events = Signal(object, object)
    restarted = Signal(object)
    status = Signal(object, object)
    listed = Signal()
    died = Signal(object, object)
    _found = Signal(object)
    _read = Signal(object, object, object)
    _looked = Signal(object, object)
    _noted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runs: list[RunDirectory] = []
        self._statuses: dict[RunDirectory, RunStatus] = {}
        self._notes: dict[RunDirectory, list[str]] = {}
        self._history: list[dict[str, Any]] = []
        self._followed: RunDirectory | None = None
        self._following = 0
        self._alive: set[RunDirectory] = set()
        self._reader = _Reader(self)
        self._found.connect(self._take_list)
        self._read.connect(self._take_events)
        self._looked.connect(self._take_status)
        self._noted.connect(self._take_notes)
        self._reader.start()

    def set_roots(self, roots: Iterable[Path]) -> None:
        """The folders whose runs are listed."""
        self._reader.roots = tuple(dict.fromkeys(roots))
        self.refresh()

    def refresh(self) -> None:
        """Looks at once instead of at the next tick."""
        self._reader.listed_at = 0.0
        self._reader.wake.set()

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders whose runs are listed."""
        return self._reader.roots

    @property
    def followed(self) -> RunDirectory | None:
        return self._followed

    def follow(self, run: RunDirectory | None) -> None:
        """Reads this run's events from the first on."""
        self._followed = run
        self._history = []
        self._following += 1
        self._reader.follow(run, self._following)

    @property
    def history(self) -> list[dict[str, Any]]:
        """The followed run's events so far, each step once. Not to be changed."""
        return self._history

    def status_of(self, run: RunDirectory) -> RunStatus | None:
        """The last seen status; None before the first look."""
        return self._statuses.get(run)

    def notes_of(self, run: RunDirectory) -> list[str]:
        """What was done to a listed run's data on purpose, see `data.origin`."""
        return self._notes.get(run, [])

    def close(self) -> None:
        self._reader.stop()

    def _take_list(self, runs: list[RunDirectory]) -> None:
        if runs != self.runs:
            self.runs = runs
            self.listed.emit()

    def _take_notes(self, notes: dict[RunDirectory, list[str]]) -> None:
        self._notes |= notes
        self.listed.emit()

    def _take_status(self, run: RunDirectory, status: RunStatus) -> None:
        before = self._statuses.get(run)
        self._statuses[run] = status
        if status.state in UNFINISHED:
            self._alive.add(run)
        if status != before:
            self.status.emit(run, status)
        if status.state not in UNFINISHED and run in self._alive:
            self._alive.discard(run)
            if status.state == "failed":
                self.died.emit(run, status)

    def _take_events(self, run: RunDirectory, batch: list[dict[str, Any]], following: int) -> None:
        if following != self._following:
            return
        starts = [index for index, event in enumerate(batch) if event["type"] == "start"]
        again = bool(starts) and (bool(self._history) or starts[-1] > 0)
        self._history += batch
        if again:
            self._history = without_repeats(self._history)
            self.restarted.emit(run)
        else:
            self.events.emit(run, batch)


class _Reader(threading.Thread):
    """Does the reading, so that a slow or remote disk never holds the window up."""

    def __init__(self, watcher: RunWatcher) -> None:
        super().__init__(name="run-watcher", daemon=True)
        self.roots: tuple[Path, ...] = ()
        self.listed_at = 0.0
        self.wake = threading.Event()
        self._watcher = watcher
        self._lock = threading.Lock()
        self._followed: tuple[RunDirectory | None, int] = (None, 0)
        self._offset = 0
        self._runs: list[RunDirectory] = []
        self._settled: dict[RunDirectory, float] = {}
        self._origins_seen: set[RunDirectory] = set()
        self._going: set[RunDirectory] = set()  # seen at work, wherever they are
        self._stopped = False

    def follow(self, run: RunDirectory | None, number: int) -> None:
        with self._lock:
            self._followed = (run, number)
            self._offset = 0
        self.wake.set()

    def stop(self) -> None:
        self._stopped = True
        self.wake.set()
        self.join(2.0)

    def run(self) -> None:
        while not self._stopped:
            try:
                self._look()
            except (OSError, CnnStudioError) as error:
                logger.warning("the runs can't be read: %s", error)
            self.wake.wait(TICK_SECONDS)
            self.wake.clear()

    def _emit(self, signal: str, *values: Any) -> None:
        if not self._stopped and shiboken6.isValid(self._watcher):
            getattr(self._watcher, signal).emit(*values)

    def _look(self) -> None:
        if time.monotonic() - self.listed_at >= LIST_SECONDS:
            self.listed_at = time.monotonic()
            runs = [run for root in self.roots for run in list_runs(root)]
            self._runs = sorted(runs, key=lambda run: run.name, reverse=True)
            self._look_at_statuses()
            self._emit("_found", list(self._runs))
            self._look_at_origins()
        else:
            self._look_at_statuses()
        self._read_events()

    def _look_at_origins(self) -> None:
        """Reads what each run learns from, once: a run's project never changes."""
        found = {}
        for run in self._runs:
            if run in self._origins_seen or self._stopped:
                continue
            self._origins_seen.add(run)
            try:
                notes = notes_on(run.project().data)
            except (OSError, CnnStudioError):  # being made or deleted, or damaged
                continue
            if notes:
                found[run] = notes
        if found:
            self._emit("_noted", found)

    def _look_at_statuses(self) -> None:
        followed = self._followed[0]
        watched = dict.fromkeys([*self._runs, *self._going])
        if followed is not None:
            watched[followed] = None
        for run in watched:
            try:
                changed = (run.path / "status.json").stat().st_mtime
                if self._settled.get(run) == changed:
                    continue
                status = run.status()
            except (OSError, RunError):
                # Being made or deleted this very moment, or damaged: the list shows it without.
                self._going.discard(run)
                continue
            if status.state in UNFINISHED:
                self._going.add(run)
            else:
                self._settled[run] = changed
                self._going.discard(run)
            self._emit("_looked", run, status)

    def _read_events(self) -> None:
        with self._lock:
            (run, number), offset = self._followed, self._offset
        if run is None:
            return
        before = offset
        events, offset = run.events(offset, READ_BYTES)
        with self._lock:
            if self._followed[1] != number:
                return
            self._offset = offset
        for start in range(0, len(events), BATCH_EVENTS):
            self._emit("_read", run, events[start : start + BATCH_EVENTS], number)
        if offset - before >= READ_BYTES:
            self.wake.set()
