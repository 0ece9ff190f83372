"""The three processes together: real kernel, real trainer, real window, and what kills them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from cnnstudio.graph import Document, SetParameter, save
from cnnstudio.training.rundir import RunDirectory, list_runs

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not on Windows")

TRAINING_WINDOW = """
import sys
from pathlib import Path
from cnnstudio.ui.app import make_application
from cnnstudio.ui.main_window import MainWindow
from cnnstudio.ui.session import Session
from ui.shell.conftest import PLACEHOLDERS

app = make_application()
session = Session()
window = MainWindow(session, PLACEHOLDERS)
window.files.opened.connect(window.control.train)
window.files.open_path(Path(sys.argv[1]))
window.show()
app.exec()
"""


@pytest.fixture
def long_project(small_project):
    training = small_project.training.model_copy(update={"epochs": 500})
    return small_project.model_copy(update={"training": training})


@pytest.fixture
def reaper():
    """Ends the trainers that a test left running."""
    roots: list[Path] = []
    yield roots
    for root in roots:
        for run in list_runs(root):
            pid = run.raw_status().pid
            if pid is not None and run.alive():
                psutil.Process(pid).kill()


def in_epoch(run: RunDirectory | None, number: int) -> bool:
    return run is not None and run.raw_status().epoch >= number


def test_a_killed_kernel_is_replaced_unnoticed(open_small, kernel, qtbot):
    def channels():
        return open_small.report and open_small.report.shapes["conv1"][0]

    open_small.apply(SetParameter(node_id="n1", name="out_channels", value=5))
    qtbot.waitUntil(lambda: channels() == 5, timeout=30_000)
    told = []
    open_small.told.connect(told.append)

    os.kill(kernel.pid, signal.SIGKILL)
    open_small.apply(SetParameter(node_id="n1", name="out_channels", value=6))
    qtbot.waitUntil(lambda: channels() == 6, timeout=30_000)

    assert not told


def test_a_killed_trainer_is_told_in_time_and_goes_on_when_asked(
    window, qtbot, long_project, tmp_path, reaper
):
    save(long_project, tmp_path / "long.cnns")
    reaper.append(tmp_path / "runs")
    window.session.replace_document(Document(long_project, tmp_path / "long.cnns"))
    window.show_workspace("train")
    window.session.actions["run.train"].trigger()
    qtbot.waitUntil(lambda: in_epoch(window.session.run, 3), timeout=60_000)
    run = window.session.run

    killed = time.monotonic()
    os.kill(run.raw_status().pid, signal.SIGKILL)
    qtbot.waitUntil(
        lambda: window.banner.message is not None and window.banner.message.key == "run",
        timeout=2000,
    )
    assert time.monotonic() - killed < 2.0
    assert "stopped unexpectedly at epoch" in window.banner.message.text

    window.session.actions["run.resume"].trigger()
    qtbot.waitUntil(lambda: window.control.state == "running", timeout=30_000)
    step = run.raw_status().step
    qtbot.waitUntil(lambda: run.raw_status().step > step, timeout=30_000)
    window.session.actions["run.stop"].trigger()
    qtbot.waitUntil(lambda: window.control.state == "stopped", timeout=30_000)


def test_a_run_outlives_its_window_and_the_next_window_shows_it(
    window, qtbot, long_project, tmp_path, reaper
):
    save(long_project, tmp_path / "long.cnns")
    reaper.append(tmp_path / "runs")
    tests = str(Path(__file__).parents[2])
    first = subprocess.Popen(
        [sys.executable, "-c", TRAINING_WINDOW, str(tmp_path / "long.cnns")],
        env={**os.environ, "PYTHONPATH": tests, "QT_QPA_PLATFORM": "offscreen"},
    )
    end = time.monotonic() + 60
    while not (runs := list_runs(tmp_path / "runs")) or not in_epoch(runs[0], 1):
        assert time.monotonic() < end and first.poll() is None
        time.sleep(0.05)
    first.kill()
    first.wait()
    step = runs[0].raw_status().step

    window.files.open_path(tmp_path / "long.cnns")

    qtbot.waitUntil(lambda: window.control.state == "running", timeout=5000)
    assert window.session.run == runs[0]
    qtbot.waitUntil(lambda: runs[0].raw_status().step > step, timeout=30_000)
