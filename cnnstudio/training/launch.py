"""Starts the trainer in a process of its own, which outlives the one that asked for it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from cnnstudio.graph import Project, RunError
from cnnstudio.training import interpreter
from cnnstudio.training.alive import process_of
from cnnstudio.training.rundir import RunDirectory, runs_root
from cnnstudio.training.status import RunStatus


def start(
    project: Project | None = None,
    root: Path | str | None = None,
    run_dir: Path | str | None = None,
    resume: bool = False,
) -> RunDirectory:
    """Trains `project` in another process and returns its run directory at once.

    A new run goes to a new folder in `root`, or to `run_dir`. With `resume`, the run in
    `run_dir` goes on from its last checkpoint with the project that it was started with.

    Raises RunError if the run is already being trained or its folder can't be written.
    """
    if resume:
        if run_dir is None:
            raise RunError("Which run is to be resumed? No run directory was given.")
        run = RunDirectory(run_dir)
        if run.alive():
            raise RunError(f"{run.name} is already being trained.")
        run.write_status(_queued_again(run.raw_status()))
        run.control("run")
    elif project is None:
        raise RunError("There is no project to train.")
    elif run_dir is not None:
        run = RunDirectory.create_at(run_dir, project)
    else:
        run = RunDirectory.create(root if root is not None else runs_root(None), project)
    _spawn(run, resume)
    return run


def start_queued(run: RunDirectory) -> None:
    """Starts the trainer of a run that was made before and waits. RunError if it does not."""
    status = run.raw_status()
    if status.state != "queued" or status.pid is not None:
        raise RunError(f"{run.name} does not wait: it is {status.state}.")
    _spawn(run, resume=False)


def _spawn(run: RunDirectory, resume: bool) -> None:
    project = str(run.project_file.resolve())
    command = interpreter.command(
        "cnnstudio", "train", project, "--run-dir", str(run.path.resolve())
    )
    if resume:
        command.append("--resume")
    trainer = spawn(command, run.log_file)
    try:
        named = process_of(trainer.pid)
    except psutil.NoSuchProcess:
        named = {"pid": trainer.pid, "process_created": 0.0}
    status = run.raw_status()
    if status.state == "queued" and status.pid is None:
        run.write_status(status.model_copy(update=named))


def spawn(command: list[str], log_file: Path) -> subprocess.Popen[bytes]:
    """Starts one of our processes so that it outlives this one; what it prints goes to a file."""
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=interpreter.environment(),
            **_detached(),
        )
    # Waiting reaps the process, so that it leaves no zombie while this one lives on.
    threading.Thread(target=process.wait, name="reaper", daemon=True).start()
    return process


def _detached() -> dict[str, Any]:
    """How a process is started so that it survives its parent and its terminal."""
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        return {"creationflags": flags}
    return {"start_new_session": True}


def _queued_again(status: RunStatus) -> RunStatus:
    return status.model_copy(
        update={
            "state": "queued",
            "message": "",
            "hint": "",
            "pid": None,
            "process_created": None,
            "seconds_left": None,
            "samples_per_second": None,
            # From now on it waits: the time until the trainer begins is none of the run's.
            "started": None,
            "seconds_before": status.seconds or 0.0,
            "heartbeat": time.time(),
        }
    )
