"""When checkpoints are written, by a clock that the test turns."""

from __future__ import annotations

from itertools import pairwise

import pytest

from cnnstudio.graph import Project
from cnnstudio.training import keeper
from cnnstudio.training.checkpoint import Snapshot
from cnnstudio.training.rundir import RunDirectory


class Course:
    """Epochs and writes of so many seconds; `written` has the epochs on disk at each time."""

    def __init__(self, run: RunDirectory, monkeypatch: pytest.MonkeyPatch, cost: float) -> None:
        self.now = 0.0
        self.epoch = 0
        self.spent = 0.0
        self.folders: list[str] = []
        monkeypatch.setattr(keeper.time, "monotonic", lambda: self.now)

        def write(_, snapshot):
            self.now += cost
            self.spent += cost
            folder = run.checkpoint_folder / f"step-{snapshot.state['step']:06d}"
            folder.mkdir(parents=True, exist_ok=True)
            return folder

        monkeypatch.setattr(keeper, "write_checkpoint", write)
        self._keeper = keeper.Keeper(run, lambda: Snapshot({}, {}, {"step": self.epoch}))

    def go(self, epochs: int, seconds: float) -> list[int]:
        """The epochs, from 1, at whose ends a checkpoint was written."""
        written = []
        for _ in range(epochs):
            self.epoch += 1
            self.now += seconds
            if self._keeper.end_of_epoch(self.epoch, best=False, kept=False) is not None:
                written.append(self.epoch)
        return written


@pytest.fixture
def run(tmp_path):
    return RunDirectory.create(tmp_path, Project())


def test_every_epoch_that_takes_much_longer_than_a_write_is_written(run, monkeypatch):
    course = Course(run, monkeypatch, cost=0.02)
    assert course.go(20, seconds=1.2) == list(range(1, 21))


@pytest.mark.parametrize(("cost", "seconds"), [(0.03, 0.05), (2.0, 10.0), (0.5, 300.0)])
def test_writing_takes_two_hundredths_of_the_time_and_no_more_is_lost_than_needs_be(
    run, monkeypatch, cost, seconds
):
    course = Course(run, monkeypatch, cost)
    written = course.go(1000, seconds)
    assert course.spent - cost <= 0.02 * course.now  # the first is written at once
    gaps = [(b - a) * seconds for a, b in pairwise(written)]
    assert max(gaps) < max(1.0, cost / 0.02) + seconds + 1e-6
