"""Brings results from other threads to the window's thread."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Signal

logger = logging.getLogger(__name__)

OnResult = Callable[[Any], object]
OnError = Callable[[Exception], object]


class Deliveries(QObject):
    """Calls back on the thread it lives in when a future is done.

    A cancelled future is not told. A callback that is a method of a QObject which is gone by
    then is not called.
    """

    _arrived = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._arrived.connect(self._hand_over)

    def expect(self, future: Future[Any], on_result: OnResult, on_error: OnError) -> None:
        future.add_done_callback(lambda done: self._pass_on(done, on_result, on_error))

    def call(self, function: Callable[..., object], *arguments: Any) -> None:
        """Calls a function on this object's thread; may be called from any thread."""
        future: Future[Any] = Future()
        self.expect(future, lambda values: function(*values), _log)
        future.set_result(arguments)

    def _pass_on(self, future: Future[Any], on_result: OnResult, on_error: OnError) -> None:
        # After the window is closed there is nobody left to tell.
        if shiboken6.isValid(self):
            self._arrived.emit(future, on_result, on_error)

    def _hand_over(self, future: Future[Any], on_result: OnResult, on_error: OnError) -> None:
        try:
            result = future.result()
        except CancelledError:
            return
        except Exception as error:
            if _alive(on_error):
                on_error(error)
            return
        if _alive(on_result):
            on_result(result)


def _alive(callback: Callable[..., object]) -> bool:
    owner = getattr(callback, "__self__", None) if inspect.ismethod(callback) else None
    return not isinstance(owner, QObject) or shiboken6.isValid(owner)


def _log(error: Exception) -> None:
    logger.error("a call to the window's thread failed", exc_info=error)
