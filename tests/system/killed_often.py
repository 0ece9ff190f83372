"""Trains a run in forked processes that are killed again and again, and then to its end.

    python -m tests.system.killed_often PROJECT RUN KILLS

Torch is loaded once, so that a try takes a fraction of a second. The kills are spread over the
run's steps. They come in turns at a random moment of the clock, and at a random one of the file
operations that follow: opening, renaming, removing, which a checkpoint is made of.
"""

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import sklearn.datasets  # noqa: F401  (what each try would load)

from cnnstudio.data.augmentation import pipeline  # noqa: F401
from cnnstudio.graph import load
from cnnstudio.training import mixing  # noqa: F401
from cnnstudio.training.loop import Loop
from cnnstudio.training.train import train

OPERATIONS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.listdir")
LONGEST_SECONDS = 0.03
MOST_OPERATIONS = 25
# The last part of the run is left, so that it never ends before the last kill.
PART = 0.85


def main() -> None:
    project, folder, kills = load(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(7)

    def go() -> None:
        train(project, folder, resume=folder.exists())

    for number in range(kills):
        share = PART * (number + chance.random()) / kills
        ended = tried(go, share, chance.random(), at_operation=number % 2 == 0)
        assert ended == -signal.SIGKILL, ended
    print(kills)
    sys.exit(tried(go))


def tried(
    work: Callable[[], None], share: float | None = None, when: float = 0.0, **how: bool
) -> int:
    """How a process that does the work ended: 0, or minus the signal that killed it after this
    share of the run's steps."""
    child = os.fork()
    if child == 0:
        if share is not None:
            kill_after(share, when, **how)
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill_after(share: float, when: float, at_operation: bool) -> None:
    trained = Loop._train_on
    armed = False

    def train_on(loop: Loop, *batch: object) -> None:
        nonlocal armed
        if not armed and loop.step >= share * loop._ready.steps:
            armed = True
            if at_operation:
                kill_at(1 + round(when * MOST_OPERATIONS))
            else:
                threading.Thread(target=kill_in, args=[when * LONGEST_SECONDS]).start()
        trained(loop, *batch)

    Loop._train_on = train_on


def kill_in(seconds: float) -> None:
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at(operation: int) -> None:
    count = 0

    def look(event: str, arguments: object) -> None:
        nonlocal count
        if event not in OPERATIONS:
            return
        count += 1
        if count >= operation:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)


if __name__ == "__main__":
    main()
