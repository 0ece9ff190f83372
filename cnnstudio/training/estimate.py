"""How long a run will take and how much memory: a few real steps on this machine, timed."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

import torch

from cnnstudio.graph import Project
from cnnstudio.training.apart import answer, ask_apart
from cnnstudio.training.batches import Batch
from cnnstudio.training.peak import free_memory, peak_memory
from cnnstudio.training.preparation import Preparation, choose_device, prepare

SECONDS = 1.5
LEAST_STEPS = 3
LEAST_EVALUATIONS = 2


@dataclass(frozen=True)
class Estimate:
    """Medians over the steps timed; an epoch is training and validation together, the run has the
    final test too. `memory` are the bytes that the trainer holds at the most, on the device where
    that has its own memory, of `memory_free`."""

    device: str
    batch_size: int
    step_seconds: float
    epoch_seconds: float
    images_per_second: float
    epochs: int
    test_seconds: float
    memory: int
    memory_free: int

    @property
    def run_seconds(self) -> float:
        return self.epoch_seconds * self.epochs + self.test_seconds

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"run_seconds": self.run_seconds}


def estimate(project: Project, seconds: float = SECONDS) -> Estimate:
    """Trains some batches of the project's data for about `seconds`, and forgets them.

    Raises RunError if the network can't be trained, DataError if the data can't be had.
    """
    device = choose_device(project.training.device)
    if project.training.threads:
        torch.set_num_threads(project.training.threads)
    free = free_memory(device)
    ready = prepare(project, device)
    with closing(_batches(ready)) as batches:
        images, labels = next(batches)
        steps = _timed(lambda number: _step(ready, number, *next(batches)), seconds)
    ready.model.eval()
    with torch.inference_mode(), ready.machine.autocast():
        looks = _timed(lambda _: ready.model(images), seconds / 4, least=LEAST_EVALUATIONS)
    step, look = statistics.median(steps), statistics.median(looks)
    splits, size = ready.splits, project.training.batch_size
    tested = splits.test if len(splits.test) else splits.validation
    return Estimate(
        device=str(device),
        batch_size=len(labels),
        step_seconds=step,
        epoch_seconds=ready.steps_per_epoch * step + -(-len(splits.validation) // size) * look,
        images_per_second=len(labels) / step,
        epochs=project.training.epochs,
        test_seconds=-(-len(tested) // size) * look,
        memory=peak_memory(device),
        memory_free=free,
    )


def estimate_apart(
    project: Project,
    seconds: float = SECONDS,
    progress: Callable[[float | None, str], object] | None = None,
) -> Estimate:
    """As `estimate`, in a process of its own that uses the machine as the trainer does."""
    module, what = "cnnstudio.training.estimate", "Timing a few steps"
    return Estimate(**ask_apart(module, project, str(seconds), what=what, progress=progress))


def _batches(ready: Preparation) -> Generator[Batch, None, None]:
    """Batches of one epoch after the other, read and augmented as the training reads them."""
    order = torch.arange(ready.samples_per_epoch)
    for epoch in count():
        yield from ready.train_in(epoch)(order, ready.settings.batch_size)


def _step(ready: Preparation, number: int, images: torch.Tensor, labels: torch.Tensor) -> None:
    loss, _ = ready.loss(*ready.mixed(number, images, labels))
    ready.optimizer.zero_grad()
    loss.backward()
    ready.optimizer.step()


def _timed(run: Callable[[int], object], seconds: float, least: int = LEAST_STEPS) -> list[float]:
    """Seconds of each call, the first left out: it makes what later ones find."""
    run(0)
    _wait()
    times: list[float] = []
    begun = time.monotonic()
    while len(times) < least or time.monotonic() - begun < seconds:
        start = time.perf_counter()
        run(len(times) + 1)
        _wait()
        times.append(time.perf_counter() - start)
    return times


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


if __name__ == "__main__":
    answer(lambda project: asdict(estimate(project, float(sys.argv[1]))))
