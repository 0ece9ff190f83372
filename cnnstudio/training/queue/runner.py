"""Works through the queue: starts each run's trainer in its turn and waits for it.

    python -m cnnstudio.training.queue.runner FOLDER

A run that fails or whose trainer dies is no reason to stop. The trainers outlive the runner; one
that is started later finds them at work and goes on from there.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

from cnnstudio.graph import CnnStudioError
from cnnstudio.training.launch import start_queued
from cnnstudio.training.queue.waiting import Entry, RunQueue
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.sweep.holding import try_hold

LOOK_SECONDS = 0.3

OnChange = Callable[[RunDirectory, str], object]


def work_through(
    queue: RunQueue,
    on_change: OnChange = lambda run, state: None,
    stopped: Callable[[], bool] = lambda: False,
) -> bool:
    """Until nothing waits nor works, or `stopped()`. False if another process does it already.

    `on_change(run, state)` is called when a run begins and when it ends.
    """
    queue.path.mkdir(parents=True, exist_ok=True)
    hold = try_hold(queue.path / "runner.lock")
    if hold is None:
        return False
    try:
        while not stopped() and _look(queue, on_change):
            time.sleep(LOOK_SECONDS)
    finally:
        hold.release()
    return True


def _look(queue: RunQueue, on_change: OnChange) -> bool:
    """Takes out what has ended and starts what may begin; whether there is more to do."""
    listed, entries = queue.listed(), queue.entries()
    working = [entry for entry in entries if entry.state == "running"]
    waiting = [entry for entry in entries if entry.state == "waiting"]
    for entry in entries:
        if entry not in working and entry not in waiting:
            queue.remove(entry.run)
            on_change(entry.run, entry.state)
    if listed.paused:
        return True
    for entry in waiting[: max(0, listed.at_once - len(working))]:
        _begin(queue, entry, on_change)
    return bool(working or waiting)


def _begin(queue: RunQueue, entry: Entry, on_change: OnChange) -> None:
    try:
        start_queued(entry.run)
    except (CnnStudioError, OSError) as error:
        queue.remove(entry.run)
        on_change(entry.run, f"failed: {error}")
        return
    queue.note_begun(entry.run)
    on_change(entry.run, "running")


def main(folder: str) -> None:
    wanted: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        wanted.append(number)

    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), stop)
    work_through(
        RunQueue(folder), lambda run, state: print(f"{run.name}: {state}", flush=True),
        lambda: bool(wanted),
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
