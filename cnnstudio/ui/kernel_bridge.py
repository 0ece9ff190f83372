"""The kernel for widgets: questions asked from the window's thread, answers brought back to it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from PySide6.QtCore import QObject, Signal

from cnnstudio.kernel.client import Kernel
from cnnstudio.ui.deliveries import Deliveries, OnError, OnResult


class KernelBridge(QObject):
    """One kernel process, started with the first question.

    `kernel` gives it one that somebody else keeps and closes.
    """

    failed = Signal(object)

    def __init__(self, kernel: Kernel | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kernel = kernel
        self._lent = kernel is not None
        self._closed = False
        self._deliveries = Deliveries(self)

    @property
    def kernel(self) -> Kernel:
        """The client; its process is started if there was none yet."""
        return self._start()

    def warm_up(self) -> None:
        """Starts the process, so that it is ready by the first question."""
        if not self._closed:
            self._start()

    def ask(
        self,
        question: str,
        on_result: OnResult,
        on_error: OnError | None = None,
        key: str | None = None,
        on_progress: Callable[[float | None, str], object] | None = None,
        **arguments: Any,
    ) -> Future[Any] | None:
        """Asks; the callbacks run on the window's thread. Cancel the future to forget it.

        Without `on_error`, `failed` is emitted with the error. A newer question with the same
        `key` takes the place of an older one that was not sent yet.
        """
        if self._closed:
            return None
        return self._deliveries.expect(
            lambda report: self.kernel.ask(question, key, report, **arguments),
            on_result,
            on_error or self.failed.emit,
            on_progress,
        )

    def cancel(self, answer: Future[Any]) -> None:
        """Takes a question back; its callbacks may still be called. See `Kernel.cancel`."""
        if self._kernel is not None:
            self._kernel.cancel(answer)

    def _start(self) -> Kernel:
        if self._kernel is None:
            self._kernel = Kernel()
        return self._kernel

    def close(self) -> None:
        """Asks nothing more and ends the process."""
        self._closed = True
        if self._kernel is not None and not self._lent:
            self._kernel.close()
