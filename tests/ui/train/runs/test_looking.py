"""Views that read something anew for as long as they are seen."""

from pathlib import Path

from cnnstudio.ui.train.runs.looking import LookingView
from tests.ui.conftest import wait_for


class Contents(LookingView):
    """Shows what stands in a file."""

    def __init__(self, session, file: Path) -> None:
        super().__init__(session, 20)
        self._file = file
        self.shown: list[object] = []

    def reading(self):
        return self._file.read_text

    def show_found(self, found: str) -> None:
        self.shown.append((found, self.failed))

    def show_error(self, error: Exception) -> None:
        self.shown.append(type(error))


def test_what_could_not_be_read_is_told_and_read_again(session, tmp_path, qtbot):
    file = tmp_path / "sweep"
    view = Contents(session, file)
    qtbot.addWidget(view)
    view.show()
    wait_for(qtbot, lambda: FileNotFoundError in view.shown)
    file.write_text("there")
    wait_for(qtbot, lambda: ("there", True) in view.shown and ("there", False) in view.shown)


def test_nothing_is_read_while_it_is_not_seen(session, tmp_path, qtbot):
    file = tmp_path / "sweep"
    file.write_text("there")
    view = Contents(session, file)
    qtbot.addWidget(view)
    view.show()
    wait_for(qtbot, lambda: bool(view.shown))
    view.hide()
    qtbot.waitUntil(lambda: not view._reading)
    count = len(view.shown)
    qtbot.wait(100)
    assert len(view.shown) == count
