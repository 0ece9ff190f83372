"""Images a second of one run on 1 and on 2 processes, started by torchrun, as a ratio.

    python benchmarks/data_parallel.py [--rounds 3] [--epochs 4]

The batch is shared out, so that both do the same steps on the same images; each process has one
thread. Measured are the training steps: from the event `start` to that of the last epoch. The
ratio would be 2 if sharing cost nothing and each process had a core, and what is next to it in
memory, for itself. With fewer than two cores, or with others at work on them, there is nothing to
measure.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import cnnstudio as cs
from cnnstudio.graph import Project, save
from cnnstudio.training import interpreter
from cnnstudio.training.rundir import RunDirectory

IMAGES = 600
BATCH = 60


def project(epochs: int) -> Project:
    """ResNet-20 on drawn shapes of 32×32: as much work in a step as CIFAR's."""
    found = cs.template("resnet20_cifar", input_shape=(3, 32, 32), classes=6)
    data = found.data.model_copy(
        update={"dataset": "shapes", "options": {"count": IMAGES}, "augmentation": (),
                "validation": 0.0, "test": 0.0}
    )  # fmt: skip
    training = found.training.model_copy(
        update={"epochs": epochs, "batch_size": BATCH, "threads": 1, "device": "cpu",
                "tensorboard": False}
    )  # fmt: skip
    return found.model_copy(update={"data": data, "training": training})


def images_per_second(file: Path, folder: Path, processes: int) -> float:
    command = [
        sys.executable, "-m", "torch.distributed.run", "--standalone",
        f"--nproc-per-node={processes}", "-m", "cnnstudio", "train", str(file),
        "--run-dir", str(folder),
    ]  # fmt: skip
    environment = interpreter.environment() | {"OMP_NUM_THREADS": "1"}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    events, _ = RunDirectory(folder).events()
    begun = next(event["t"] for event in events if event["type"] == "start")
    epochs = [event for event in events if event["type"] == "epoch"]
    return IMAGES * len(epochs) / (epochs[-1]["t"] - begun)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--epochs", type=int, default=4)
    arguments = options.parse_args()
    if (os.cpu_count() or 1) < 2:
        print("one core: two processes have nothing to gain here")
        return 0
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{os.cpu_count()} cores, load {load:.2f} before; ResNet-20, batches of {BATCH}")
    rates: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "resnet.cnns"
        save(project(arguments.epochs), file)
        for number in range(arguments.rounds):
            for processes in (1, 2) if number % 2 else (2, 1):
                folder = Path(name) / f"{number}-{processes}"
                rates[processes].append(images_per_second(file, folder, processes))
    ratios = [two / one for one, two in zip(rates[1], rates[2], strict=True)]
    for processes, found in rates.items():
        print(f"  {processes} process{'es' * (processes > 1):2} "
              f"{statistics.median(found):8,.0f} images/s")  # fmt: skip
    ratio = statistics.median(ratios)
    print(f"  ratio {ratio:.2f}  ({min(ratios):.2f} … {max(ratios):.2f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
