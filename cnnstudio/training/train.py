"""One run from its directory to its evaluation, in this process."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import torch

from cnnstudio.data.origin import notes_on
from cnnstudio.graph import Project, RunError
from cnnstudio.training import launched
from cnnstudio.training.alive import is_alive, is_here
from cnnstudio.training.assessment import assess
from cnnstudio.training.board import Board
from cnnstudio.training.doctor import Doctor, attend
from cnnstudio.training.environment import describe_environment
from cnnstudio.training.events import Event, EventLog
from cnnstudio.training.failures import failures_in_words, failures_recorded
from cnnstudio.training.going_on import epochs_again
from cnnstudio.training.heartbeat import Heartbeat, Silence
from cnnstudio.training.lock import only_trainer
from cnnstudio.training.loop import Loop
from cnnstudio.training.opening import open_run
from cnnstudio.training.parallel import joined
from cnnstudio.training.preparation import choose_device, prepare
from cnnstudio.training.processes import Processes
from cnnstudio.training.randomness import private_randomness
from cnnstudio.training.run import Run
from cnnstudio.training.rundir import RunDirectory, replace_json
from cnnstudio.training.steering import Steering

TOLD_AT_START = ("device", "device_name", "threads", "processes")


def train(
    project: Project | None,
    run_dir: Path | str | None = None,
    resume: bool = False,
    on_event: Callable[[Event], None] | None = None,
    steering: Steering | None = None,
) -> Run:
    """Trains the project and returns the run, finished or stopped.

    The run goes to `run_dir`, or to a new folder among the user's runs. With `resume` the run in
    `run_dir` goes on from its last checkpoint, to the same numbers as one never interrupted;
    `project` may be None then, or differ in the number of epochs, the device and what is kept.

    `on_event` is called with each event that is written to the run's `events.jsonl`. `steering`
    tells what the user wants of the run; by default that is read from now on.

    Raises RunError, DataError or ProblemError; the run's state is failed then.
    """
    with joined() as processes:
        opened = processes.agree(lambda: str(open_run(project, run_dir, resume).path.absolute()))
        run = RunDirectory(opened)
        if processes.leads:
            _lead(processes, run, on_event, steering or Steering.of(run))
        else:
            _follow(processes, run)
    return Run(run.path)


def _lead(
    processes: Processes,
    run: RunDirectory,
    on_event: Callable[[Event], None] | None,
    steering: Steering,
) -> None:
    with failures_in_words(run.path), only_trainer(run.path):
        _refuse_if_at_work(run)
        before = run.raw_status()
        begun = before.model_copy(
            update={
                "state": "running", "message": "", "hint": "", "started": time.time(),
                "seconds_before": before.seconds or 0.0,
            }
        )  # fmt: skip
        board = Board(run, off=not run.project().training.tensorboard)
        with (
            closing(EventLog(run.events_file, _both(on_event, board))) as log,
            Heartbeat(run, begun) as heartbeat,
            failures_recorded(log, heartbeat),
            processes.sharing_failures(),
            failures_in_words(run.path),
        ):
            _train(processes, run, log, heartbeat, steering, board)


def _refuse_if_at_work(run: RunDirectory) -> None:
    """Not every disk keeps the lock, least of all for other machines."""
    status = run.raw_status()
    own = is_here(status) and status.pid == os.getpid()
    begun = status.state in ("running", "paused") and not own and not launched.was_restarted()
    if begun and is_alive(status):
        raise RunError(
            f"{run.name} is already being trained by another process, on {status.host}.",
            "Stop it there first; if that machine is gone, try again in a minute.",
        )


def _follow(processes: Processes, run: RunDirectory) -> None:
    """Trains along, and leaves it to the process that leads to write and to tell."""
    unheard = Silence(run), Steering(Path(os.devnull)), Board(run, off=True)
    with (
        closing(EventLog(Path(os.devnull))) as log,
        failures_recorded(log, unheard[0]),
        processes.sharing_failures(),
        failures_in_words(run.path),
    ):
        _train(processes, run, log, *unheard)


def _train(
    processes: Processes,
    run: RunDirectory,
    log: EventLog,
    heartbeat: Heartbeat,
    steering: Steering,
    board: Board,
) -> None:
    project = run.project()
    device = choose_device(project.training.device)
    heartbeat.note(epochs=project.training.epochs, message="Preparing")
    with (
        _threads(project.training.threads),
        private_randomness(device, project.training.deterministic),
    ):
        environment = describe_environment(device) | {"processes": processes.count}
        if processes.leads:
            replace_json(run.path / "environment.json", environment)
        ready = prepare(
            project, device, lambda _, message: heartbeat.note(message=message),
            steering.stop_wanted, processes,
        )  # fmt: skip
        facts = ready.data_facts()
        if processes.leads:
            replace_json(run.path / "data.json", facts)
        loop = Loop(ready, run, log, heartbeat, steering)
        resumed = _restored(loop, processes, run, log)
        heartbeat.step = loop.step
        heartbeat.tell(message="", steps=ready.steps, epoch=loop.epoch + 1, best=loop.best)
        doctor = Doctor(project, facts)
        history = run.history()
        doctor.remember(history)
        log.listen(attend(doctor, log.write))
        log.write(
            "start", step=loop.step, epoch=loop.epoch, steps=ready.steps,
            epochs=project.training.epochs, resumed=resumed,
            again=epochs_again(history, loop.step),
            generated=ready.splits.generated,
            origin=notes_on(project.data),
            best_metric=project.training.best_metric,
            **{name: environment[name] for name in TOLD_AT_START},
            **ready.machine.facts(),
        )  # fmt: skip
        for note in ready.machine.notes:
            log.write("note", step=loop.step, epoch=loop.epoch, message=note)
        for problem in ready.splits.problems:
            log.write("warning", step=loop.step, message=problem)
        finished = loop.go()
        _end(log, heartbeat, loop, board, assess(ready, run) if finished else None)


def _restored(loop: Loop, processes: Processes, run: RunDirectory, log: EventLog) -> bool:
    """Goes back to the newest checkpoint that is whole, if there are any."""
    folders = processes.agree(lambda: [str(folder) for folder in run.newest_checkpoints()])
    damaged: list[tuple[Path, RunError]] = []
    for folder in map(Path, folders):
        try:
            loop.restore(folder)
        except RunError as error:
            damaged.append((folder, error))
            continue
        for other, reason in damaged:
            message = f"{reason.message} The run goes on from the one before, {folder.name}."
            log.write("warning", step=loop.step, message=message)
            if processes.leads:
                shutil.rmtree(other)  # it is made again when the run comes there
        return True
    if damaged:
        raise damaged[0][1]
    return False


def _end(
    log: EventLog, heartbeat: Heartbeat, loop: Loop, board: Board, summary: dict[str, Any] | None
) -> None:
    state = "stopped" if summary is None else "finished"
    # Without test images the validation images were taken, which chose the best epoch: no test.
    tested = summary is not None and summary.get("split") == "test"
    test = {name: summary[name] for name in ("loss", "accuracy")} if summary and tested else {}
    log.write(
        "end", step=loop.step, epoch=loop.epoch, state=state,
        **{f"test_{name}": value for name, value in test.items()},
    )  # fmt: skip
    board.write()
    if board.trouble:
        log.write("warning", step=loop.step, message=board.trouble)
    heartbeat.tell(
        state=state, message="", samples_per_second=None, seconds_left=None, test=test or None
    )


def _both(on_event: Callable[[Event], None] | None, board: Board) -> Callable[[Event], None]:
    """Tells the listener of an event, and TensorBoard after an epoch."""

    def take(event: Event) -> None:
        if on_event is not None:
            on_event(event)
        if event["type"] == "epoch":
            board.write_if_due()

    return take


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Lets torch use this many threads; 0 leaves the number to torch."""
    before = torch.get_num_threads()
    if count:
        # More threads than cores only wait for one another.
        torch.set_num_threads(min(count, os.cpu_count() or count))
    try:
        yield
    finally:
        torch.set_num_threads(before)
