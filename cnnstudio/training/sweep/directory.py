"""The folder of a sweep: what is searched, how it stands, and what became of each trial.

sweep.json       what varies, how, and what is to become best
project.cnns     the project without what varies
journal.log      Optuna's storage, unless another was named
status.json      the conductor's state; `step` of `steps` trials are done
control.json     what the user wants: run or stop
trials/0003.json a trial's settings, state, value and run, written by the worker that has it
trials/0003.lock held by that worker: the operating system drops it when the worker dies
"""

from __future__ import annotations

import os
import re
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cnnstudio.graph import Project, RunError, load, save
from cnnstudio.training.alive import is_alive
from cnnstudio.training.metrics import metrics
from cnnstudio.training.rundir import RunDirectory, read_json, replace_json
from cnnstudio.training.status import UNFINISHED, RunStatus
from cnnstudio.training.sweep.space import Dimension

Method = Literal["tpe", "random", "grid"]
Pruning = Literal["none", "median", "halving"]
TrialState = Literal["running", "complete", "pruned", "failed"]
JOURNAL = "journal.log"


class Definition(BaseModel):
    """What is searched. `runs` is the folder of the runs, relative to the sweep's."""

    model_config = ConfigDict(frozen=True)

    name: str
    space: tuple[Dimension, ...]
    method: Method = "tpe"
    trials: int = Field(20, ge=1, le=100_000)
    metric: str = "val_accuracy"
    pruning: Pruning = "median"
    seed: int = 0
    storage: str = ""
    runs: str = "../../runs"

    @property
    def maximize(self) -> bool:
        known = metrics.get(self.metric.partition("_")[2])
        if known is None:
            return "loss" not in self.metric
        return known.higher_is_better

    def best(self, values: list[float]) -> float | None:
        return (max if self.maximize else min)(values) if values else None


class Trial(BaseModel):
    """What became of one trial; `run` is its run's folder, by name."""

    model_config = ConfigDict(frozen=True)

    number: int
    state: TrialState = "running"
    settings: dict[str, Any] = {}
    value: float | None = None
    run: str = ""
    message: str = ""


class SweepDirectory:
    """One sweep on disk. Holds nothing but its path: each question reads the files."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def __repr__(self) -> str:
        return f"SweepDirectory({str(self.path)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SweepDirectory) and self.path == other.path

    def __hash__(self) -> int:
        return hash(self.path)

    @classmethod
    def create(cls, runs: Path, project: Project, definition: Definition) -> SweepDirectory:
        """A new folder in `sweeps` beside the folder of the runs, named after time and sweep."""
        slug = re.sub(r"[^a-z0-9]+", "-", definition.name.lower()).strip("-")[:40] or "sweep"
        root, number = sweeps_root(runs), 1
        while True:
            tail = "" if number == 1 else f"-{number}"
            path = root / f"{datetime.now():%Y-%m-%dT%H-%M-%S}-{slug}{tail}"
            try:
                path.mkdir(parents=True)
                break
            except FileExistsError:
                number += 1
            except OSError as error:
                raise RunError(f"{path} can't be written: {error.strerror}.") from None
        sweep = cls(path)
        (path / "trials").mkdir()
        save(project, path / "project.cnns")
        relative = os.path.relpath(runs.resolve(), path.resolve())
        told = definition.model_copy(update={"runs": Path(relative).as_posix()})
        replace_json(path / "sweep.json", told.model_dump(mode="json"))
        sweep.control("run")
        return sweep

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def runs(self) -> Path:
        return (self.path / self.definition().runs).resolve()

    def exists(self) -> bool:
        return (self.path / "sweep.json").is_file()

    def definition(self) -> Definition:
        """What is searched. RunError if there is no sweep here."""
        content = read_json(self.path / "sweep.json")
        if content is None:
            raise RunError(f"{self.path} is not a sweep: it has no readable sweep.json.")
        try:
            return Definition.model_validate(content)
        except ValidationError as error:
            raise RunError(
                f"{self.path}: sweep.json is damaged: {error.errors()[0]['msg']}."
            ) from None

    def project(self) -> Project:
        return load(self.path / "project.cnns")

    # How it stands

    def status(self) -> RunStatus:
        """The conductor's state; one that is gone without a word reads as stopped."""
        try:
            status = RunStatus.model_validate(read_json(self.path / "status.json") or {})
        except ValidationError:
            return RunStatus(state="queued")
        if status.state in UNFINISHED and not is_alive(status):
            return status.model_copy(
                update={"state": "stopped", "message": "It ended unexpectedly; it can go on."}
            )
        return status

    def write_status(self, status: RunStatus) -> None:
        replace_json(self.path / "status.json", status.model_dump(mode="json"))

    def trials(self) -> list[Trial]:
        """What is told of each trial, by number."""
        found = []
        for path in sorted((self.path / "trials").glob("*.json")):
            try:
                found.append(Trial.model_validate(read_json(path) or {}))
            except ValidationError:
                continue
        return found

    def write_trial(self, trial: Trial) -> None:
        replace_json(self.path / "trials" / f"{trial.number:04d}.json", trial.model_dump())

    def run_of(self, trial: Trial) -> RunDirectory | None:
        return RunDirectory(self.runs / trial.run) if trial.run else None

    def best(self) -> Trial | None:
        """The complete trial with the best value."""
        definition = self.definition()
        done = [t for t in self.trials() if t.state == "complete" and t.value is not None]
        sign = 1 if definition.maximize else -1
        return max(done, key=lambda trial: sign * (trial.value or 0.0), default=None)

    # What is wanted

    def control(self, wish: Literal["run", "stop"]) -> None:
        replace_json(self.path / "control.json", {"want": wish, "at": time.time()})

    def stop_wanted(self) -> bool:
        return (read_json(self.path / "control.json") or {}).get("want") == "stop"


def sweeps_root(runs: Path) -> Path:
    """Where the sweeps lie whose runs go to this folder."""
    return runs.resolve().parent / "sweeps"


def list_sweeps(root: Path) -> list[SweepDirectory]:
    """The sweeps in a folder, newest first."""
    if not root.is_dir():
        return []
    found = [SweepDirectory(path) for path in root.iterdir() if (path / "sweep.json").is_file()]
    return sorted(found, key=lambda sweep: sweep.name, reverse=True)
