"""Seconds from process start until the window has been drawn, warm: median of several starts.

Run under a display or Xvfb. Beside it, a bare Qt window of the same size, which is the floor.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

STARTS = 7
LIMIT_SECONDS = 1.0

STUDIO = """
from cnnstudio.ui.app import make_application
from cnnstudio.ui.main_window import MainWindow
from cnnstudio.ui.session import Session
app = make_application()
session = Session()
window = MainWindow(session)
window.painted.connect(lambda: (print("painted", flush=True), window.close()))
window.show_gallery()
window.show()
app.exec()
"""
BARE = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
class Window(QWidget):
    def paintEvent(self, event):
        print("painted", flush=True)
        QTimer.singleShot(0, app.quit)
window = Window()
window.resize(1440, 900)
window.show()
app.exec()
"""


def seconds_to_paint(code: str) -> float:
    """From starting Python until it reports the first paint."""
    with tempfile.TemporaryDirectory() as home:
        folders = {f"XDG_{name}_HOME": home for name in ("CONFIG", "DATA", "STATE")}
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **folders},
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        seconds = time.perf_counter() - start
        process.wait(30)
    if line.strip() != "painted":
        raise SystemExit("the window was not shown: is there a display?")
    return seconds


def median_of(code: str) -> float:
    seconds_to_paint(code)
    return statistics.median(seconds_to_paint(code) for _ in range(STARTS))


def main() -> None:
    bare = median_of(BARE)
    studio = median_of(STUDIO)
    print(f"bare Qt window      {bare:.2f} s")
    print(f"CNN Studio window   {studio:.2f} s   {studio / bare:.1f} times the bare one")
    verdict = "kept" if studio < LIMIT_SECONDS else "broken"
    print(f"limit               {LIMIT_SECONDS:.2f} s   {verdict}")
    sys.exit(studio >= LIMIT_SECONDS)


if __name__ == "__main__":
    main()
