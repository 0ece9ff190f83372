"""Images a second of a studio run, beside a plain torch loop and a plain DataLoader.

    python benchmarks/training_throughput.py [--rounds 7] [--seconds 6]

All three train the same network from the same weights with the same optimizer, batch size and
threads in this process, in turns. Measured are whole epochs of training without validation. The
studio's time runs from the event `start` to that of the last checkpoint: it includes the run
directory, events, heartbeat, metrics and checkpoints. The plain loop is the barest: the data held
as tensors, a new order each epoch, no metric, nothing written; its model is the class that
`cnnstudio.code` prints. The floor: the median of the rounds' ratios is at least 0.98.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnstudio.training import interpreter

# As the trainer process is started; torch reads it when it is loaded.
os.environ.update(interpreter.QUIET_WAITING)

import torch
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

import cnnstudio as cs
from cnnstudio.data.load import load
from cnnstudio.graph import Project
from cnnstudio.training.construction import make_loss, make_optimizer

FLOOR = 0.98
CASES = (("lenet5", "digits"), ("shapes_small", "shapes"))

Batches = Callable[[], Iterable[tuple[Tensor, Tensor]]]


@dataclass
class Case:
    """A project that trains for a number of epochs, and its training images."""

    project: Project
    images: Tensor
    labels: Tensor

    @property
    def samples(self) -> int:
        return len(self.labels) * self.project.training.epochs

    def with_epochs(self, epochs: int) -> Case:
        training = self.project.training.model_copy(update={"epochs": epochs})
        project = self.project.model_copy(update={"training": training})
        return Case(project, self.images, self.labels)


def case_of(template: str, dataset: str) -> Case:
    project = cs.template(template)
    assert project.data.dataset == dataset
    data = project.data.model_copy(update={"validation": 0.0})
    project = project.model_copy(update={"data": data})
    shape = next(n.parameters["shape"] for n in project.network.nodes if n.kind == "Input")
    held = load(data, tuple(shape)).train.tensors()
    assert held is not None
    return Case(project, *held)


def studio(case: Case) -> float:
    """Images a second of a complete run in a new run directory."""
    moments: list[float] = []

    def note(event: dict[str, Any]) -> None:
        if event["type"] in ("start", "checkpoint"):
            moments.append(time.perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        run = cs.train(case.project, Path(folder) / "run", on_event=note)
        assert len(run.metrics) == case.project.training.epochs
    return case.samples / (moments[-1] - moments[0])


def plain(case: Case, batches: Batches) -> float:
    """Images a second of the loop that one writes by hand."""
    settings = case.project.training
    torch.manual_seed(settings.seed)
    model = plain_model(case.project)
    criterion = make_loss(settings.loss)
    optimizer = make_optimizer(settings.optimizer, model.parameters(), settings.learning_rate)
    model.train()
    begun = time.perf_counter()
    for _ in range(settings.epochs):
        for images, labels in batches():
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
    return case.samples / (time.perf_counter() - begun)


def plain_model(project: Project) -> torch.nn.Module:
    names: dict[str, Any] = {"__name__": "printed"}
    exec(cs.code(project), names)
    classes = (v for v in names.values() if isinstance(v, type) and v.__module__ == "printed")
    return next(cls for cls in classes if issubclass(cls, torch.nn.Module))()


def with_tensors(case: Case) -> float:
    def batches() -> Iterable[tuple[Tensor, Tensor]]:
        order = torch.randperm(len(case.labels))
        for chosen in order.split(case.project.training.batch_size):
            yield case.images[chosen], case.labels[chosen]

    return plain(case, batches)


def with_data_loader(case: Case) -> float:
    loader = DataLoader(
        TensorDataset(case.images, case.labels), case.project.training.batch_size, shuffle=True
    )
    return plain(case, lambda: loader)


def measure(template: str, dataset: str, rounds: int, seconds: float) -> float:
    """Prints the table of one network; returns the studio's ratio to the plain loop."""
    case = case_of(template, dataset)
    warm = with_tensors(case.with_epochs(2))
    case = case.with_epochs(max(2, round(seconds * warm / len(case.labels))))
    studio(case.with_epochs(1))
    ways = {
        "plain loop": with_tensors,
        "CNN Studio": studio,
        "plain DataLoader": with_data_loader,
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        # Whoever comes first changes: what the machine does beside it must not favour one.
        for name in list(ways)[:: 1 if number % 2 else -1]:
            rates[name].append(ways[name](case))
    print(
        f"{template} on {dataset}: {len(case.labels):,} images, {case.project.training.epochs} "
        f"epochs a round, batches of {case.project.training.batch_size}, {rounds} rounds"
    )
    ratios = {}
    for name, found in rates.items():
        each = [a / b for a, b in zip(found, rates["plain loop"], strict=True)]
        ratios[name] = statistics.median(each)
        print(
            f"  {name:18} {statistics.median(found):10,.0f} images/s   "
            f"ratio {ratios[name]:.3f}  ({min(each):.3f} … {max(each):.3f})"
        )
    return ratios["CNN Studio"]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--seconds", type=float, default=6.0, help="of a round of the plain loop")
    options.add_argument("--only", choices=[name for name, _ in CASES])
    arguments = options.parse_args()
    load_average = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{torch.get_num_threads()} threads, load {load_average:.2f} before")
    ratios = [
        measure(template, dataset, arguments.rounds, arguments.seconds)
        for template, dataset in CASES
        if arguments.only in (None, template)
    ]
    print(f"floor {FLOOR}: {'kept' if min(ratios) >= FLOOR else 'broken'}")
    return 0 if min(ratios) >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
