"""The moments of a run whose weights are on disk: snapshots and checkpoints, in order. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cnnstudio.graph import RunError
from cnnstudio.training.rundir import RunDirectory, step_of


@dataclass(frozen=True)
class Moment:
    """A step of a run, in whose `path` are the weights as they were (`model.safetensors`)."""

    step: int  # so many were finished
    epoch: float  # so many were finished, with the share of the one that it was in
    path: Path
    marks: tuple[str, ...] = ()  # the checkpoints that it is: "best", "last", "epoch-0003"

    @property
    def name(self) -> str:
        """What `RunDirectory.checkpoint` knows it by: `step-000123`."""
        return self.path.name


def moments(run: RunDirectory | Path | str) -> list[Moment]:
    """In order of steps; one where a snapshot and a checkpoint are of the same step.

    Raises RunError if there is no run.
    """
    run = run if isinstance(run, RunDirectory) else RunDirectory(run)
    status = run.raw_status()
    per_epoch = status.steps / status.epochs if status.steps and status.epochs else 0.0
    marks: dict[int, list[str]] = {}
    folders: dict[int, Path] = {}
    for mark, folder in run.checkpoints().items():
        step = step_of(folder)
        folders[step] = folder
        marks.setdefault(step, []).append(mark)
    for folder in run.snapshots():
        folders[step_of(folder)] = folder  # these stay, while checkpoints come and go
    return [
        Moment(
            step, step / per_epoch if per_epoch else 0.0, folders[step], tuple(marks.get(step, ()))
        )
        for step in sorted(folders)
    ]


def nearest(found: list[Moment], name: str) -> Moment:
    """The moment of this name or mark; of a step that is not kept, the one nearest to it.

    Raises RunError with what there is where `name` is neither.
    """
    for moment in found:
        if name == moment.name or name in moment.marks:
            return moment
    step = step_of(Path(name))
    if not found or step < 0:
        there = [mark for moment in found for mark in moment.marks]
        raise RunError(
            f"There is no moment '{name}' in the run's history.",
            f"There are: {', '.join([*there, 'step-…'])}." if found else "It has none yet.",
        )
    return min(found, key=lambda moment: abs(moment.step - step))


def snapshot_bytes(run: RunDirectory) -> int:
    """What the snapshots take on the disk."""
    total = 0
    for folder in run.snapshots():
        try:
            total += sum(file.stat().st_size for file in folder.iterdir())
        except OSError:  # thinned out while we looked
            continue
    return total
