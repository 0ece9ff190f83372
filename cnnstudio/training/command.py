"""`cnnstudio train`: a run in the foreground, which signals stop cleanly."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from cnnstudio.graph import CnnStudioError, Project, RunError, load
from cnnstudio.training import launched
from cnnstudio.training.chosen import check_mixing, check_settings
from cnnstudio.training.opening import MAY_CHANGE, check_start, failed_to_start, open_run
from cnnstudio.training.paths import with_settings
from cnnstudio.training.reporter import reporter
from cnnstudio.training.rundir import RunDirectory, runs_root
from cnnstudio.training.steering import Steering

STOP_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]

STOPPED = 130  # the exit status after Ctrl+C, as of shells


def run_from_command_line(
    file: Path | str | None,
    run_dir: Path | str | None = None,
    resume: bool = False,
    settings: Iterable[str] = (),
) -> int:
    """Trains a project file and returns the exit status; tells errors on stderr.

    A run that goes on needs no file: its folder holds the project.
    `settings` are changes such as `training.epochs=3`. A run that goes on keeps its own settings
    but for these. Without `run_dir` the run goes to a new
    folder in `runs` beside the file. SIGINT, SIGTERM and SIGHUP stop the run with a checkpoint;
    a second one ends it at once; the status is 130 then. Of the processes that torchrun starts, the
    first one does this and the others train along.
    """
    if not launched.is_first():
        return _train_along(run_dir)
    try:
        project = _project_of(file, run_dir, resume)
        if launched.was_restarted() and run_dir is not None:
            resume = RunDirectory(run_dir).exists()
        if resume:
            project = _as_begun(project, run_dir, settings)
        project = with_settings(project, settings)
        check_settings(project.training)
        check_mixing(project)
        if run_dir is None:
            check_start(project)
            run = RunDirectory.create(runs_root(file), project)
        else:
            if not resume and failed_to_start(RunDirectory(run_dir)):
                print(f"The run in {run_dir} failed before its first step: it is begun anew.")
            run = open_run(project, run_dir, resume)
        steering = Steering.of(run)
        with _signals_stop(run) as came, reporter(run) as report:
            from cnnstudio.training.train import train  # takes seconds: what is wrong comes first

            train(project, run.path, resume, on_event=report, steering=steering)
        # torchrun takes any other status for a failure, and may start all anew.
        return STOPPED if came and not launched.is_launched() else 0
    except CnnStudioError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return STOPPED


def _project_of(file: Path | str | None, run_dir: Path | str | None, resume: bool) -> Project:
    if file is not None:
        return load(file)
    if not resume or run_dir is None:
        raise RunError(
            "There is nothing to train.", "Name a project file, or a run: --resume --run-dir RUN."
        )
    run = RunDirectory(run_dir)
    if not run.exists():
        raise RunError(f"There is no run in {run.path} to resume.")
    return run.project()


def _train_along(run_dir: Path | str | None) -> int:
    from cnnstudio.training.last_words import ElsewhereError
    from cnnstudio.training.train import train

    try:
        # torchrun sends a signal to all; without a folder the first process alone hears it.
        with _signals_stop(None if run_dir is None else RunDirectory(run_dir)):
            train(None)
    except ElsewhereError:
        return 1  # the process that leads tells it
    except CnnStudioError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


def _as_begun(project: Project, run_dir: Path | str | None, settings: Iterable[str]) -> Project:
    """The project of a file with the settings of the run that is to go on with it.

    What may change when a run goes on is asked for, and not read from a file that may have changed
    meanwhile. Raises RunError where nothing is left to do.
    """
    if run_dir is None:
        raise RunError("--resume goes on with a run.", "Name its folder: --run-dir RUN.")
    run = RunDirectory(run_dir)
    if not run.exists():
        raise RunError(f"There is no run in {run.path} to resume.")
    before, status = run.project().training, run.status()
    if status.state == "finished" and not any("epochs" in setting for setting in settings):
        raise RunError(
            f"{run.name} is finished, after epoch {status.epoch} of {before.epochs}.",
            f"To train on, ask for more: --set training.epochs={2 * before.epochs}.",
        )
    kept = {name: getattr(before, name) for name in MAY_CHANGE}
    training = project.training.model_copy(update=kept)
    return project.model_copy(update={"training": training})


@contextmanager
def _signals_stop(run: RunDirectory | None) -> Iterator[list[int]]:
    """Makes the first signal a wish to stop; after it, signals do what they always do. Yields a
    list that holds the signal once it has come."""
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def stop(number: int, frame: FrameType | None) -> None:
        restore()
        came.append(number)
        if run is not None:
            run.control("stop")

    for number in STOP_SIGNALS:
        signal.signal(number, stop)
    try:
        yield came
    finally:
        restore()
