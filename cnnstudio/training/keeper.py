"""Decides when a checkpoint is written, so that little is lost and little time is spent."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from cnnstudio.training.checkpoint import CheckpointIndex, Snapshot, folder_of, write_checkpoint
from cnnstudio.training.processes import ALONE, Processes
from cnnstudio.training.rundir import RunDirectory, Wish

# At the ends of epochs that come faster than this, only some are written.
ROUTINE_SECONDS = 1.0
# Within an epoch.
LONG_EPOCH_SECONDS = 60.0
# Writing takes at most this share of the time.
LARGEST_SHARE = 0.02


class Keeper:
    """Writes the last and the best checkpoint of a run, and those of chosen epochs.

    With epochs of milliseconds the best one is held in memory until it is worth writing; a run
    that is killed before finds it again when it is resumed, since the same steps lead there.
    """

    def __init__(
        self, run: RunDirectory, take: Callable[[], Snapshot], processes: Processes = ALONE
    ) -> None:
        self._run = run
        self._take = take
        self._processes = processes
        self._index = CheckpointIndex(run)
        self._best: Snapshot | None = None
        self._begun = time.monotonic()
        self._written: float | None = None
        self._cost = 0.0

    def end_of_epoch(self, epoch: int, best: bool, kept: bool) -> Path | None:
        """Call after each epoch; returns the folder if a checkpoint was written."""
        if best:
            self._best = self._take()
        if kept:
            return self.write(epoch=epoch)
        due = self._processes.agree(lambda: self._written is None or self._is_due(ROUTINE_SECONDS))
        return self.write() if due else None

    def wish(self) -> Wish | None:
        """A checkpoint, if it is time for one within an epoch. To be asked between steps."""
        return "checkpoint" if self._is_due(LONG_EPOCH_SECONDS) else None

    def write(self, epoch: int | None = None) -> Path:
        """Writes where the run stands now, and the best epoch if it is not on disk yet.

        Of several processes all call this, since each may hold a part, and one writes.
        """
        begun = time.monotonic()
        if not self._processes.leads:
            self._best = None
            return folder_of(self._run, self._take())
        best = None
        if self._best is not None:
            best = write_checkpoint(self._run, self._best)
            self._best = None
        folder = write_checkpoint(self._run, self._take())
        self._index.keep(folder, best, epoch)
        self._written = time.monotonic()
        self._cost = self._written - begun
        return folder

    @property
    def last(self) -> Path | None:
        """The last checkpoint on disk."""
        return self._run.checkpoints().get("last")

    @property
    def best(self) -> Path | None:
        """The best checkpoint on disk."""
        return self._run.checkpoints().get("best")

    def _is_due(self, seconds: float) -> bool:
        since = self._begun if self._written is None else self._written
        return time.monotonic() - since >= max(seconds, self._cost / LARGEST_SHARE)
