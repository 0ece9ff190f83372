"""Going over all places of a map by itself, so that it can be seen how it comes about."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QStyle

TICK_MILLISECONDS = 33
SLOWEST, FASTEST = 1.0, 600.0  # places a second
LEVELS = 100  # of the speed


class Player(QObject):
    """Counts through `count` places in reading order. `stepped(number)` asks to show one; `ended`
    tells that it plays no longer. `seen` are the places that have been gone over, None if all are
    to be shown."""

    stepped = Signal(int)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.seen: np.ndarray | None = None
        self._number = 0
        self._due = 0.0
        self._rate = SLOWEST
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=TICK_MILLISECONDS)
        self._timer.timeout.connect(self._tick)

    @property
    def plays(self) -> bool:
        return self._timer.isActive()

    @property
    def rate(self) -> float:
        """Places a second."""
        return self._rate

    def set_speed(self, level: int) -> None:
        """From 0, slow, to LEVELS, fast."""
        self._rate = SLOWEST * (FASTEST / SLOWEST) ** (level / LEVELS)

    def play(self, count: int) -> None:
        """Goes on where it was stopped; from the first place where everything has been seen."""
        if self.seen is None or len(self.seen) != count or self.seen.all():
            self.seen = np.zeros(count, bool)
            self._number = -1
        self._due = 0.0
        self._clock.start()
        self._timer.start()
        self._go_on(1)

    def pause(self) -> None:
        if self.plays:
            self._timer.stop()
            self.ended.emit()

    def stop(self) -> None:
        """Ends, and shows everything again."""
        self.seen = None
        self.pause()

    def _tick(self) -> None:
        self._due += self._clock.restart() / 1000 * self._rate
        steps = math.floor(self._due)
        self._due -= steps
        if steps:
            self._go_on(steps)

    def _go_on(self, steps: int) -> None:
        assert self.seen is not None
        last = len(self.seen) - 1
        reached = min(last, self._number + steps)
        self.seen[self._number + 1 : reached + 1] = True
        self._number = reached
        self.stepped.emit(reached)
        if reached == last:
            self.pause()


def less_motion() -> bool:
    """Whether the system asks for no animations."""
    style = QApplication.style()
    hint = QStyle.StyleHint.SH_Widget_Animation_Duration
    return style is not None and style.styleHint(hint) == 0
