"""Takes the pictures of the documentation, in both themes: the start page, every workspace, every
page of Inspect.

    xvfb-run -s "-screen 0 1440x900x24" python scripts/screenshots.py docs/images

Opens the sample in the real window, trains it, and takes each picture when what it shows has come.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QTimer

from cnnstudio.ui.app import make_application
from cnnstudio.ui.inspect import InspectWorkspace
from cnnstudio.ui.inspect.imagine.visualize_page import VisualizePage
from cnnstudio.ui.main_window import MainWindow
from cnnstudio.ui.session import Session

PLACES = ("design", "data", "train", "inspect")
SETTLE_MILLISECONDS = 2500
PAGE_MILLISECONDS = 6000
PICTURE_MILLISECONDS = 20_000
SWITCH_MILLISECONDS = 600
LOOK_MILLISECONDS = 200

# What the director waits for: milliseconds, or a condition.
Wait = int | Callable[[], bool]


class Director:
    """Steps through a script that yields what to wait for, on the window's own event loop."""

    def __init__(self, script: Iterator[Wait], finished: Callable[[], object]) -> None:
        self._script = script
        self._finished = finished

    def go_on(self) -> None:
        wait = next(self._script, None)
        if wait is None:
            self._finished()
        elif isinstance(wait, int):
            QTimer.singleShot(wait, self.go_on)
        else:
            self._wait_for(wait)

    def _wait_for(self, condition: Callable[[], bool]) -> None:
        if condition():
            self.go_on()
        else:
            QTimer.singleShot(LOOK_MILLISECONDS, lambda: self._wait_for(condition))


def pictures(window: MainWindow, folder: Path) -> Iterator[Wait]:
    session = window.session

    def take(name: str) -> None:
        path = folder / f"{name}.png"
        if not window.grab().save(str(path)):
            raise SystemExit(f"{path} can't be written")
        print(path)

    def both_themes(name: str) -> Iterator[Wait]:
        for mode in ("light", "dark"):
            session.set_theme(mode)
            yield SWITCH_MILLISECONDS
            take(f"{name}-{mode}")

    yield SETTLE_MILLISECONDS
    yield from both_themes("start")
    window.start_sample()
    yield lambda: window.control.state == "running" and bool(session.runs.history)
    yield lambda: any(event["type"] == "epoch" for event in session.runs.history)
    yield SETTLE_MILLISECONDS
    yield from both_themes("training")
    yield lambda: window.control.state in ("finished", "failed")
    window.banner.dismiss()
    for name in PLACES:
        window.show_workspace(name)
        yield SETTLE_MILLISECONDS
        yield from both_themes(name)
    inspect = window.workspaces["inspect"]
    assert isinstance(inspect, InspectWorkspace)
    for page in list(inspect.pages)[1:]:
        inspect.show_page(page)
        yield SETTLE_MILLISECONDS
        if isinstance(shown := inspect.pages[page], VisualizePage):
            shown.start_button.click()
            yield PICTURE_MILLISECONDS
        yield PAGE_MILLISECONDS
        yield from both_themes(f"inspect-{page.title.lower()}")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        # Nobody's recent files or runs belong in the pictures.
        os.environ.update({f"XDG_{name}_HOME": home for name in ("CONFIG", "DATA", "STATE")})
        app = make_application()
        session = Session()
        session.set_theme("light")
        window = MainWindow(session)
        window.show_gallery()
        window.show()
        director = Director(pictures(window, folder), window.close)
        QTimer.singleShot(0, director.go_on)
        app.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images"))
