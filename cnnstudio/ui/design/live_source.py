"""Looks that the trainer leaves in the run directory while the window watches."""

from __future__ import annotations

import time
from contextlib import suppress

from PySide6.QtCore import QObject, QTimer, Signal

from cnnstudio.graph import RunError
from cnnstudio.training.living.look import Look, Stamp, read_look
from cnnstudio.training.living.wish import RENEW_SECONDS, Wish
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui.session import Session

POLL_MILLISECONDS = 150
PATIENCE_SECONDS = 4.0  # for the first look, before the trainer is held to be one that gives none


class LiveSource(QObject):
    """While it watches it says what it wishes and reads what comes: `looked(Look)`.

    It needs nothing but the run's folder: the trainer may be on another machine.
    """

    looked = Signal(object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._run: RunDirectory | None = None
        self._wish: Wish | None = None
        self._written = 0.0
        self._seen: Stamp | None = None
        self._begun = 0.0
        self._busy = False
        self._newest = 0.0
        self._timer = QTimer(self, interval=POLL_MILLISECONDS)
        self._timer.timeout.connect(self._poll)

    def watch(self, run: RunDirectory, wish: Wish) -> None:
        """Watches from now on; again with another wish is cheap."""
        if run != self._run:
            self.rest()
            self._run, self._seen, self._newest = run, None, 0.0
            self._begun = time.monotonic()
        if wish != self._wish:
            self._wish, self._written = wish, 0.0
        if not self._timer.isActive():
            self._begun = time.monotonic()
            self._timer.start()
            self._poll()

    def rest(self) -> None:
        """Watches no longer; the trainer finds that out by itself."""
        self._timer.stop()
        self._run, self._wish = None, None

    @property
    def watching(self) -> bool:
        return self._timer.isActive()

    @property
    def gives(self) -> bool:
        """Whether looks come, or may still be waited for."""
        if not self.watching:
            return False
        return self._newest > 0 or time.monotonic() - self._begun < PATIENCE_SECONDS

    def _poll(self) -> None:
        run, wish, seen = self._run, self._wish, self._seen
        if self._busy or run is None or wish is None:
            return
        now = time.monotonic()
        told = wish if now - self._written >= RENEW_SECONDS else None
        if told is not None:
            self._written = now
        self._busy = True
        self._session.in_background(
            lambda: (run, *_polled(run, told, seen)), self._take, self._take_error
        )

    def _take(self, found: tuple[RunDirectory, Look | None, Stamp | None]) -> None:
        self._busy = False
        run, look, stamp = found
        if run != self._run:
            return
        self._seen = stamp
        # Those of other images are on their way out.
        if look is not None and self._wish is not None and look.nodes:
            shown = tuple((probe.split, probe.index) for probe in look.probes)
            if shown == self._wish.probes:
                self._newest = time.monotonic()
                self.looked.emit(look)

    def _take_error(self, _: Exception) -> None:
        self._busy = False


def _polled(
    run: RunDirectory, wish: Wish | None, seen: Stamp | None
) -> tuple[Look | None, Stamp | None]:
    if wish is not None:
        with suppress(RunError):  # in another's folder what is there can still be read
            wish.write(run)
    return read_look(run.snapshot_folder, seen)
