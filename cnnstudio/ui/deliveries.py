"""Brings results from other threads to the window's thread."""

from __future__ import annotations

import inspect
import itertools
import traceback
import weakref
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any, NamedTuple

import shiboken6
from PySide6.QtCore import QObject, Signal

OnResult = Callable[[Any], object]
OnError = Callable[[Exception], object]


class _Expected(NamedTuple):
    on_result: OnResult
    on_error: OnError
    on_progress: Callable[..., object] | None


class Deliveries(QObject):
    """Calls back on the thread it lives in when a future is done.

    A cancelled future is not told. A callback that is a method of a QObject which is gone by
    then is not called.

    Callbacks are kept here and go by number: a future lives on whichever thread holds it last, and
    a callback that it carried would take its widget along, deleted on another thread than its own.
    """

    _arrived = Signal(int, object)
    _progressed = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = itertools.count()
        self._expected: dict[int, _Expected] = {}
        self._arrived.connect(self._hand_over)
        self._progressed.connect(self._pass_on)

    def expect(
        self,
        begin: Callable[[Callable[..., None]], Future[Any]],
        on_result: OnResult,
        on_error: OnError,
        on_progress: Callable[..., object] | None = None,
    ) -> Future[Any]:
        """The future that `begin` gives. What it is given may be called on any thread: the values
        come to `on_progress`."""
        number = next(self._numbers)
        here = weakref.ref(self)
        self._expected[number] = _Expected(on_result, on_error, on_progress)
        try:
            future = begin(lambda *values: _emit(here, "_progressed", number, values))
        except BaseException:
            del self._expected[number]
            raise
        future.add_done_callback(lambda done: _emit(here, "_arrived", number, done))
        return future

    def _hand_over(self, number: int, future: Future[Any]) -> None:
        on_result, on_error, _ = self._expected.pop(number)
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

    def _pass_on(self, number: int, values: tuple[Any, ...]) -> None:
        expected = self._expected.get(number)
        if expected and expected.on_progress and _alive(expected.on_progress):
            expected.on_progress(*values)


class Handed:
    """A function for another thread, which keeps nothing of it once it was called.

    What the function holds, such as the widget it is a method of, is let go before the result is
    told, while the thread that handed it over still waits for it.
    """

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function: Callable[[], Any] | None = function

    def __call__(self) -> Any:
        function, self._function = self._function, None
        assert function is not None
        try:
            return function()
        except BaseException as error:
            del function
            traceback.clear_frames(error.__traceback__)
            raise


def _emit(here: weakref.ref[Deliveries], signal: str, *values: Any) -> None:
    deliveries = here()
    # After the window is closed there is nobody left to tell.
    if deliveries is not None and shiboken6.isValid(deliveries):
        getattr(deliveries, signal).emit(*values)


def _alive(callback: Callable[..., object]) -> bool:
    owner = getattr(callback, "__self__", None) if inspect.ismethod(callback) else None
    return not isinstance(owner, QObject) or shiboken6.isValid(owner)
