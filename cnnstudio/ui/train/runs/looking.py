"""A view of what stands on the disk, read anew for as long as it is seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from cnnstudio.ui.session import Session


class LookingView(QWidget):
    """Reads on another thread, one reading at a time.

    `failed` tells that the last reading did, so that what is read next is shown in any case.
    """

    def __init__(self, session: Session, milliseconds: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._reading = False
        self.failed = False
        self._timer = QTimer(self, interval=milliseconds)
        self._timer.timeout.connect(self.refresh)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def refresh(self) -> None:
        """Reads anew, on another thread."""
        if not self._reading:
            self._reading = True
            self._session.in_background(self.reading(), self._taken, self._failed)

    def reading(self) -> Callable[[], Any]:
        """What reads, called on another thread."""
        raise NotImplementedError

    def show_found(self, found: Any) -> None:
        """Shows what was read."""
        raise NotImplementedError

    def show_error(self, error: Exception) -> None:
        """Says why it can't be read."""
        raise NotImplementedError

    def _taken(self, found: Any) -> None:
        self._reading = False
        self.show_found(found)
        self.failed = False

    def _failed(self, error: Exception) -> None:
        self._reading, self.failed = False, True
        self.show_error(error)
