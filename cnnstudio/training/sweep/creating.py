"""Making a sweep, and starting it in a process of its own. Needs neither torch nor Optuna."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cnnstudio.graph import Project, RunError
from cnnstudio.training import interpreter, launch
from cnnstudio.training.chosen import live_metrics
from cnnstudio.training.metrics import ALWAYS, TRAINING, VALIDATION, watchable
from cnnstudio.training.rundir import runs_root
from cnnstudio.training.sweep.directory import (
    Definition,
    SweepDirectory,
    list_sweeps,
    sweeps_root,
)
from cnnstudio.training.sweep.space import Dimension, check_space, grid_of, is_small_grid


def create_sweep(
    project: Project,
    space: Sequence[Dimension],
    runs: Path | str | None = None,
    called: str = "",
    **how: Any,
) -> SweepDirectory:
    """The folder of a new sweep, checked and ready to be conducted.

    `how` are fields of its `Definition`. Without a `name` it is named after what is `called` so
    (the project), and as no other sweep beside it unless they share a storage; the method `auto` is
    a grid where that has no more points than there are trials, else TPE.
    """
    check_space(project, space)
    root = Path(runs) if runs is not None else runs_root(None)
    how["storage"] = _absolute(how.get("storage", ""))
    if not how.get("name"):
        name = f"{called or project.name}-sweep"
        how["name"] = name if how["storage"] else _free_name(name, root)
    if how.get("method") == "auto":
        trials = how.get("trials", Definition.model_fields["trials"].default)
        how["method"] = "grid" if is_small_grid(space, trials) else "tpe"
    try:
        definition = Definition(space=tuple(space), **how)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise RunError(
            f"The sweep's {where} can't be {first['input']!r}: {first['msg']}."
        ) from None
    check_metric(project, definition.metric)
    if definition.method == "grid":
        points = len(grid_of(space))
        # No point of a grid is left out, and it has no more.
        definition = definition.model_copy(update={"trials": points, "pruning": "none"})
    return SweepDirectory.create(root, project, definition)


def check_metric(project: Project, metric: str) -> None:
    """RunError if an epoch does not tell what is to become best."""
    told = [TRAINING + name for name in ALWAYS]
    told += [VALIDATION + name for name in live_metrics(project.training)]
    if metric in told:
        return
    hint = f"An epoch tells {', '.join(told)}."
    if metric in watchable():
        name = metric.removeprefix(VALIDATION)
        wished = json.dumps([*project.training.live_metrics, name])
        hint += f" To have {metric} too: --set 'training.live_metrics={wished}'."
    raise RunError(f"The runs tell no metric '{metric}', so that none could become best.", hint)


def _free_name(name: str, runs: Path) -> str:
    """The name, or with -2, -3, … where a sweep beside it has it already."""
    taken = set()
    for sweep in list_sweeps(sweeps_root(runs)):
        with suppress(RunError):  # a damaged one
            taken.add(sweep.definition().name)
    numbers = (f"{name}-{number}" for number in itertools.count(2))
    return next(free for free in itertools.chain([name], numbers) if free not in taken)


def start(sweep: SweepDirectory, workers: int = 1) -> None:
    """Conducts a sweep, or goes on with it, in another process, which outlives this one."""
    command = interpreter.command(
        "cnnstudio", "sweep", str(sweep.path.resolve()), "--workers", str(workers)
    )
    launch.spawn(command, sweep.path / "sweep.log")


def _absolute(storage: str) -> str:
    """A file's path as seen from every worker, wherever it is started."""
    kind, colon, path = storage.partition(":///")
    if colon and kind.startswith("sqlite"):
        return f"{kind}:///{Path(path).resolve()}"
    return storage if not storage or "://" in storage else str(Path(storage).resolve())
