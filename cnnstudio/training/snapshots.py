"""Snapshots for the history: weights alone, from the first step on, most of them early.

A snapshot is a folder `snapshots/step-000120` with `model.safetensors`, written under another name
and renamed, so that it is whole or not there. It is nothing that a run goes on from: losing some
loses no training, so they aren't flushed, and a disk that refuses one doesn't end the run.
"""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor

from cnnstudio.graph import TrainingSettings
from cnnstudio.graph.replacing import replacing
from cnnstudio.training.checkpoint import WEIGHTS, separate, write_tensors
from cnnstudio.training.rundir import RunDirectory, snapshot_name, step_of

MEGABYTE = 1_000_000
# Of the time that training takes. Since most are early, they may be ahead of it by so much.
LARGEST_SHARE = 0.005
AHEAD_SECONDS = 0.3
# So many times a snapshot stay free on the disk: a checkpoint with its optimizer is worth more.
ROOM = 10


def place(step: int, steps: int) -> float:
    """Where a step stands in the history, 0…2: its share of the run, and that of its logarithm.

    Snapshots that are evenly apart on this scale are close together early, and never far apart.
    """
    return step / steps + math.log1p(step) / math.log1p(steps)


def is_due(step: int, last: int | None, steps: int, count: int) -> bool:
    """Whether a snapshot belongs at this step, the `last` one being before it.

    Over a run of `steps` that makes at most `count`.
    """
    if count < 1 or last is None:
        return count > 0
    return count > 1 and place(step, steps) - place(last, steps) >= 2 / (count - 1)


def thinned(taken: Iterable[int], steps: int, count: int) -> list[int]:
    """At most `count` of these steps, in order: the first, the last, and of those between the ones
    whose neighbours are farthest apart."""
    kept = sorted(set(taken))
    at = {step: place(step, steps) for step in kept}
    while len(kept) > max(count, 0):
        inner = range(1, len(kept) - 1)
        if not inner:
            kept.pop()
            continue
        del kept[min(inner, key=lambda index: at[kept[index + 1]] - at[kept[index - 1]])]
    return kept


class Snapshots:
    """Takes snapshots of a run between its steps."""

    def __init__(
        self,
        run: RunDirectory,
        settings: TrainingSettings,
        steps: int,
        weights: Callable[[], Mapping[str, Tensor]],
        tell: Callable[[str, str], object],
    ) -> None:
        """`steps` is how many the run has; `weights` gives those that would be evaluated; `tell`
        takes a kind of event (note, warning) and its message."""
        self._run = run
        self._settings = settings
        self._steps = max(steps, 1)
        self._weights = weights
        self._tell = tell
        self._count = 0
        self._taken: list[int] = []
        self._begun = time.monotonic()
        self._spent = 0.0
        self._first = 0

    def begin(self, step: int) -> None:
        """Training begins at this step: what a trainer before left of it and of later steps goes.

        To be called by the process that writes the run, if no process holds a share of the weights
        only; without it, none are taken.
        """
        folder = self._run.snapshot_folder  # others keep what they show there
        for path in (*folder.glob("step-*"), *folder.glob(".step-*.tmp")):
            if not 0 <= step_of(path) < step:
                shutil.rmtree(path, ignore_errors=True)
        self._taken = [step_of(path) for path in self._run.snapshots()]
        self._count = self._affordable()
        self._thin()
        self._begun = time.monotonic()
        self._first = step

    def take_if_due(self, step: int) -> None:
        """To be called before each step, with the number of those that are finished."""
        last = self._taken[-1] if self._taken else None
        if not is_due(step, last, self._steps, self._count):
            return
        begun = time.monotonic()
        # The first is taken in any case: nothing is trained yet.
        if last is not None and self._spent > self._allowed(step, begun - self._begun):
            return
        try:
            self._take(step)
        except OSError as error:
            self._count = 0
            self._tell(
                "warning",
                "No further snapshots for the history are kept: "
                f"{error.strerror or error}. Training goes on.",
            )
        cost = time.monotonic() - begun
        if last is not None:
            self._spent += cost

    def _allowed(self, step: int, seconds: float) -> float:
        """Seconds for snapshots until this step, `seconds` after the beginning.

        Of what all steps will be allowed, the share that belongs to those until here.
        """
        done = max(step - self._first, 1)
        whole = seconds * (self._steps - self._first) / done
        due = LARGEST_SHARE * whole * place(done, self._steps) / 2
        return min(due, LARGEST_SHARE * seconds + AHEAD_SECONDS)

    def _take(self, step: int) -> None:
        tensors = separate(self._weights())
        if not all(bool(torch.isfinite(value).all()) for value in tensors.values()):
            return  # the loop is about to find that training diverged
        size = sum(value.nbytes for value in tensors.values())
        if shutil.disk_usage(self._run.path).free < ROOM * size:
            raise OSError("the disk is almost full")
        self._run.snapshot_folder.mkdir(exist_ok=True)
        with replacing(self._run.snapshot_folder / snapshot_name(step), lasting=False) as aside:
            aside.mkdir()
            write_tensors(tensors, aside / WEIGHTS)
        self._taken.append(step)
        self._thin()

    def _thin(self) -> None:
        kept = thinned(self._taken, self._steps, self._count)
        for step in set(self._taken) - set(kept):
            shutil.rmtree(self._run.snapshot_folder / snapshot_name(step), ignore_errors=True)
        self._taken = kept

    def _affordable(self) -> int:
        """How many fit into the bytes that the settings allow."""
        wanted, megabytes = self._settings.snapshots, self._settings.snapshot_megabytes
        size = sum(value.nbytes for value in self._weights().values())
        fit = megabytes * MEGABYTE // max(size, 1)
        if wanted > 0 and fit < 2:
            self._tell(
                "note",
                f"No snapshots for the history are kept: one takes {size / MEGABYTE:.0f} MB, and "
                f"the settings allow {megabytes} MB for all.",
            )
            return 0
        return min(wanted, fit)
