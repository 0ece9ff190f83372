"""Which directory a run goes to, and with which project."""

from __future__ import annotations

import shutil
from pathlib import Path

from cnnstudio.graph import Project, RunError, save
from cnnstudio.training import own_weights
from cnnstudio.training.rundir import RunDirectory, runs_root

# What a run has that never took a step.
STARTED_FILES = (
    "project.cnns", "status.json", "events.jsonl", "control.json", "environment.json", "data.json",
)  # fmt: skip
# What may differ when a run goes on: it changes where the run ends and how it is executed, but
# not what a step does.
MAY_CHANGE = (
    "epochs",
    "device",
    "threads",
    "parallel",
    "checkpoint_every",
    "snapshots",
    "snapshot_megabytes",
    "keep_images",
    "readers",
    "tensorboard",
)


def open_run(project: Project | None, run_dir: Path | str | None, resume: bool) -> RunDirectory:
    """The directory of a new run, of one that was queued, or of one that is to go on.

    Raises RunError if there is nothing to resume, or something that would be overwritten.
    """
    if run_dir is None:
        if resume:
            raise RunError("Which run is to be resumed? No run directory was given.")
        check_start(_given(project))
        return RunDirectory.create(runs_root(None), _given(project))
    run = RunDirectory(run_dir)
    if resume:
        return _resumed(run, project)
    if failed_to_start(run):
        check_start(project or run.project())
        _clear(run)
    if run.exists() and not _is_untouched(run):
        raise RunError(
            f"{run.path} already holds a run.",
            "Go on with it (--resume), or choose another folder for the new run.",
        )
    if not run.exists():
        check_start(_given(project))
        return RunDirectory.create_at(run_dir, _given(project))
    if project is not None and not _is_that(project, run.project()):
        raise RunError(f"{run.path} was queued with another project.")
    return run


def check_start(project: Project) -> None:
    """Refuses what can't begin before there is a folder for it: a dataset that there is not, wrong
    options of it, a device that this machine lacks. DataError or RunError."""
    from cnnstudio.data.load import chosen

    chosen(project.data)
    if project.training.device not in ("auto", "cpu"):
        from cnnstudio.training.preparation import choose_device  # loads torch, which takes seconds

        choose_device(project.training.device)


def _resumed(run: RunDirectory, project: Project | None) -> RunDirectory:
    if not run.exists():
        raise RunError(f"There is no run in {run.path} to resume.")
    before = run.project()
    if project is None or project == before:
        return run
    allowed = {name: getattr(project.training, name) for name in MAY_CHANGE}
    begins_alike = own_weights.begins_alike(project, before)
    changed = before.model_copy(update={"training": before.training.model_copy(update=allowed)})
    if not begins_alike or _what_is_trained(changed) != _what_is_trained(project):
        raise RunError(
            f"{run.name} was started with another network or other settings.",
            f"Only {', '.join(MAY_CHANGE)} may change when a run goes on; start a new run.",
        )
    save(changed, run.project_file)
    return run


def _what_is_trained(project: Project) -> tuple[object, ...]:
    """What decides the numbers: not the project's name nor where its nodes lie.

    The run's copy of the initial weights has another path than the file that it is a copy of.
    """
    project = own_weights.beginning_with(project, "")
    networks = [
        (
            network.name,
            network.parameters,
            [node.model_copy(update={"position": (0.0, 0.0)}) for node in network.nodes],
            network.edges,
        )
        for network in project.networks
    ]
    texts = [(source.name, source.text) for source in project.sources]
    return networks, texts, project.data, project.training


def _is_that(project: Project, queued: Project) -> bool:
    same_but_for_weights = own_weights.beginning_with(project, "") == own_weights.beginning_with(
        queued, ""
    )
    return same_but_for_weights and own_weights.begins_alike(project, queued)


def _is_untouched(run: RunDirectory) -> bool:
    """Whether the run was made for a trainer that has not begun."""
    return (
        (run.path / "status.json").is_file()
        and run.raw_status().state == "queued"
        and not run.events_file.exists()
    )


def failed_to_start(run: RunDirectory) -> bool:
    """Whether there is a run that ended before its first step: nothing in it is worth keeping."""
    if not run.exists():
        return False
    status = run.status()
    return status.state == "failed" and status.step == 0 and not run.checkpoints()


def _clear(run: RunDirectory) -> None:
    """Makes room for a new run; files that are not the run's stay."""
    for name in STARTED_FILES:
        (run.path / name).unlink(missing_ok=True)
    shutil.rmtree(run.snapshot_folder, ignore_errors=True)


def _given(project: Project | None) -> Project:
    if project is None:
        raise RunError("There is no project to train.")
    return project
