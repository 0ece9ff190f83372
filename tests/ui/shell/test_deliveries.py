import gc
import threading
import weakref
from concurrent.futures import Future

import pytest
from PySide6.QtWidgets import QLabel

from cnnstudio.ui.deliveries import Deliveries
from tests.ui.conftest import wait_for


class Asker(QLabel):
    """A widget that nobody but its question keeps."""

    def __init__(self, seen: list[str], threads: list[threading.Thread]) -> None:
        super().__init__()
        self._seen = seen
        weakref.finalize(self, lambda: threads.append(threading.current_thread()))

    def take(self, answer: object) -> None:
        self._seen.append("answer")

    def fail(self, error: Exception) -> None:
        self._seen.append("error")

    def progress(self, fraction: float | None, text: str) -> None:
        self._seen.append("progress")

    def work(self) -> str:
        return self.text()

    def stumble(self) -> None:
        raise OSError(self.text())


@pytest.fixture
def seen() -> list[str]:
    return []


@pytest.fixture
def threads() -> list[threading.Thread]:
    return []


def test_a_widget_that_asked_is_let_go_on_the_windows_thread(session, qtbot, seen, threads):
    """The client's threads hold on to the last question until the next one comes."""
    for _ in range(20):
        asker = Asker(seen, threads)
        session.ask(
            "check", asker.take, asker.fail, on_progress=asker.progress, project=session.project
        )
        del asker
    wait_for(qtbot, lambda: len(seen) == 20 and len(threads) == 20)
    assert set(threads) == {threading.main_thread()}


@pytest.mark.parametrize("end", ["take", "fail"])
def test_a_widget_whose_work_is_done_elsewhere_is_let_go_on_the_windows_thread(
    session, qtbot, seen, threads, end
):
    for _ in range(50):
        asker = Asker(seen, threads)
        work = asker.work if end == "take" else asker.stumble
        session.in_background(work, asker.take, asker.fail)
        del asker, work
    wait_for(qtbot, lambda: len(seen) == 50)
    gc.collect()
    wait_for(qtbot, lambda: len(threads) == 50)
    assert set(threads) == {threading.main_thread()}
    assert set(seen) == {"answer" if end == "take" else "error"}


def test_a_question_that_cannot_be_asked_leaves_nothing_behind(qtbot):
    deliveries = Deliveries()

    def refuse(_: object) -> Future:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        deliveries.expect(refuse, print, print)
    assert not deliveries._expected
