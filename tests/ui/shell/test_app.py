from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from cnnstudio.graph import save
from cnnstudio.ui.message import Message

MAIN = "import sys; from cnnstudio.ui.app import main; sys.exit(main(sys.argv[1:]))"


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a process")
def test_an_interrupt_closes_the_window(private_home: Path):
    process = start()
    # The kernel is started once the window has been seen.
    while not psutil.Process(process.pid).children():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.1)

    process.send_signal(signal.SIGINT)

    assert process.wait(60) == 0


def test_wrong_usage_exits_with_2(private_home: Path):
    process = start("--nonsense")

    assert process.wait(20) == 2
    assert "--nonsense" in process.stderr.read()


def test_left_work_is_told_where_a_project_was_opened(
    window, qtbot, small_project, tmp_path, private_home
):
    from tests.ui.shell.test_recovery import leave_work

    leave_work(small_project)
    save(small_project, tmp_path / "mine.cnns")
    with qtbot.waitSignal(window.files.opened):
        window.files.open_path(tmp_path / "mine.cnns")

    window.offer_left_work()

    def told() -> bool:
        return window.banner.message is not None and window.banner.message.key == "left work"

    qtbot.waitUntil(told)
    window.banner.focus_action()
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert window.stack.currentWidget() is window.gallery


def test_the_window_closes_within_a_moment_of_asking(window, qtbot):
    window.session.tell(Message("A message does not hold it up"))
    begun = time.monotonic()

    window.close()

    assert not window.isVisible()
    assert time.monotonic() - begun < 2.5


def test_the_start_page_fits_narrow_windows(window, qtbot):
    window.resize(640, 600)
    qtbot.wait(50)

    cards = [
        window.gallery.findChild(QAbstractButton, name) for name in ("card_sample", "card_open")
    ]

    assert cards[1].y() > cards[0].y()
    assert window.gallery.horizontalScrollBar().maximum() == 0
