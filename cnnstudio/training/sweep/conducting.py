"""Conducting a sweep: workers are started, watched, and replaced when they die."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cnnstudio.graph import Project, RunError
from cnnstudio.training import interpreter
from cnnstudio.training.alive import process_of
from cnnstudio.training.status import RunStatus
from cnnstudio.training.sweep.creating import create_sweep
from cnnstudio.training.sweep.directory import Definition, SweepDirectory, Trial
from cnnstudio.training.sweep.holding import held
from cnnstudio.training.sweep.space import Dimension, dimension

LOOK_SECONDS = 0.2
BEAT_SECONDS = 1.0
PATIENCE_SECONDS = 60.0  # for workers that were asked to stop
# Replaced workers in a row without a trial that ended: then something is wrong with all of them.
MOST_DEATHS = 3
REFUSED = 1  # the exit status of a worker that said why it can't work

OnTrial = Callable[[Trial], object]


def sweep(
    project: Project,
    over: Mapping[str, Any] | Sequence[str],
    trials: int = 20,
    method: str = "auto",
    workers: int = 1,
    metric: str = "val_accuracy",
    pruning: str = "median",
    seed: int = 0,
    name: str | None = None,
    storage: str = "",
    runs: Path | str | None = None,
    on_trial: OnTrial | None = None,
) -> SweepDirectory:
    """Searches over settings and returns the sweep's folder, with `trials()` and `best()`.

    `over` is what varies: texts such as `training.learning_rate=1e-4..1e-1:log`, or a mapping from
    paths to a list of values or such a range. `method` is tpe, random, grid (which tries every
    combination, whatever `trials` says) or auto (a grid of no more points than `trials`, else TPE);
    `pruning` none, median or halving. Each trial is a run in the folder `runs`. Several machines
    share a search by its `name` in one `storage`: a file on a shared disk, or a database.

    Raises ProblemError or RunError before anything is trained if the search makes no sense.
    """
    made = create_sweep(
        project, _space(over), runs, trials=trials, method=method, metric=metric,
        pruning=pruning, seed=seed, name=name, storage=storage,
    )  # fmt: skip
    conduct(made, workers, on_trial)
    return made


def conduct(sweep: SweepDirectory, workers: int = 1, on_trial: OnTrial | None = None) -> None:
    """Works through the sweep, or goes on with it, until all trials are done or it is stopped.

    Ctrl+C stops it: trials in work leave checkpoints, and go on when the sweep does.
    """
    from cnnstudio.training.sweep.study import fill_grid, open_study

    definition = sweep.definition()
    sweep.project()  # what is damaged is told before anything is started
    with held(sweep.path / "asking.lock"):
        fill_grid(open_study(sweep), definition)
    sweep.control("run")
    Conductor(sweep, definition, max(1, workers), on_trial).go()


class Conductor:
    def __init__(
        self, sweep: SweepDirectory, definition: Definition, workers: int, on_trial: OnTrial | None
    ) -> None:
        self._sweep = sweep
        self._trials = definition.trials
        self._count = workers
        self._on_trial = on_trial or (lambda _: None)
        self._threads = max(1, (os.cpu_count() or 1) // workers) if workers > 1 else 0
        self._workers: list[subprocess.Popen[bytes]] = []
        self._told = {trial.number for trial in sweep.trials() if trial.state != "running"}
        self._deaths = 0
        self._beaten = 0.0
        self._begun = time.time()

    def go(self) -> None:
        self._beat("running")
        try:
            self._workers = [self._start(number) for number in range(self._count)]
            self._watch()
        except KeyboardInterrupt:
            self._sweep.control("stop")
        except RunError as error:
            self._sweep.control("stop")
            self._beat("failed", error.message)
            raise
        finally:
            self._wait_for_workers()
            self._look()
        self._beat("stopped" if self._sweep.stop_wanted() else "finished")

    def _watch(self) -> None:
        number = self._count
        while self._workers and not self._sweep.stop_wanted():
            time.sleep(LOOK_SECONDS)
            self._look()
            for worker in [one for one in self._workers if one.poll() is not None]:
                self._workers.remove(worker)
                if worker.returncode == REFUSED:
                    raise RunError(self._last_words(), f"See the logs in {self._sweep.path}.")
                if worker.returncode != 0:
                    self._mourn()
                    # It takes on the trial that the dead one had.
                    self._workers.append(self._start(number))
                    number += 1

    def _mourn(self) -> None:
        """Counts a dead worker; RunError if they die one after the other."""
        self._deaths += 1
        if self._deaths > MOST_DEATHS:
            raise RunError(
                f"The workers of the sweep die: {self._last_words()}",
                f"See worker-….log in {self._sweep.path}.",
            )

    def _look(self) -> None:
        for trial in self._sweep.trials():
            if trial.state != "running" and trial.number not in self._told:
                self._told.add(trial.number)
                self._deaths = 0
                self._on_trial(trial)
        if time.monotonic() - self._beaten > BEAT_SECONDS:
            self._beat("running")

    def _start(self, number: int) -> subprocess.Popen[bytes]:
        command = interpreter.command(
            "cnnstudio.training.sweep.worker", str(self._sweep.path.resolve()), str(self._threads)
        )
        with (self._sweep.path / f"worker-{number}.log").open("ab") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                # Ctrl+C in a terminal is for the conductor, who passes the wish on.
                env=interpreter.environment(), start_new_session=True,
            )  # fmt: skip

    def _wait_for_workers(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        for worker in self._workers:
            try:
                worker.wait(max(0.0, deadline - time.monotonic()))
            except (subprocess.TimeoutExpired, KeyboardInterrupt):
                worker.kill()
                worker.wait()

    def _beat(self, state: Any, message: str = "") -> None:
        self._beaten = time.monotonic()
        self._sweep.write_status(
            RunStatus(
                state=state, message=message, step=len(self._told), steps=self._trials,
                started=self._begun, heartbeat=time.time(), **process_of(os.getpid()),
            )
        )  # fmt: skip

    def _last_words(self) -> str:
        logs = sorted(self._sweep.path.glob("worker-*.log"), key=lambda path: path.stat().st_mtime)
        for path in reversed(logs):
            lines = path.read_text("utf-8", errors="replace").strip().splitlines()
            told = [line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")]
            if lines:
                return (told or lines)[-1][:300]
        return "they left no word."


def _space(over: Mapping[str, Any] | Sequence[str]) -> list[Dimension]:
    if isinstance(over, str):
        raise RunError("What varies is a list.", "Write over=['training.learning_rate=0.1,0.01'].")
    if not isinstance(over, Mapping):
        return [dimension(text) for text in over]
    return [
        dimension(f"{path}={values}")
        if isinstance(values, str)
        else Dimension(path=path, choices=tuple(values))
        for path, values in over.items()
    ]
