"""The final test of a run: its best weights on images that were kept for this moment."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from cnnstudio.graph import Project, RunError
from cnnstudio.training.checkpoint import load_weights
from cnnstudio.training.evaluate import evaluate
from cnnstudio.training.paths import with_settings
from cnnstudio.training.predictions import write_predictions
from cnnstudio.training.preparation import Preparation, choose_device, prepare
from cnnstudio.training.randomness import private_randomness
from cnnstudio.training.rundir import RunDirectory


def assess(ready: Preparation, run: RunDirectory, checkpoint: str = "best") -> dict[str, Any]:
    """Evaluates a checkpoint on the test images and writes the run's predictions.

    Without test images the validation images are taken, and the summary's `split` says so.
    Returns the summary, empty if there are neither.
    """
    processes = ready.processes
    folder = Path(processes.agree(lambda: str(run.checkpoint(checkpoint))))
    load_weights(folder, ready.model)
    split = "test" if len(ready.splits.test) else "validation"
    samples = getattr(ready.splits, split)
    evaluation = evaluate(
        ready.model, ready.batches(samples), ready.criterion, ready.settings.batch_size,
        ready.machine.autocast, processes,
    )  # fmt: skip
    if evaluation is None or not processes.leads:
        return {}
    if not np.isfinite(evaluation.probabilities).all():
        raise RunError(
            f"The scores that {run.name} gives are not all numbers: there is nothing to measure.",
            "Its weights have diverged; train again with a lower learning rate.",
        )
    return write_predictions(
        run.path, evaluation, ready.splits.classes, samples, ready.settings.top_k,
        split=split, checkpoint=folder.name, generated=ready.splits.generated,
    )  # fmt: skip


def evaluate_run(
    run_dir: Path | str, checkpoint: str = "best", settings: Iterable[str] = ()
) -> dict[str, Any]:
    """Evaluates a run anew, finished or not, and returns the summary of its predictions.

    With `settings` such as `data.options.background=plain` it is tested on other data, and what is
    kept in the run stays as it is.
    """
    run = RunDirectory(run_dir)
    project = run.project()
    changes = list(settings)
    if changes:
        return _elsewhere(run, with_settings(project, changes), checkpoint)
    device = choose_device(project.training.device)
    with private_randomness(device), torch.inference_mode():
        return assess(prepare(project, device), run, checkpoint)


def _elsewhere(run: RunDirectory, project: Project, checkpoint: str) -> dict[str, Any]:
    """Evaluates a run's weights in a project, and keeps nothing of it."""
    weights = run.checkpoint(checkpoint)
    device = choose_device(project.training.device)
    with TemporaryDirectory() as folder, private_randomness(device), torch.inference_mode():
        copied = RunDirectory.create_at(Path(folder) / run.name, project)
        kept = copied.path / "checkpoints" / weights.name
        shutil.copytree(weights, kept)
        return assess(prepare(project, device), copied, weights.name)
