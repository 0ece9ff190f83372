"""One question to the kernel that is asked again and again: only the newest answer counts."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal

from cnnstudio.ui.session import Session

SLOW_MILLISECONDS = 300


class Inquiry(QObject):
    """Asks `question`; what comes for an older asking is dropped.

    `asked` are the arguments of the newest asking; those of an answer when it is told.

    `slow` is emitted when there is no answer after a moment, `settled` when there is nothing to
    wait for any more: before `answered(answer)` and `failed(error)`, and after `forget`.
    """

    answered = Signal(object)
    failed = Signal(object)
    slow = Signal()
    settled = Signal()
    progressed = Signal(object, str)

    def __init__(self, session: Session, question: str, key: str, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._question = question
        self._key = key
        self._number = 0
        self.asked: dict[str, Any] = {}
        self._future: Future[Any] | None = None
        self._timer = QTimer(self, singleShot=True, interval=SLOW_MILLISECONDS)
        self._timer.timeout.connect(self.slow)

    @property
    def waiting(self) -> bool:
        return self._future is not None

    def ask(self, **arguments: Any) -> None:
        """Asks with these arguments instead of whatever was asked before."""
        self._number += 1
        number = self._number
        self.asked = arguments
        self._take_back()
        if not self._timer.isActive():
            self._timer.start()
        self._future = self._session.ask(
            self._question,
            lambda answer: self._take(number, answer),
            lambda error: self._fail(number, error),
            key=self._key,
            on_progress=lambda fraction, text: self._report(number, fraction, text),
            **arguments,
        )

    def forget(self) -> None:
        """Waits no longer for an answer."""
        self._number += 1
        self._take_back()
        self._settle()

    def _take_back(self) -> None:
        if self._future is not None:
            self._session.kernel.cancel(self._future)

    def _take(self, number: int, answer: Any) -> None:
        if self._awaits(number):
            self._settle()
            self.answered.emit(answer)

    def _fail(self, number: int, error: Exception) -> None:
        if self._awaits(number):
            self._settle()
            self.failed.emit(error)

    def _report(self, number: int, fraction: float | None, text: str) -> None:
        if self._awaits(number) and self._future is not None:
            self.progressed.emit(fraction, text)

    def _awaits(self, number: int) -> bool:
        """Whether this is the newest asking, and somebody is left to hear of it."""
        return shiboken6.isValid(self) and number == self._number

    def _settle(self) -> None:
        self._timer.stop()
        self._future = None
        self.settled.emit()
