"""What the command line prints of runs, sweeps and the queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cnnstudio.tables import percent, print_table
from cnnstudio.training.setting_words import setting_text, settings_text

if TYPE_CHECKING:
    from cnnstudio.training.queue import Entry
    from cnnstudio.training.run_difference import Row
    from cnnstudio.training.run_rows import RunRow
    from cnnstudio.training.sweep.directory import SweepDirectory, Trial

GENERATED = "generated images"


def print_runs(rows: Sequence[RunRow], columns: Sequence[str] = ()) -> None:
    """One line a run; `columns` come behind the usual ones."""
    table = []
    for row in rows:
        status = row.status
        facts = row.facts
        said = [f"#{tag}" for tag in row.annotations.tags]
        said += [GENERATED] if row.generated else []
        message = row.trouble if status is None else status.message
        table.append(
            [
                f"{'★ ' if row.annotations.star else ''}{row.run.name}",
                facts["state"],
                "" if status is None else f"{status.epochs_done} of {status.epochs}",
                percent(row.metrics.get("val_accuracy")),
                percent(row.metrics.get("test_accuracy")),
                *(setting_text(column, row[column]) for column in columns),
                " · ".join(filter(None, [*said, message])),
            ]
        )
    numbers = ["Epoch", "Validation", "Test"]
    shown = [column.rpartition(".")[2] for column in columns]
    print_table(["Run", "State", *numbers, *shown, ""], table, numbers=[*numbers, *shown])


def run_facts(row: RunRow) -> dict[str, Any]:
    """A run as JSON; one that can't be read has the reason as its message."""
    status = row.status
    return {
        "name": row.run.name,
        "path": str(row.run.path),
        "state": row.facts["state"],
        "message": row.trouble if status is None else status.message,
        "epoch": 0 if status is None else status.epoch,
        "epochs": 0 if status is None else status.epochs,
        "best_accuracy": row.metrics.get("val_accuracy"),
        "test_accuracy": row.metrics.get("test_accuracy"),
        "star": row.annotations.star,
        "tags": list(row.annotations.tags),
        "note": row.annotations.note,
        "generated": row.generated,
        "metrics": row.metrics,
        "settings": row.settings,
    }


def print_difference(names: Sequence[str], rows: Sequence[Row]) -> None:
    """A line for each setting, node or wire in which they differ."""
    if not rows:
        print("They do not differ.")
        return
    table = [
        [row.path, *(setting_text(row.path, value) or "–" for value in row.values)] for row in rows
    ]
    print_table(["", *names], table)


def trial_line(trial: Trial, metric: str) -> str:
    """`Trial 3: val_accuracy 0.9531 · learning_rate 0.01, batch_size 32`."""
    result = "" if trial.value is None else f" {metric} {trial.value:.4f}"
    state = "" if trial.state == "complete" else f" {trial.state}"
    reason = f" ({trial.message})" if trial.message else ""
    return f"Trial {trial.number}:{state}{result} · {settings_text(trial.settings)}{reason}"


def print_sweep(sweep: SweepDirectory) -> None:
    """The best trial, and how to have its run."""
    best, trials = sweep.best(), sweep.trials()
    counts = [f"{sum(t.state == state for t in trials)} {state}"
              for state in ("complete", "pruned", "failed", "running")
              if any(t.state == state for t in trials)]  # fmt: skip
    print(f"{sweep.status().state.capitalize()}: {', '.join(counts) or 'no trial'}")
    if best is not None:
        print(f"Best: {trial_line(best, sweep.definition().metric)}")
        print(f"Its run: {sweep.runs / best.run}")


def print_queue(entries: Sequence[Entry], paused: bool, at_once: int) -> None:
    table = [
        [str(number), entry.state, entry.run.name, str(entry.run.path.parent)]
        for number, entry in enumerate(entries, start=1)
    ]
    if table:
        print_table(["", "State", "Run", "In"], table)
    else:
        print("The queue is empty.")
    print(f"{at_once} at once{', paused' if paused else ''}")
