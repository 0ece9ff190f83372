"""Reading and writing files on another thread than the window's, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject

from cnnstudio.ui.deliveries import Deliveries, Handed, OnError, OnResult


class Background:
    """One thread, begun with the first work. Once closed it begins nothing any more."""

    def __init__(self, parent: QObject) -> None:
        self._closed = False
        self._deliveries = Deliveries(parent)
        self._pool: ThreadPoolExecutor | None = None

    def run(self, function: Callable[[], Any], on_result: OnResult, on_error: OnError) -> None:
        """Calls the function there; the callbacks are called on the window's thread."""
        if self._closed:
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, "window-files")
        pool, work = self._pool, Handed(function)
        self._deliveries.expect(lambda _: pool.submit(work), on_result, on_error)

    def close(self) -> None:
        """Begins nothing more, and waits for what was begun."""
        self._closed = True
        if self._pool is not None:
            self._pool.shutdown()
