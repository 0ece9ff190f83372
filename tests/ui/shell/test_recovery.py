from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QMessageBox

from cnnstudio.graph import SetParameter, dumps, load, save
from cnnstudio.ui.recovery import LeftWork, left_work, recovery_folder

EDITING_WINDOW = """
import sys
from pathlib import Path
from cnnstudio.graph import SetParameter
from cnnstudio.ui.app import make_application
from cnnstudio.ui.main_window import MainWindow
from cnnstudio.ui.session import Session
from ui.shell.conftest import PLACEHOLDERS

app = make_application()
session = Session()
window = MainWindow(session, PLACEHOLDERS)
session.document_replaced.connect(
    lambda: session.apply(SetParameter(node_id="n1", name="out_channels", value=77))
)
window.files.open_path(Path(sys.argv[1]))
window.show()
app.exec()
"""


def leave_work(project, saved: Path | None = None, pid: int = 2**22 - 7) -> Path:
    """What a window that was killed leaves behind."""
    folder = recovery_folder()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{pid}.json"
    content = {"pid": pid, "created": 1.0, "path": str(saved) if saved else None}
    file.write_text(json.dumps({**content, "time": time.time(), "project": dumps(project)}))
    return file


def offered(window, name: str = "recover") -> QAbstractButton | None:
    return window.gallery.findChild(QAbstractButton, name)


def test_what_a_killed_window_did_not_save_is_found(tmp_path, small_project, private_home):
    save(small_project, tmp_path / "mine.cnns")
    tests = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", EDITING_WINDOW, str(tmp_path / "mine.cnns")],
        env={**os.environ, "PYTHONPATH": tests, "QT_QPA_PLATFORM": "offscreen"},
    )
    end = time.monotonic() + 30
    while not [*recovery_folder().glob("*.json")] and time.monotonic() < end:
        time.sleep(0.05)
    assert not left_work(), "a living window's work is its own"

    process.send_signal(signal.SIGKILL)
    process.wait()

    [work] = left_work()
    assert work.project.network.node("n1").parameters["out_channels"] == 77
    assert work.saved == tmp_path / "mine.cnns"
    assert load(tmp_path / "mine.cnns") == small_project


@pytest.fixture
def work_left(small_project, private_home) -> Path:
    return leave_work(small_project.model_copy(update={"name": "lost"}))


def test_the_start_page_offers_left_work_and_opens_it_as_unsaved(work_left, window, qtbot):
    qtbot.waitUntil(lambda: offered(window) is not None)

    with qtbot.waitSignal(window.files.opened):
        qtbot.mouseClick(offered(window), Qt.MouseButton.LeftButton)

    assert window.session.project.name == "lost"
    assert window.session.document.modified
    qtbot.waitUntil(lambda: window.journal.file.exists(), timeout=5000)
    qtbot.waitUntil(lambda: not work_left.exists())


def test_left_work_can_be_discarded(work_left, window, qtbot):
    qtbot.waitUntil(lambda: offered(window, "discard") is not None)

    qtbot.mouseClick(offered(window, "discard"), Qt.MouseButton.LeftButton)

    qtbot.waitUntil(lambda: not work_left.exists())
    qtbot.waitUntil(lambda: offered(window) is None)


def test_unsaved_work_is_kept_until_it_is_saved(
    window, qtbot, small_project, tmp_path, private_home
):
    save(small_project, tmp_path / "mine.cnns")
    with qtbot.waitSignal(window.files.opened):
        window.files.open_path(tmp_path / "mine.cnns")
    window.session.apply(SetParameter(node_id="n1", name="out_channels", value=5))
    qtbot.waitUntil(lambda: window.journal.file.exists(), timeout=5000)

    window.files.save()

    qtbot.waitUntil(lambda: not window.journal.file.exists(), timeout=5000)


def test_a_discarded_edit_is_not_offered_again(window, qtbot, small_project, tmp_path):
    save(small_project, tmp_path / "mine.cnns")
    with qtbot.waitSignal(window.files.opened):
        window.files.open_path(tmp_path / "mine.cnns")
    window.session.apply(SetParameter(node_id="n1", name="out_channels", value=5))
    qtbot.waitUntil(lambda: window.journal.file.exists(), timeout=5000)

    window.close()
    box = window.findChild(QMessageBox, "unsaved_dialog")
    box.button(QMessageBox.StandardButton.Discard).click()

    qtbot.waitUntil(lambda: not window.isVisible())
    assert not window.journal.file.exists()


def test_a_damaged_recovery_file_is_put_aside(private_home):
    folder = recovery_folder()
    folder.mkdir(parents=True)
    (folder / "1.json").write_text('{"pid": 1')

    assert left_work() == []
    assert (folder / "1.damaged").exists()


def test_the_newest_left_work_comes_first(small_project, private_home):
    leave_work(small_project, pid=2**22 - 7)
    time.sleep(0.01)
    leave_work(small_project.model_copy(update={"name": "newer"}), pid=2**22 - 8)

    found: list[LeftWork] = left_work()

    assert [work.project.name for work in found] == ["newer", "small"]
