"""TensorBoard's event files of a run, written from `events.jsonl` in the folder `tensorboard`.

Nothing waits for it: the trainer writes at the end of an epoch, at most every `EVERY_SECONDS`, and
when the run has ended. TensorBoard itself is loaded only then.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cnnstudio.graph import Project
from cnnstudio.training.paths import settings_of
from cnnstudio.training.rundir import Event, RunDirectory, read_json, replace_json

EVERY_SECONDS = 10.0
# What an event tells besides its numbers.
_PLACE = {"t", "type", "step", "epoch", "steps", "epochs", "threads", "resumed"}


class Board:
    """Brings a run's event files up to its `events.jsonl` now and then; `off` never does.

    How far they are stands beside them, so that it can be gone on with after a kill. Each process
    writes a file of its own, since a kill may tear the last record of one. `trouble` says why they
    can't be written; the run goes on without.
    """

    def __init__(self, run: RunDirectory, off: bool = False) -> None:
        self.trouble = ""
        self._run = run
        self._off = off
        self._looked = time.monotonic()
        self._file: Path | None = None

    def write_if_due(self) -> None:
        if time.monotonic() - self._looked >= EVERY_SECONDS:
            self.write()

    def write(self) -> None:
        """Writes what is new since the last time, of this process or one before."""
        self._looked = time.monotonic()
        if self._off or self.trouble:
            return
        try:
            self._bring_up()
        except OSError as error:
            self.trouble = f"TensorBoard's files can't be written: {error.strerror or error}."

    def _bring_up(self) -> None:
        folder = self._run.board_folder
        state = folder / "written.json"
        begun = int((read_json(state) or {}).get("offset", 0))
        events, offset = self._run.events(begun)
        if events:
            folder.mkdir(exist_ok=True)
            self._append(folder, self._records(events, whole=begun == 0))
            replace_json(state, {"offset": offset})

    def _append(self, folder: Path, records: Iterator[Any]) -> None:
        from tensorboard.summary.writer.record_writer import RecordWriter

        if self._file is None:
            # TensorBoard reads the files of a folder in the order of their names.
            name = f"events.out.tfevents.{time.time_ns()}.{socket.gethostname()}"
            self._file = folder / name
        with self._file.open("ab") as stream:
            writer = RecordWriter(stream)
            if stream.tell() == 0:
                writer.write(_version().SerializeToString())
            for record in records:
                writer.write(record.SerializeToString())
            writer.flush()

    def _records(self, events: list[Event], whole: bool) -> Iterator[Any]:
        from tensorboard.compat.proto.event_pb2 import Event as Record
        from tensorboard.compat.proto.event_pb2 import SessionLog

        begun = float(events[0].get("t", 0.0))
        if whole:
            yield Record(wall_time=begun, step=0, summary=_hyperparameters(self._run.project()))
        for event in events:
            at, step = float(event.get("t", begun)), int(event.get("step") or 0)
            if event["type"] == "start" and event.get("resumed"):
                # What is done again replaces what was done before.
                log = SessionLog(status=SessionLog.START)
                yield Record(wall_time=at, step=step + 1, session_log=log)
            summary = _scalars(event)
            if summary is not None:
                yield Record(wall_time=at, step=step, summary=summary)


def _version() -> Any:
    from tensorboard.compat.proto.event_pb2 import Event as Record

    return Record(wall_time=time.time(), file_version="brain.Event:2")


def _scalars(event: Event) -> Any:
    """`step/loss`, `epoch/val_accuracy`, `gradient/conv1`, …: every number of a step, an epoch, a
    measurement of the layers, or the end."""
    from tensorboard.compat.proto.summary_pb2 import Summary

    if event["type"] == "layers":
        return Summary(
            value=[
                Summary.Value(tag=f"{name}/{layer}", simple_value=float(number))
                for layer, told in event["layers"].items()
                for name, number in told.items()
                if number is not None
            ]
        )
    if event["type"] not in ("step", "epoch", "end"):
        return None
    numbers = {
        name: float(value)
        for name, value in event.items()
        if name not in _PLACE and isinstance(value, int | float) and not isinstance(value, bool)
    }
    if not numbers:
        return None
    kind = "test" if event["type"] == "end" else event["type"]
    return Summary(
        value=[
            Summary.Value(tag=f"{kind}/{name.removeprefix('test_')}", simple_value=number)
            for name, number in numbers.items()
        ]
    )


def _hyperparameters(project: Project) -> Any:
    """The settings, for TensorBoard's HParams page."""
    from tensorboard.plugins.hparams.summary_v2 import hparams_pb

    told = {
        name: value
        for name, value in settings_of(project).items()
        if name.startswith(("training.", "data.")) and isinstance(value, bool | int | float | str)
    }
    return hparams_pb(told)
