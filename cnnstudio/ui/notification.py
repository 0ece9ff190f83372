"""A notification of the desktop when a run has ended and the window is not looked at."""

from __future__ import annotations

import shutil
import sys

from PySide6.QtCore import QObject, QProcess
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import RunStatus
from cnnstudio.ui import quantities
from cnnstudio.ui.app_icon import app_icon
from cnnstudio.ui.run_control import RunControl

APPLICATION = "CNN Studio"
SHOWN_MILLISECONDS = 10_000
# What desktops on Linux have for it; a tray is not always there.
PROGRAM = "notify-send"


class Notifier(QObject):
    """Tells by whatever the desktop has: its notifications, its tray, or a mark in its task bar.
    Where there is none of them, nothing happens."""

    def __init__(self, control: RunControl, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._tray: QSystemTrayIcon | None = None
        control.ended.connect(self._take_end)

    def tell(self, title: str, text: str) -> None:
        QApplication.alert(self._window)
        program = shutil.which(PROGRAM) if sys.platform.startswith("linux") else None
        if program is not None:
            QProcess.startDetached(program, ["--app-name", APPLICATION, title, text])
        elif QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            self._tell_in_tray(title, text)

    def _take_end(self, run: RunDirectory, status: RunStatus) -> None:
        if not self._window.isActiveWindow():
            self.tell(*words(run, status))

    def _tell_in_tray(self, title: str, text: str) -> None:
        if self._tray is None:
            self._tray = QSystemTrayIcon(app_icon(), self)
            self._tray.setToolTip(APPLICATION)
            self._tray.messageClicked.connect(self._show_window)
            self._tray.activated.connect(self._show_window)
        # Without its icon in the tray it shows no message.
        self._tray.show()
        self._tray.showMessage(title, text, app_icon(), SHOWN_MILLISECONDS)

    def _show_window(self, *_: object) -> None:
        self._window.showNormal() if self._window.isMinimized() else self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        if self._tray is not None:
            self._tray.hide()


def words(run: RunDirectory, status: RunStatus) -> tuple[str, str]:
    """Title and text of the notification of a run's end."""
    # The Train workspace is loaded when it is first needed: the window is there sooner.
    from cnnstudio.ui.train.run_words import best_accuracy, lasted, name_of

    title = f"{name_of(run.name)}: training {status.state}"
    if status.state == "failed":
        return title, status.message
    tested, best = (status.test or {}).get("accuracy"), best_accuracy(status)
    told = [
        f"{quantities.percent(tested)} of the test images are right" if tested is not None else "",
        f"best validation {quantities.percent(best)}" if best is not None else "",
        f"after {lasted(status)}" if lasted(status) else "",
    ]
    return title, ", ".join(part for part in told if part)
