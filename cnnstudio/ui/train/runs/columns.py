"""The columns of the run table: which there are, what they are called, how values are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from cnnstudio.graph import DataSettings, TrainingSettings
from cnnstudio.training.metrics import metrics
from cnnstudio.training.run_rows import FACTS, RunRow
from cnnstudio.training.setting_words import setting_text
from cnnstudio.ui import quantities

ALWAYS = (
    "star", "name", "started", "state", "data", "val_accuracy", "test_accuracy", "val_loss",
)  # fmt: skip
LAST = ("tags", "note")
MOST_SETTINGS = 5  # of those that differ, unless the user chooses others
TITLES = {
    "star": "★", "name": "Run", "state": "State", "tags": "Tags", "note": "Note",
    "started": "Started", "duration": "Duration", "epoch": "Epoch", "epochs": "Of epochs",
    "step": "Step", "data": "Images", "generated": "Generated", "sweep": "Sweep", "trial": "Trial",
}  # fmt: skip
SPLITS = {"val": "Validation", "train": "Train", "test": "Test"}
FIELDS = {"data": DataSettings.model_fields, "training": TrainingSettings.model_fields}


def default_columns(differing: Sequence[str]) -> list[str]:
    """What is shown before anybody chose: some of the settings that differ are among them."""
    return [*ALWAYS, *differing[:MOST_SETTINGS], *LAST]


def choices(known: Sequence[str], differing: Sequence[str]) -> dict[str, list[str]]:
    """All columns by group, for a menu."""
    settings = [name for name in known if "." in name]
    return {
        "The run": [name for name in FACTS if name != "generated"],
        "Metrics": [name for name in known if name not in FACTS and "." not in name],
        "Settings that differ": list(differing),
        "Training": [n for n in settings if n.startswith("training.") and n not in differing],
        "Images": [n for n in settings if n.startswith("data.") and n not in differing],
        "Network": [
            n for n in settings
            if n.startswith(("network.", "blocks.")) and n.count(".") > 1 and n not in differing
        ],
    }  # fmt: skip


def title(column: str) -> str:
    """`Learning rate`, `conv1 out channels`, `Validation accuracy`."""
    if column in TITLES:
        return TITLES[column]
    if "." not in column:
        split, _, name = column.partition("_")
        metric = metrics.get(name)
        if split in SPLITS and metric is not None:
            return f"{SPLITS[split]} {metric.in_words(5)}"
        return column.replace("_", " ").capitalize()
    parts = column.split(".")
    if parts[0] in ("network", "blocks"):
        return " ".join(parts[1:]).replace("_", " ")
    field = FIELDS.get(parts[0], {}).get(parts[1]) if len(parts) == 2 else None
    if field is not None and field.title:
        return field.title
    if parts[-1] == "kind":
        return parts[-2].capitalize()
    return parts[-1].replace("_", " ").capitalize()


def text(row: RunRow, column: str) -> str:
    """A cell for people."""
    value: Any = row[column]
    if column == "star":
        return "★" if value else ""
    if column == "tags":
        return " ".join(f"#{tag}" for tag in value)
    if column == "data":
        origin = ", ".join(row.origin)
        return f"{value} ({origin})" if origin else str(value or "")
    if column == "started":
        return f"{datetime.fromtimestamp(value):%d %b, %H:%M}" if value else ""
    if column == "duration":
        return "" if value is None else quantities.duration(value)
    return number(column, value)


def number(column: str, value: Any) -> str:
    """A metric, or a setting's value: shares in per cent."""
    metric = metrics.get(column.partition("_")[2])
    if metric is not None and "." not in column and value is not None:
        return quantities.percent(value) if metric.share else f"{value:.4f}"
    return f"{value:.4g}" if isinstance(value, float) else setting_text(column, value)


def settings_words(settings: Mapping[str, Any]) -> str:
    """`Learning rate 0.01, Batch size 32`."""
    return ", ".join(f"{title(path)} {number(path, value)}" for path, value in settings.items())


def is_number(rows: Iterable[RunRow], column: str) -> bool:
    values = [row[column] for row in rows if row[column] is not None]
    return bool(values) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    )
