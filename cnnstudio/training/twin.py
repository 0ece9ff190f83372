"""A run's twin: the same network and settings, trained on labels that are dealt out anew.

What both networks show alike does not come from what was learned. No torch.
"""

from __future__ import annotations

from pathlib import Path

from cnnstudio.graph import Project
from cnnstudio.training.rundir import RunDirectory

SUFFIX = "-shuffled-labels"
SEED = 1


def twin_of(run: RunDirectory | Path | str) -> RunDirectory:
    """Where a run's twin is, or will be: beside it."""
    path = run.path if isinstance(run, RunDirectory) else Path(run)
    return RunDirectory(path.absolute().with_name(f"{path.absolute().name}{SUFFIX}"))


def is_twin(run: RunDirectory) -> bool:
    return run.name.endswith(SUFFIX)


def twin_project(project: Project) -> Project:
    """The project that a twin trains. It is not ended early: on validation images there is no
    progress to wait for."""
    data = project.data.model_copy(update={"shuffled_labels": SEED})
    training = project.training.model_copy(update={"early_stopping": 0})
    return project.model_copy(update={"data": data, "training": training})
