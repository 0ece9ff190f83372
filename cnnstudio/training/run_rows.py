"""A run as one row of a table: its state, its numbers, its settings and what people say of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from cnnstudio.data.catalogue import datasets
from cnnstudio.data.origin import notes_on
from cnnstudio.graph import CnnStudioError, Project
from cnnstudio.training.annotations import Annotations, annotations_of
from cnnstudio.training.paths import settings_of
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import RunStatus
from cnnstudio.training.twin import SUFFIX as TWIN

STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)-(.+)")
# Of a run itself; then come its metrics, then its settings by path.
FACTS = (
    "name", "state", "star", "tags", "note", "started", "duration", "epoch", "epochs", "step",
    "data", "generated", "sweep", "trial",
)  # fmt: skip
# Of the machine and the hour, or told by the facts already.
_NO_METRICS = {"t", "type", "step", "epoch", "seconds"}
# What people type for a longer name.
SHORT = {
    "accuracy": "val_accuracy",
    "loss": "val_loss",
    "lr": "training.learning_rate",
    "batch": "training.batch_size",
    "optimizer": "training.optimizer.kind",
    "schedule": "training.schedule.kind",
    "dataset": "data.dataset",
    "starred": "star",
    "tag": "tags",
}


@dataclass(frozen=True)
class RunRow:
    """What is known of one run. `metrics` are the best epoch's, and the test's as test_….

    A run that can't be read has the reason as its `trouble`.
    """

    run: RunDirectory
    status: RunStatus | None = None
    project: Project | None = None
    annotations: Annotations = field(default_factory=Annotations)
    generated: bool = False
    trouble: str = ""

    @cached_property
    def settings(self) -> dict[str, Any]:
        return {} if self.project is None else settings_of(self.project)

    @property
    def origin(self) -> list[str]:
        """What the images are, if not plain data, in a few words each."""
        notes = [] if self.project is None else notes_on(self.project.data)
        return ["generated", *notes] if self.generated else notes

    @cached_property
    def metrics(self) -> dict[str, float]:
        if self.status is None:
            return {}
        best, test = self.status.best or {}, self.status.test or {}
        told = {**best, **{f"test_{name}": value for name, value in test.items()}}
        return {
            name: float(value)
            for name, value in told.items()
            if name not in _NO_METRICS and _is_number(value)
        }

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The columns in `FACTS`; times in Unix seconds, a duration in seconds."""
        status, said = self.status, self.annotations
        return {
            "name": short_name(self.run.name),
            "state": "damaged" if status is None else status.state,
            "star": said.star,
            "tags": list(said.tags),
            "note": said.note,
            "started": started_at(self.run.name, status),
            "duration": None if status is None else status.seconds,
            "epoch": None if status is None else status.epoch,
            "epochs": None if status is None else status.epochs,
            "step": None if status is None else status.step,
            "data": None if self.project is None else self.project.data.dataset,
            "generated": self.generated,
            "sweep": said.sweep,
            "trial": said.trial,
        }

    def __getitem__(self, column: str) -> Any:
        """The value of a column by its full name; None where the run has none."""
        for part in (self.facts, self.metrics, self.settings):
            if column in part:
                return part[column]
        return None


def read_row(run: RunDirectory) -> RunRow:
    """Reads a run; one that is damaged, being made or deleted gives what can be had."""
    try:
        status: RunStatus | None = run.status()
        trouble = ""
    except CnnStudioError as error:
        status, trouble = None, error.message
    try:
        project: Project | None = run.project()
    except CnnStudioError as error:
        project, trouble = None, trouble or error.message
    return RunRow(run, status, project, annotations_of(run), is_generated(run, project), trouble)


def is_generated(run: RunDirectory, project: Project | None) -> bool:
    """Whether a run learns from images that a program drew: as its data says, or, before they
    are loaded, as its dataset is declared."""
    facts = run.data()
    if facts is not None and "generated" in facts:
        return bool(facts["generated"])
    declared = None if project is None else datasets.get(project.data.dataset)
    return declared is not None and declared.generated


def columns_of(rows: Iterable[RunRow]) -> list[str]:
    """All columns that some row has: facts, metrics, then settings."""
    rows = list(rows)
    metrics = sorted({name for row in rows for name in row.metrics})
    settings = sorted({name for row in rows for name in row.settings})
    return [*FACTS, *metrics, *settings]


def varying(rows: Iterable[RunRow]) -> list[str]:
    """The settings in which the runs differ, those of the training first."""
    found: dict[str, Any] = {}
    differing: dict[str, None] = {}
    rows = [row for row in rows if row.project is not None]
    for row in rows:
        for name, value in row.settings.items():
            if name in found and found[name] != value:
                differing[name] = None
            found.setdefault(name, value)
    for name in found:
        if any(name not in row.settings for row in rows):
            differing[name] = None
    order = ("training.", "data.", "network.", "blocks.")
    return sorted(differing, key=lambda name: [not name.startswith(start) for start in order])


def column_named(typed: str, columns: Iterable[str]) -> str | None:
    """The column that is meant: its full name, a short one, or the end of one that is alone."""
    columns = list(columns)
    if typed in columns:
        return typed
    wanted = SHORT.get(typed, typed)
    if wanted in columns or wanted in SHORT.values():
        return wanted
    ends = [column for column in columns if column.endswith(f".{typed}")]
    return ends[0] if len(ends) == 1 else None


def short_name(folder: str) -> str:
    """`lenet` for the folder `2026-11-24T10-31-05-lenet`; other names as they are."""
    match = STAMP.fullmatch(folder)
    return match[2] if match else folder


def started_at(folder: str, status: RunStatus | None) -> float | None:
    """When a run was made, in Unix seconds; None if nobody knows. The time in the name of a twin's
    folder is its original's."""
    match = STAMP.fullmatch(folder)
    if match and not folder.endswith(TWIN):
        return datetime.strptime(match[1], "%Y-%m-%dT%H-%M-%S").timestamp()
    return None if status is None else status.started


def plain(row: RunRow) -> Mapping[str, Any]:
    """A row as JSON takes it."""
    told: dict[str, Any] = {"path": str(row.run.path)}
    if row.trouble:
        told["trouble"] = row.trouble
    return told | {"facts": row.facts, "metrics": row.metrics, "settings": row.settings}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
