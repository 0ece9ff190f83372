"""What is known of a run beyond its curves, read from its directory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cnnstudio.data.origin import notes_on
from cnnstudio.graph import CnnStudioError, Project
from cnnstudio.training.moments import snapshot_bytes
from cnnstudio.training.rundir import RunDirectory, read_json
from cnnstudio.training.setting_words import objective_text
from cnnstudio.training.status import RunStatus
from cnnstudio.ui import quantities
from cnnstudio.ui.train.run_words import epochs_done, lasted


@dataclass(frozen=True)
class RunFacts:
    """`predictions` is the evaluation's summary; each is empty while it is not there."""

    project: Project | None = None
    environment: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    predictions: dict[str, Any] = field(default_factory=dict)
    snapshots: int = 0
    snapshot_bytes: int = 0


def read_facts(run: RunDirectory) -> RunFacts:
    """Reads what there is; a run that is being made or deleted has less."""
    try:
        project = run.project()
    except CnnStudioError:
        project = None
    return RunFacts(
        project,
        read_json(run.path / "environment.json") or {},
        run.data() or {},
        read_json(run.path / "predictions.json") or {},
        len(run.snapshots()),
        snapshot_bytes(run),
    )


def rows(
    facts: RunFacts, status: RunStatus | None, parameters: int | None
) -> list[tuple[str, str]]:
    """Names and values for people, without what is not known."""
    found: list[tuple[str, str]] = []
    if status is not None:
        found += [
            ("State", status.state),
            ("Reason", status.message if status.state == "failed" else ""),
            ("What to do", status.hint if status.state == "failed" else ""),
            ("Epochs", epochs_done(status)),
            ("Steps", f"{status.step:,} of {status.steps:,}" if status.steps else ""),
            ("Duration", lasted(status)),
            ("Time left", _seconds(status.seconds_left)),
            ("Speed", _speed(status.samples_per_second)),
            *_results(status, facts.predictions.get("split", "test")),
        ]
    if parameters is not None:
        found.append(("Parameters", quantities.count(parameters)))
    if facts.project is not None:
        found += _settings(facts.project, facts.data)
    if facts.snapshots:
        found.append(
            ("Snapshots", f"{facts.snapshots}, {quantities.memory(facts.snapshot_bytes)} on disk")
        )
    found += _machine(facts.environment)
    return [(name, value) for name, value in found if value]


def _results(status: RunStatus, split: str) -> list[tuple[str, str]]:
    best, test = status.best or {}, status.test or {}
    rows = []
    if best.get("val_accuracy") is not None:
        told = f"{quantities.percent(best['val_accuracy'])} in epoch {best.get('epoch')}"
        rows.append(("Best validation", told))
    if test.get("accuracy") is not None:
        title = "Test accuracy" if split == "test" else "Accuracy on validation images"
        rows.append((title, quantities.percent(test["accuracy"])))
    if test.get("loss") is not None:
        rows.append(("Test loss" if split == "test" else "Loss", f"{test['loss']:.4f}"))
    return rows


def _settings(project: Project, data: dict[str, Any]) -> list[tuple[str, str]]:
    training, corrected = project.training, data.get("corrected") or {}
    origin = [*(["generated"] if data.get("generated") else []), *notes_on(project.data)]
    parts = [f"{count:,} {what.replace('_', ' ')}" for what, count in corrected.items() if count]
    return [
        ("Images", ", ".join([project.data.dataset, *origin])),
        ("Corrected", ", ".join(parts)),
        ("Optimizer", training.optimizer.kind),
        ("Learning rate", f"{training.learning_rate:g}"),
        ("Batch size", f"{training.batch_size:,}"),
        ("Loss function", objective_text(training)),
        ("Seed", str(training.seed)),
    ]


def _machine(environment: dict[str, Any]) -> list[tuple[str, str]]:
    device = str(environment.get("device") or "")
    name = str(environment.get("device_name") or "")
    threads = environment.get("threads")
    versions = environment.get("packages") or {}
    return [
        ("Device", f"{device.upper()} ({name})" if device and name else device.upper()),
        ("Threads", str(threads) if threads and device == "cpu" else ""),
        ("PyTorch", str(versions.get("torch") or "")),
    ]


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else quantities.duration(seconds)


def _speed(rate: float | None) -> str:
    return f"{rate:,.0f} images/s" if rate else ""
