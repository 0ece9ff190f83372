"""How long the window's thread is busy with a run's curves, for short runs and very long ones.

    xvfb-run -a -s "-screen 0 1440x900x24" python benchmarks/plots.py [--points N …]

For each number of told steps: reading them from `events.jsonl` (done on another thread), taking
them in, a first picture of all, and the same beside a live run: 100 more steps ten times a second,
each time taken in and drawn, smoothed over 10 and over 1000 steps, whole and zoomed in. The limits:
no single turn of the event loop takes longer than 100 ms with a million points, and 1,000 new
points a second take less than half of the time.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui.train.curves import Curves
from cnnstudio.ui.train.feed import EVENTS_AT_ONCE
from cnnstudio.ui.train.plots import Plots

LIMIT_MILLISECONDS = 100.0
LIMIT_SHARE = 0.5
STEPS_PER_EPOCH = 1000
NEW = 100
UPDATES = 10


def events(first: int, count: int, steps: int) -> Iterator[dict[str, Any]]:
    if first == 0:
        yield {"type": "start", "step": 0, "epoch": 0, "steps": steps,
               "epochs": steps // STEPS_PER_EPOCH, "resumed": False}  # fmt: skip
    for step in range(first + 1, first + count + 1):
        epoch = step / STEPS_PER_EPOCH
        noise = math.sin(12.9898 * step) * 43758.5453 % 1.0
        yield {
            "type": "step", "step": step, "epoch": int(epoch) + 1,
            "loss": 2.3 * math.exp(-3 * step / steps) + 0.3 * noise,
            "accuracy": 1 - 0.9 * math.exp(-3 * step / steps) - 0.05 * noise,
            "learning_rate": 1e-3, "samples_per_second": 1000.0 + noise, "gradient_norm": 1 + noise,
        }  # fmt: skip
        if step % STEPS_PER_EPOCH == 0:
            yield {
                "type": "epoch", "step": step, "epoch": int(epoch), "train_loss": 1.0,
                "train_accuracy": 0.5, "val_loss": 1 + noise, "val_accuracy": 0.5,
            }  # fmt: skip


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that this thread was at work: not those that it waited for a core."""
    begun = time.thread_time()
    work()
    return 1000 * (time.thread_time() - begun)


def measure(plots: Plots, points: int) -> tuple[float, float]:
    """Prints the row; the longest turn in milliseconds, and the share of time of live drawing."""
    with tempfile.TemporaryDirectory() as folder:
        run = RunDirectory(Path(folder))
        with run.events_file.open("w") as stream:
            stream.writelines(json.dumps(event) + "\n" for event in events(0, points, 2 * points))
        told: list[dict[str, Any]] = []
        reading = timed(lambda: told.extend(run.events()[0]))
    curves = Curves()
    some = range(0, len(told), EVENTS_AT_ONCE)
    each = [timed(lambda at=at: curves.take(told[at : at + EVENTS_AT_ONCE])) for at in some]
    taking = sum(each)
    plots.span = 10
    plots.axis = "step"
    turns = [*each, timed(lambda: plots.show_curves(curves))]
    averages = [timed(lambda plot=plot: plot.averages(curves, plots.span)) for plot in plots.all]
    drawing = timed(plots._draw_lines), timed(plots._fit), timed(plots.viewport().repaint)
    parts = [*averages, *drawing]
    first = sum(parts)
    turns += parts
    live: list[float] = []
    for span, zoomed in ((10, False), (1000, False), (10, True)):
        plots.span = span
        plots.reset_view()
        if zoomed:
            plots.loss.item.getViewBox().setXRange(points * 0.9, points * 0.91, padding=0)
        plots.draw()
        plots.viewport().repaint()
        for _ in range(UPDATES):
            new = list(events(len(curves.steps), NEW, 2 * points))
            parts = [
                timed(lambda new=new: curves.take(new)),
                timed(plots._draw_lines),
                timed(plots._fit),
                timed(plots.viewport().repaint),
            ]
            turns += parts
            live.append(sum(parts))
    pointer = [timed(lambda x=x: plots.point_at(float(points * x / 20))) for x in range(1, 20)]
    turns += pointer
    update = statistics.median(live)
    print(
        f"{points:10,} points   read {reading:7.0f} ms   taken in {taking:7.0f} ms   first "
        f"picture {first:6.1f} ms   live update {update:6.1f} ms (worst {max(live):6.1f})   "
        f"pointer {statistics.median(pointer):6.2f} ms   longest turn {max(turns):6.1f} ms"
    )
    return max(turns), update * 1000 / NEW / 1000


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--points", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    arguments = options.parse_args()
    app = QApplication([])
    plots = Plots()
    plots.resize(740, 760)
    plots.show()
    app.processEvents()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"load {load:.2f} before")
    found = [measure(plots, points) for points in arguments.points]
    longest, share = max(turn for turn, _ in found), max(share for _, share in found)
    kept = longest < LIMIT_MILLISECONDS and share < LIMIT_SHARE
    print(
        f"longest turn {longest:.0f} ms (limit {LIMIT_MILLISECONDS:.0f}), 1,000 points a second "
        f"take {share:.0%} of the time (limit {LIMIT_SHARE:.0%}): {'kept' if kept else 'broken'}"
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
