"""Runs, and the curves of one, as CSV and JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from cnnstudio.training.run_rows import FACTS, RunRow, columns_of, plain, varying
from cnnstudio.training.rundir import Event

CURVE_COLUMNS = (
    "type", "t", "step", "epoch", "loss", "accuracy", "train_loss", "train_accuracy",
    "val_loss", "val_accuracy", "learning_rate", "samples_per_second", "gradient_norm", "seconds",
)  # fmt: skip
_TOLD = ("step", "epoch")


def curves_csv(events: Iterable[Event]) -> str:
    """The step and epoch events, a row each, numbers as they were written, a number that is
    missing left empty."""
    told = [event for event in events if event["type"] in _TOLD]
    others = dict.fromkeys(name for event in told for name in event if name not in CURVE_COLUMNS)
    return _csv([*CURVE_COLUMNS, *others], told)


def curves_json(events: Iterable[Event]) -> str:
    """The step and epoch events as two lists."""
    told = {f"{kind}s": [e for e in events if e["type"] == kind] for kind in _TOLD}
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def runs_csv(rows: Sequence[RunRow], columns: Sequence[str] | None = None) -> str:
    """A row a run: facts, metrics, and the settings in which they differ, unless told which."""
    if columns is None:
        columns = default_columns(rows)
    told = [
        {"path": str(row.run.path)} | {column: _cell(row[column]) for column in columns}
        for row in rows
    ]
    return _csv(["path", *columns], told)


def runs_json(rows: Sequence[RunRow]) -> str:
    """Facts, metrics and all settings of each run."""
    return json.dumps([plain(row) for row in rows], indent=1, ensure_ascii=False) + "\n"


def default_columns(rows: Sequence[RunRow]) -> list[str]:
    metrics = [name for name in columns_of(rows) if name not in FACTS and "." not in name]
    return [*FACTS, *metrics, *varying(rows)]


def _cell(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return value


def _csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    text = StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
