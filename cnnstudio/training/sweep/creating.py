"""Making a sweep, and starting it in a process of its own. Needs neither torch nor Optuna."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cnnstudio.graph import Project, RunError
from cnnstudio.training import interpreter, launch
from cnnstudio.training.rundir import runs_root
from cnnstudio.training.sweep.directory import Definition, SweepDirectory
from cnnstudio.training.sweep.space import Dimension, check_space, grid_of


def create_sweep(
    project: Project, space: Sequence[Dimension], runs: Path | str | None = None, **how: Any
) -> SweepDirectory:
    """The folder of a new sweep, checked and ready to be conducted."""
    check_space(project, space)
    how["storage"] = _absolute(how.get("storage", ""))
    try:
        definition = Definition(space=tuple(space), **how)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise RunError(
            f"The sweep's {where} can't be {first['input']!r}: {first['msg']}."
        ) from None
    if definition.method == "grid":
        points = len(grid_of(space))
        # No point of a grid is left out, and it has no more.
        definition = definition.model_copy(update={"trials": points, "pruning": "none"})
    root = Path(runs) if runs is not None else runs_root(None)
    return SweepDirectory.create(root, project, definition)


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
