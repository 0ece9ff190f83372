"""A worker of a sweep: a trainer that trains one trial after the other, each in its run directory.

    python -m cnnstudio.training.sweep.worker FOLDER THREADS

A worker that dies leaves a trial whose lock is free; the next worker takes it on and resumes its
run from the last checkpoint.
"""

from __future__ import annotations

import math
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

import optuna
from optuna.trial import Trial as OptunaTrial
from optuna.trial import TrialState

from cnnstudio.graph import CnnStudioError, Project, RunError
from cnnstudio.training.annotations import annotate, annotations_of
from cnnstudio.training.paths import with_values
from cnnstudio.training.rundir import Event, RunDirectory
from cnnstudio.training.sweep import study as searching
from cnnstudio.training.sweep.directory import Definition, SweepDirectory, Trial
from cnnstudio.training.sweep.holding import Hold, held, try_hold
from cnnstudio.training.sweep.space import applied
from cnnstudio.training.train import train

LOOK_SECONDS = 0.5
MOST_TRIES = 3  # of a trial whose worker died
TELLING = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "failed": TrialState.FAIL}


class Worker:
    """Trains until there is nothing left, or a stop is wanted; `threads` 0 leaves the project's."""

    def __init__(self, sweep: SweepDirectory, threads: int = 0) -> None:
        self._sweep = sweep
        self._definition: Definition = sweep.definition()
        self._project = sweep.project()
        if threads and not self._project.training.threads:
            self._project = with_values(self._project, [("training.threads", threads)])
        self._study = searching.open_study(sweep)
        self._stopped = False

    def stop(self, number: int = 0, frame: FrameType | None = None) -> None:
        self._stopped = True

    @property
    def stopped(self) -> bool:
        return self._stopped or self._sweep.stop_wanted()

    def work(self) -> None:
        while not self.stopped:
            with held(self._sweep.path / "asking.lock"):
                taken = self._orphan() or self._new()
            if taken is None:
                return
            trial, hold = taken
            try:
                self._tend(trial)
            finally:
                hold.release()

    # Taking a trial

    def _new(self) -> tuple[OptunaTrial, Hold] | None:
        trial = searching.next_trial(self._study, self._definition)
        if trial is None:
            return None
        hold = try_hold(self._lock(trial.number))
        assert hold is not None, "nobody else can have a trial that was just made"
        return trial, hold

    def _orphan(self) -> tuple[OptunaTrial, Hold] | None:
        """A trial whose worker died. Those of another machine's folder are left to it."""
        for frozen in searching.orphans(self._study):
            path = self._lock(frozen.number)
            if not path.exists() and "run" in frozen.user_attrs:
                continue
            if not path.exists() and not searching.is_lost(frozen):
                continue
            hold = try_hold(path)
            if hold is None:
                continue
            tries = int(frozen.user_attrs.get("tries", 0))
            if "run" in frozen.user_attrs and tries < MOST_TRIES:
                return OptunaTrial(self._study, frozen._trial_id), hold
            if "run" in frozen.user_attrs:
                self._tell_given_up(frozen)
            else:
                searching.give_back(self._study, frozen, self._definition)
            hold.release()
        return None

    def _tell_given_up(self, frozen: optuna.trial.FrozenTrial) -> None:
        self._study.tell(frozen.number, state=TrialState.FAIL)
        settings = searching.settings_of_trial(frozen, self._definition)
        message = f"Its trainer died {MOST_TRIES} times."
        self._sweep.write_trial(
            Trial(
                number=frozen.number, state="failed", settings=settings,
                run=frozen.user_attrs["run"], message=message,
            )
        )  # fmt: skip

    def _lock(self, number: int) -> Path:
        return self._sweep.path / "trials" / f"{number:04d}.lock"

    # A trial

    def _tend(self, trial: OptunaTrial) -> None:
        settings = searching.settings_of_trial(trial, self._definition)
        name = trial.user_attrs.get("run") or self._run_name(trial.number)
        trial.set_user_attr("run", name)
        trial.set_user_attr("tries", int(trial.user_attrs.get("tries", 0)) + 1)
        told = Trial(number=trial.number, settings=settings, run=name)
        self._sweep.write_trial(told)
        run = RunDirectory(self._sweep.runs / name)
        attempt = _Attempt(self, trial, run)
        try:
            attempt.train(applied(self._project, settings))
        except CnnStudioError as error:
            self._finish(trial, told.model_copy(update=_failure(error)))
            return
        state = run.status().state
        if state == "stopped" and not attempt.pruned and self.stopped:
            return  # it goes on when the sweep does
        values = self._values(run)
        ended = "complete" if state == "finished" else "pruned"
        if attempt.pruned:
            annotate(run, tags=[*annotations_of(run).tags, "pruned"])
        if not values:
            message = f"The run has no {self._definition.metric} to judge by."
            self._finish(trial, told.model_copy(update={"state": "failed", "message": message}))
            return
        value = self._definition.best(values)
        self._finish(trial, told.model_copy(update={"state": ended, "value": value}))

    def _finish(self, trial: OptunaTrial, told: Trial) -> None:
        value = told.value if told.state == "complete" else None
        self._study.tell(trial, value, state=TELLING[told.state])
        self._sweep.write_trial(told)

    def _values(self, run: RunDirectory) -> list[float]:
        found = [event.get(self._definition.metric) for event in run.metrics()]
        return [value for value in found if value is not None]

    def _run_name(self, number: int) -> str:
        return f"{self._sweep.name}-{number:03d}"

    def judge(self, trial: OptunaTrial, event: Event) -> bool:
        """Reports an epoch; whether the trial is to be ended. RunError without the metric."""
        metric = self._definition.metric
        if metric not in event:
            names = [name for name in event if name not in ("t", "type", "step", "seconds")]
            raise RunError(
                f"The run has no metric '{metric}'.", f"An epoch tells {', '.join(names)}."
            )
        value = event[metric]
        if value is None or not math.isfinite(value):
            return False
        trial.report(value, int(event["epoch"]))
        return bool(trial.should_prune())

    @property
    def definition(self) -> Definition:
        return self._definition

    @property
    def sweep(self) -> SweepDirectory:
        return self._sweep


class _Attempt:
    """One go at a trial's run, and whether it was ended as hopeless."""

    def __init__(self, worker: Worker, trial: OptunaTrial, run: RunDirectory) -> None:
        self._worker = worker
        self._trial = trial
        self._run = run
        self._looked = 0.0
        self.pruned = False

    def train(self, project: Project) -> None:
        run = self._run
        if run.events_file.exists():
            if run.status().state != "finished":
                train(None, run.path, resume=True, on_event=self._take)
            return
        if not run.exists():
            RunDirectory.create_at(run.path, project)
        name = self._worker.definition.name
        annotate(run, sweep=name, trial=self._trial.number)
        train(project, run.path, on_event=self._take)

    def _take(self, event: Event) -> None:
        last = event["type"] == "epoch" and event["epoch"] >= self._run.raw_status().epochs
        if event["type"] == "epoch" and self._worker.judge(self._trial, event) and not last:
            self.pruned = True
            self._run.control("stop")
        elif time.monotonic() - self._looked > LOOK_SECONDS:
            self._looked = time.monotonic()
            if self._worker.stopped:
                self._run.control("stop")


def _failure(error: CnnStudioError) -> dict[str, Any]:
    return {"state": "failed", "message": error.message}


def main(folder: str, threads: str = "0") -> int:
    worker = Worker(SweepDirectory(folder), int(threads))
    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), worker.stop)
    worker.work()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except CnnStudioError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(1)
