"""A run as Python sees it: what it measured, and the model that it made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from cnnstudio.compiler.build import build
from cnnstudio.graph import Project
from cnnstudio.training.checkpoint import load_weights
from cnnstudio.training.doctor import Finding, diagnose
from cnnstudio.training.rundir import RunDirectory, read_json
from cnnstudio.training.status import RunStatus
from cnnstudio.training.verdicts import read_verdicts

Metrics = dict[str, Any]

# Of the machine and the hour, not of the run: the same run has the same metrics.
_NOT_METRICS = ("t", "type", "step", "seconds")


class Run:
    """A run directory, opened. Reads the files, so it is as fresh as they are."""

    def __init__(self, path: Path | str) -> None:
        self.directory = RunDirectory(path)

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r}, {self.status.state})"

    @property
    def path(self) -> Path:
        return self.directory.path

    @property
    def project(self) -> Project:
        return self.directory.project()

    @property
    def status(self) -> RunStatus:
        return self.directory.status()

    @property
    def metrics(self) -> list[Metrics]:
        """One entry an epoch: epoch, train_loss, train_accuracy, val_loss, val_accuracy, …"""
        return [
            {key: value for key, value in event.items() if key not in _NOT_METRICS}
            for event in self.directory.metrics()
        ]

    @property
    def best(self) -> Metrics | None:
        """The best epoch's metrics: by `training.best_metric`, then by lower validation loss."""
        best = self.directory.raw_status().best
        if best is None:
            return None
        return {key: value for key, value in best.items() if key not in _NOT_METRICS}

    @property
    def test(self) -> Metrics:
        """The final test: split, checkpoint, samples, each of `cnnstudio.training.metrics`,
        confusion, per_class, notes.

        Empty if the run has not come to its end.
        """
        return read_json(self.path / "predictions.json") or {}

    def mistakes(self, limit: int | None = None) -> list[dict[str, Any]]:
        """The test's images that were not recognised, the most confident mistake first: number,
        key, name, class, predicted, confidence. RunError if the run was not tested."""
        verdicts = read_verdicts(self.path)
        return [verdicts.facts(number) for number in verdicts.mistakes()[:limit]]

    @property
    def findings(self) -> list[Finding]:
        """What the doctor finds in the run, in the order in which it shows."""
        directory = self.directory
        return diagnose(directory.project(), directory.data() or {}, directory.history())

    def model(self, checkpoint: str = "best") -> torch.nn.Module:
        """The trained model on the CPU, in evaluation mode.

        `checkpoint` is best, last or epoch-0003; RunError if the run has no such one.
        """
        model = build(self.project)
        load_weights(self.directory.checkpoint(checkpoint), model)
        return model.eval()
