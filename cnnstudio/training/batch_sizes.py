"""Which batch size fits into memory, and which is fastest: real steps with each, soon forgotten."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

import torch

from cnnstudio.compiler.check import check
from cnnstudio.graph import Project, RunError
from cnnstudio.training.apart import answer, ask_apart
from cnnstudio.training.needs import training_memory
from cnnstudio.training.peak import free_memory, peak_memory
from cnnstudio.training.preparation import Preparation, choose_device, prepare
from cnnstudio.training.randomness import private_randomness
from cnnstudio.training.update import Update

FIRST = 8
LARGEST = 4096
STEPS = 3  # or more are timed with each size, for so long, after one that is not
STEPS_SECONDS = 0.3
LONGEST_STEP_SECONDS = 10.0
SECONDS = 60.0  # for all sizes
# A size that may need more than this share of what is free is not tried: a machine without memory
# left ends other programs too.
SHARE_OF_MEMORY = 0.8
# Of the sizes that reach this share of the best rate, the smallest is the one to take: more steps
# an epoch learn more.
NEAR_BEST = 0.95

LIMITS = {
    "memory": "A larger one may not fit into memory.",
    "images": "There are not more training images.",
    "time": "A step with a larger one takes longer than is tried here.",
    "largest": "Larger ones are not tried.",
}


@dataclass(frozen=True)
class Trial:
    """How steps of one size went; `memory` is what they hold beyond the process without them."""

    batch_size: int
    images_per_second: float
    memory: int


@dataclass(frozen=True)
class BatchSizes:
    """What was tried, from small to large, and what ended it: a key of LIMITS."""

    trials: list[Trial]
    limit: str
    batch_size: int  # of the project
    device: str

    @property
    def largest(self) -> int:
        """The largest that fits, as far as was tried; 0 if none does."""
        return self.trials[-1].batch_size if self.trials else 0

    @property
    def fastest(self) -> int:
        """The smallest with about the best rate; 0 if none fits."""
        best = max((trial.images_per_second for trial in self.trials), default=0.0)
        near = (t.batch_size for t in self.trials if t.images_per_second >= NEAR_BEST * best)
        return next(near, 0)

    @property
    def text(self) -> str:
        if not self.trials:
            return f"Not even batches of {FIRST} fit into memory."
        rates = {trial.batch_size: trial.images_per_second for trial in self.trials}
        fits = f"Batches of up to {self.largest:,} fit. {LIMITS[self.limit]}"
        rate = f"{rates[self.fastest]:,.0f} images/s"
        return f"{fits} Those of {self.fastest:,} are about as fast as any: {rate}."

    def to_json(self) -> dict[str, Any]:
        told = {"largest": self.largest, "fastest": self.fastest, "text": self.text}
        return asdict(self) | told

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> BatchSizes:
        trials = [Trial(**trial) for trial in told["trials"]]
        return cls(trials, told["limit"], told["batch_size"], told["device"])


def find_batch_sizes(project: Project) -> BatchSizes:
    """Tries powers of two until memory, images or time end it.

    To be called in a process of its own (`find_batch_sizes_apart`) where the memory that others
    take is not to be mistaken for the steps'. Raises RunError if the network can't be trained,
    DataError if the data can't be had.
    """
    device = choose_device(project.training.device)
    if project.training.threads:
        torch.set_num_threads(project.training.threads)
    with private_randomness(device, project.training.deterministic):
        report = check(project)
        ready = prepare(_with_size(project, FIRST), device)
        base = peak_memory(device)
        trials: list[Trial] = []
        limit = "largest"
        ends = time.monotonic() + SECONDS
        for size in _sizes():
            if size > len(ready.splits.train):
                limit = "images"
                break
            held = trials[-1].memory if trials else 0
            told = training_memory(report, _with_size(project, size).training)
            if not _may_fit(max(2 * held, told) - held, device):
                limit = "memory"
                break
            if trials and _too_long(trials[-1], size, ends - time.monotonic()):
                limit = "time"
                break
            rate = _rate(ready, size)
            if rate is None:
                limit = "memory"
                break
            trials.append(Trial(size, rate, max(peak_memory(device) - base, 0)))
    return BatchSizes(trials, limit, project.training.batch_size, str(device))


def find_batch_sizes_apart(
    project: Project, progress: Callable[[float | None, str], object] | None = None
) -> BatchSizes:
    """As `find_batch_sizes`, in a process of its own that uses the machine as the trainer does."""
    module, what = "cnnstudio.training.batch_sizes", "Trying batch sizes"
    return BatchSizes.from_json(ask_apart(module, project, what=what, progress=progress))


def _sizes() -> Iterator[int]:
    size = FIRST
    while size <= LARGEST:
        yield size
        size *= 2


def _may_fit(more: int, device: torch.device) -> bool:
    """Whether so many bytes may be had beyond what the last size held."""
    if device.type == "cuda":
        return True  # there it is tried: an allocation that fails harms nobody
    return more <= SHARE_OF_MEMORY * free_memory(device)


def _too_long(last: Trial, size: int, left: float) -> bool:
    step = size / last.images_per_second
    return step > LONGEST_STEP_SECONDS or step * (STEPS + 1) > left


def _rate(ready: Preparation, size: int) -> float | None:
    """Images a second in steps of this size; None if the memory is not enough."""
    ready.project = _with_size(ready.project, size)
    ready.begin_training()
    seconds: list[float] = []
    try:
        update = Update(ready)
        for step in count():
            order = torch.arange(size) + step * size
            images, labels = next(ready.train_in(0)(order % len(ready.splits.train), size))
            begun = time.perf_counter()
            images, truth = ready.mixed(step, images, labels)
            loss, _ = ready.loss(images, truth)
            update.take(loss, 0, 0, size)
            float(loss.detach())  # waits for the device
            seconds.append(time.perf_counter() - begun)
            if step >= STEPS and sum(seconds[1:]) > STEPS_SECONDS:
                break
    except (RuntimeError, MemoryError) as error:  # torch has several classes and words for it
        if isinstance(error, RunError) or "memory" not in str(error).lower():
            raise
        return None
    finally:
        ready.optimizer.zero_grad()
        if ready.device.type == "cuda":
            torch.cuda.empty_cache()
    return size / statistics.median(seconds[1:])


def _with_size(project: Project, size: int) -> Project:
    changed = project.training.model_copy(update={"batch_size": size, "accumulate": 1})
    return project.model_copy(update={"training": changed})


if __name__ == "__main__":
    answer(lambda project: find_batch_sizes(project).to_json())
