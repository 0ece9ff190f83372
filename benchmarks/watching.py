"""What watching a run costs: the numbers and histograms of its layers, and the doctor that reads
its events.

    python benchmarks/watching.py [--seconds 20] [--only lenet5]

Trains as the trainer does and takes the time spent in each of the two, as a share of the time from
the event `start` to the last one. Beside it the share that measuring would take if it were done at
each step, which is why it is done seldom. The limit: both together take at most 2 %.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnnstudio.training import interpreter

# As the trainer process is started; torch reads it when it is loaded.
os.environ.update(interpreter.QUIET_WAITING)

import torch

import cnnstudio as cs
from cnnstudio.graph import Project, RunError
from cnnstudio.training import layer_numbers
from cnnstudio.training.doctor import Doctor
from cnnstudio.training.layer_numbers import LayerNumbers

LIMIT = 0.02
LOOKS = ("begin", "_look_before", "_look_after", "take")
CASES = {
    "lenet5": {},
    "shapes_small": {},
    "resnet18": {"input_shape": (3, 64, 64), "classes": 4},
}


class Spent:
    """Seconds spent in some methods."""

    def __init__(self, *methods: tuple[type, str]) -> None:
        self.seconds = 0.0
        for owner, name in methods:
            setattr(owner, name, self._timed(getattr(owner, name)))

    def _timed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any) -> Any:
            begun = time.perf_counter()
            try:
                return method(*arguments)
            finally:
                self.seconds += time.perf_counter() - begun

        return timed


def run(project: Project, seconds: float) -> tuple[float, int, int]:
    """Trains for about so long; the seconds it took, the steps, and how many were measured."""
    moments: list[float] = []
    counts = {"layers": 0}

    class Enough(Exception):
        pass

    def note(event: dict[str, Any]) -> None:
        moments.append(time.perf_counter())
        counts["layers"] += event["type"] == "layers"
        counts["step"] = max(counts.get("step", 0), event.get("step") or 0)
        if moments[-1] - moments[0] > seconds:
            raise Enough

    with tempfile.TemporaryDirectory() as folder:
        try:
            cs.train(project, Path(folder) / "run", on_event=note)
        except RunError as error:
            if "Enough" not in str(error):
                raise
    return moments[-1] - moments[0], counts["step"], counts["layers"]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--seconds", type=float, default=20.0)
    options.add_argument("--only", choices=list(CASES))
    arguments = options.parse_args()
    measuring = Spent(*((LayerNumbers, name) for name in LOOKS))
    doctor = Spent((Doctor, "take"))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{torch.get_num_threads()} threads, load {load:.2f} before")
    worst = 0.0
    for name, changes in CASES.items():
        if arguments.only not in (None, name):
            continue
        project = cs.template(name, **changes)
        training = project.training.model_copy(update={"epochs": 10_000})
        project = project.model_copy(update={"training": training})
        measuring.seconds = doctor.seconds = 0.0
        lasted, steps, measured = run(project, arguments.seconds)
        shares = measuring.seconds / lasted, doctor.seconds / lasted
        each = measuring.seconds / max(measured, 1) / (lasted / steps)
        worst = max(worst, sum(shares))
        print(
            f"{name:14} layers {shares[0]:6.2%} of the time ({measured} of {steps:,} steps "
            f"measured; at each step it would be {each:.0%})   doctor {shares[1]:6.3%}"
        )
    print(f"limit {LIMIT:.0%}: {'kept' if worst <= LIMIT else 'broken'}"
          f" (share aimed at: {layer_numbers.LARGEST_SHARE:.0%})")  # fmt: skip
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
