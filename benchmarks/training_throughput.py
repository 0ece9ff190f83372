"""Images a second of a studio run, beside a loop by hand, one over a DataLoader, and Lightning.

    python benchmarks/training_throughput.py [--rounds 7] [--seconds 3] [--clock cpu] [--threads 1]

All train the same network from the same weights on the same images with the same optimizer, batch
size and threads, in turns in this process, in an order that turns round from round to round. The
studio runs twice: as the loop by hand does (no channels last, no fused steps), and with its
defaults. Its time has events, heartbeat, metrics and checkpoints in it; the loop by hand is the
barest. Told are medians over the rounds of each round's ratio to the loop by hand; the floor is
0.98 in each row. With `--clock cpu` processor time is compared, which others on this machine
disturb less. Lightning is left out where it is not installed (`pip install cnnstudio[benchmarks]`).
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from cnnstudio.training import interpreter

# As the trainer process is started; torch reads it when it is loaded.
os.environ.update(interpreter.QUIET_WAITING)

import torch
from contestants import Case, Way, by_hand, case_of, in_lightning, over_data_loader, studio

FLOOR = 0.98
# Template, input, images (all that there are), batch size.
ROWS = {
    "LeNet-5 on digits": ("lenet5", (1, 28, 28), None, 32),
    "ResNet-20 on 32×32": ("resnet20_cifar", (3, 32, 32), 512, 64),
    "ResNet-18 on 224×224": ("resnet18", (3, 224, 224), 32, 8),
}
BY_HAND = "by hand"
STUDIO = ("studio, as by hand", "studio")

Contestant = Callable[[Case], float]


def contestants() -> dict[str, Contestant]:
    ways: dict[str, Contestant] = {
        BY_HAND: by_hand,
        STUDIO[0]: lambda case: studio(case.with_settings(**Way().settings())),
        STUDIO[1]: studio,
        "DataLoader": over_data_loader,
    }
    if find_spec("lightning"):
        ways["Lightning"] = in_lightning
    return ways


def measure(case: Case, rounds: int, seconds: float) -> dict[str, list[float]]:
    """Images a second of each contestant by round, in rounds of so many seconds by hand."""
    rate = by_hand(case.with_settings(epochs=2))
    epochs = 1 + max(1, round(seconds * rate / len(case.labels)))
    case = case.with_settings(epochs=epochs)
    ways = contestants()
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        for name in list(ways)[:: 1 if number % 2 else -1]:
            rates[name].append(ways[name](case))
    return rates


def ratios(rates: dict[str, list[float]]) -> dict[str, list[float]]:
    base = rates[BY_HAND]
    return {n: [a / b for a, b in zip(found, base, strict=True)] for n, found in rates.items()}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument(
        "--seconds", type=float, default=3.0, help="of a round of the loop by hand"
    )
    options.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    options.add_argument("--threads", type=int, default=torch.get_num_threads())
    options.add_argument("--only", choices=list(ROWS), action="append")
    arguments = options.parse_args()
    torch.set_num_threads(arguments.threads)
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    clock = time.process_time if arguments.clock == "cpu" else time.perf_counter
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(
        f"torch {torch.__version__}, {arguments.threads} threads, {arguments.clock} time, load "
        f"{load:.1f} before\n"
    )
    names = [name for name in contestants() if name != BY_HAND]
    print("| network | by hand, images/s |", " | ".join(names), "|")
    print("|---|---:|" + "---:|" * len(names))
    least = float("inf")
    for title in arguments.only or ROWS:
        template, shape, images, size = ROWS[title]
        case = replace(
            case_of(template, shape, images, size, threads=arguments.threads), clock=clock
        )
        rates = measure(case, arguments.rounds, arguments.seconds)
        found = ratios(rates)
        cells = [
            f"**{statistics.median(found[n]):.3f}** ({min(found[n]):.2f} … {max(found[n]):.2f})"
            for n in names
        ]
        row = [title, f"{statistics.median(rates[BY_HAND]):,.0f}", *cells]
        print(f"| {' | '.join(row)} |")
        least = min(least, *(statistics.median(found[name]) for name in STUDIO))
        sys.stdout.flush()
    print(f"\nfloor {FLOOR}: {'kept' if least >= FLOOR else 'broken'}")
    return 0 if least >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
