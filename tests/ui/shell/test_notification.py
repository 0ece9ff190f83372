"""When a run ends and nobody looks, the desktop tells; where it can't, nothing breaks."""

from __future__ import annotations

import os
import sys

import pytest
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import RunStatus
from cnnstudio.ui import notification
from cnnstudio.ui.notification import Notifier, words
from cnnstudio.ui.run_control import RunControl
from tests.ui.conftest import wait_for

RUN = RunDirectory("/runs/2026-11-24T10-31-05-lenet")
ENDED = RunStatus(
    state="finished", epochs=3, epoch=3, started=100.0, heartbeat=172.0,
    best={"val_accuracy": 0.95}, test={"accuracy": 0.941},
)  # fmt: skip


@pytest.fixture
def control(open_small):
    return RunControl(open_small)


@pytest.fixture
def window(qtbot):
    """Not shown, so not looked at."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


def test_the_end_of_a_run_is_told_with_what_came_of_it():
    assert words(RUN, ENDED) == (
        "lenet: training finished",
        "94.1 % of the test images are right, best validation 95.0 %, after 1:12",
    )
    failed = RunStatus(state="failed", message="The loss is no longer a number.")
    assert words(RUN, failed) == ("lenet: training failed", "The loss is no longer a number.")


def test_the_desktops_own_program_tells_it(control, window, tmp_path, monkeypatch, qtbot):
    told = tmp_path / "told.txt"
    program = tmp_path / notification.PROGRAM
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {told}.part && mv {told}.part {told}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(sys, "platform", "linux")
    notifier = Notifier(control, window)
    control.ended.emit(RUN, ENDED)

    wait_for(qtbot, told.exists)
    assert told.read_text().splitlines()[2] == "lenet: training finished"
    assert notifier._tray is None


def test_a_tray_tells_it_where_there_is_no_program(control, window, monkeypatch):
    monkeypatch.setattr(notification, "PROGRAM", "no-such-program")
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))
    monkeypatch.setattr(QSystemTrayIcon, "supportsMessages", staticmethod(lambda: True))
    shown = []
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda _, *values: shown.append(values))
    notifier = Notifier(control, window)
    control.ended.emit(RUN, ENDED)

    assert shown[0][0] == "lenet: training finished"
    notifier._show_window()
    assert window.isVisible()


def test_a_desktop_that_has_nothing_of_the_kind_is_no_error(control, window, monkeypatch):
    monkeypatch.setattr(notification, "PROGRAM", "no-such-program")
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: False))
    notifier = Notifier(control, window)
    control.ended.emit(RUN, ENDED)
    assert notifier._tray is None


def test_a_window_that_is_looked_at_tells_it_itself(control, window, monkeypatch):
    told = []
    monkeypatch.setattr(Notifier, "tell", lambda _, *values: told.append(values))
    monkeypatch.setattr(window, "isActiveWindow", lambda: True)
    notifier = Notifier(control, window)
    control.ended.emit(RUN, ENDED)
    assert notifier is not None and not told
