"""Takes a long run's events into its curves bit by bit, so that the window stays awake."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from cnnstudio.ui.train.curves import Curves, Event

EVENTS_AT_ONCE = 5000


class Feed(QObject):
    """`fed` is emitted after each part."""

    fed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.curves = Curves()
        self._waiting: list[Event] = []
        self._next = 0
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._take_some)

    def begin(self, events: Sequence[Event]) -> Curves:
        """New curves, which these events go into; the first of them at once."""
        self.curves = Curves()
        self._waiting, self._next = list(events), 0
        self._take_some()
        return self.curves

    def take(self, events: Sequence[Event]) -> None:
        """Adds newer events."""
        if self._timer.isActive():
            self._waiting += events
        else:
            self.curves.take(events)
            self.fed.emit()

    def _take_some(self) -> None:
        some = self._waiting[self._next : self._next + EVENTS_AT_ONCE]
        self._next += len(some)
        self.curves.take(some)
        if self._next < len(self._waiting):
            self._timer.start()
        else:
            self._timer.stop()
            self._waiting = []
        self.fed.emit()
