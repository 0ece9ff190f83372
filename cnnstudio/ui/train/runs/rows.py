"""The runs as rows of a table, read on another thread whenever something of them changed."""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from cnnstudio.graph import RunError
from cnnstudio.training.annotations import FILE, annotate
from cnnstudio.training.run_rows import FACTS, RunRow, columns_of, read_row, varying
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui.session import Session

SETTLE_MILLISECONDS = 300
SLICE_SECONDS = 0.25
LOOKED_AT = ("status.json", FILE, "data.json")

Stamp = tuple[float, ...]


class Rows(QObject):
    """`rows` are the session's runs, newest first; `changed` is emitted when they are others.
    `columns` are all that some row has, `varying` the settings in which they differ.

    Nothing is read before `watch(True)`: a page that is not seen costs nothing.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._kept: dict[RunDirectory, tuple[Stamp, RunRow]] = {}
        self.rows: list[RunRow] = []
        self.columns: list[str] = list(FACTS)
        self.varying: list[str] = []
        self._watching = self._reading = self._stale = False
        self._timer = QTimer(self, singleShot=True, interval=SETTLE_MILLISECONDS)
        self._timer.timeout.connect(self._read)
        session.runs_listed.connect(self._take_change)
        session.runs.status.connect(self._take_change)

    def watch(self, watching: bool) -> None:
        """Whether the rows are to be kept up to date."""
        self._watching = watching
        if watching:
            self._read()

    def of(self, run: RunDirectory) -> RunRow | None:
        return next((row for row in self.rows if row.run == run), None)

    def say(self, run: RunDirectory, **said) -> None:
        """Changes a run's star, tags or note; see `annotate`."""

        def write() -> None:
            annotate(run, **said)

        self._session.in_background(write, lambda _: self._read(), self._fail)

    def _fail(self, error: Exception) -> None:
        self._session.tell_error(error)
        self.changed.emit()  # what was typed stands there no longer

    def _take_change(self, *_: object) -> None:
        if self._watching and not self._timer.isActive():
            self._timer.start()

    def _read(self) -> None:
        if self._reading:
            self._stale = True
            return
        self._reading, self._stale = True, False
        runs, kept = list(self._session.runs.runs), dict(self._kept)
        self._session.in_background(lambda: _read(runs, kept), self._take)

    def _take(self, found: Found) -> None:
        self._reading = False
        rows = [row for _, row in found.rows.values()]
        differs = rows != self.rows
        self._kept, self.rows = found.rows, rows
        self.columns, self.varying = found.columns, found.varying
        if differs:
            self.changed.emit()
        if self._stale or not found.whole:
            self._read()


@dataclass(frozen=True)
class Found:
    """What one look gave; `whole` is False where more is to be read: other work comes between."""

    rows: dict[RunDirectory, tuple[Stamp, RunRow]]
    columns: list[str]
    varying: list[str]
    whole: bool


def _read(runs: list[RunDirectory], kept: dict[RunDirectory, tuple[Stamp, RunRow]]) -> Found:
    """Rows of the runs; those whose files are as before are not read again."""
    found: dict[RunDirectory, tuple[Stamp, RunRow]] = {}
    begun = time.monotonic()
    whole = True
    for run in runs:
        stamp = _stamp(run)
        if run in kept and kept[run][0] == stamp:
            found[run] = kept[run]
        elif time.monotonic() - begun > SLICE_SECONDS:
            whole = False
            if run in kept:
                found[run] = kept[run]
        else:
            try:
                found[run] = stamp, _whole_row(run)
            except (OSError, RunError):  # being deleted this very moment
                continue
    rows = [row for _, row in found.values()]
    return Found(found, columns_of(rows), varying(rows), whole)


def _whole_row(run: RunDirectory) -> RunRow:
    """A row with all that is worked out from its files: here, and not where it is shown."""
    row = read_row(run)
    _ = row.facts, row.metrics, row.settings
    return row


def _stamp(run: RunDirectory) -> Stamp:
    stamps = []
    for name in LOOKED_AT:
        try:
            stamps.append((run.path / name).stat().st_mtime)
        except OSError:
            stamps.append(0.0)
    return tuple(stamps)
