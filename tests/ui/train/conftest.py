from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cnnstudio.graph import Project
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import RunStatus
from cnnstudio.ui.session import Session
from cnnstudio.ui.train import TrainWorkspace

STEPS_PER_EPOCH = 10


def start(epochs: int, step: int = 0) -> dict:
    return {
        "t": 100.0, "type": "start", "step": step, "epoch": step // STEPS_PER_EPOCH,
        "steps": epochs * STEPS_PER_EPOCH, "epochs": epochs, "resumed": step > 0,
        "device": "cpu", "device_name": "x86_64", "threads": 1,
    }  # fmt: skip


def step(number: int, scale: float = 1.0) -> dict:
    return {
        "t": 100.0 + number, "type": "step", "step": number,
        "epoch": (number - 1) // STEPS_PER_EPOCH + 1,
        "loss": scale * (2.0 * math.exp(-number / 20) + 0.3 * (number % 2)),
        "accuracy": 1.0 - math.exp(-number / 20),
        "learning_rate": 0.001, "samples_per_second": 1930.0, "gradient_norm": 1.5,
    }  # fmt: skip


def epoch(number: int, val_accuracy: float | None = None) -> dict:
    return {
        "t": 100.0 + STEPS_PER_EPOCH * number, "type": "epoch", "epoch": number,
        "step": STEPS_PER_EPOCH * number, "train_loss": 2.0 / number,
        "train_accuracy": 1.0 - 0.5 / number, "val_loss": 2.2 / number,
        "val_accuracy": 1.0 - 0.6 / number if val_accuracy is None else val_accuracy,
        "learning_rate": 0.001, "seconds": 1.25,
    }  # fmt: skip


def history(epochs: int, scale: float = 1.0) -> list[dict]:
    """The events of a whole run."""
    events = [start(epochs)]
    for number in range(1, epochs * STEPS_PER_EPOCH + 1):
        events.append(step(number, scale))
        if number % STEPS_PER_EPOCH == 0:
            events.append(epoch(number // STEPS_PER_EPOCH))
    return events


def append(run: RunDirectory, *events: dict) -> None:
    with run.events_file.open("a") as stream:
        stream.writelines(json.dumps(event) + "\n" for event in events)


@pytest.fixture
def make_run(tmp_path: Path, small_project: Project) -> Callable[..., RunDirectory]:
    """Writes a run directory: `make_run(name, events, **status)`, of the small project or
    of another one."""

    def make(
        name: str, events: list[dict], project: Project = small_project, **status
    ) -> RunDirectory:
        run = RunDirectory.create_at(tmp_path / "runs" / name, project)
        known = {"state": "finished", "epochs": 2, "epoch": 2, "step": 20, "steps": 20,
                 "started": time.time() - 72, "heartbeat": time.time()}  # fmt: skip
        run.write_status(RunStatus(**(known | status)))
        append(run, *events)
        return run

    return make


@pytest.fixture
def workspace(open_small: Session, qtbot) -> Iterator[TrainWorkspace]:
    """The workspace on a session with the small project."""
    made = TrainWorkspace(open_small)
    qtbot.addWidget(made)
    made.resize(1300, 800)
    made.show()
    qtbot.waitExposed(made)
    yield made


def drawn(line) -> tuple[list[float], list[float]]:
    """What a curve was given to draw."""
    x, y = line.getOriginalDataset()
    return ([], []) if x is None else (x.tolist(), y.tolist())
