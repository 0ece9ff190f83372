"""The run directory: the interface between the trainer and everyone who watches it.

Everything in it is plain: JSON, one event a line, safetensors. Small files are replaced
atomically and `events.jsonl` is only appended, so a reader never sees half of anything.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

import platformdirs
import psutil
from pydantic import ValidationError

from cnnstudio.graph import Project, RunError, WeightsError, load, save
from cnnstudio.graph.replacing import replacing
from cnnstudio.training.alive import is_alive, is_here
from cnnstudio.training.memory_kills import LESS_MEMORY, ended_for_memory
from cnnstudio.training.own_weights import with_own_weights
from cnnstudio.training.status import UNFINISHED, RunStatus

Wish = Literal["run", "pause", "stop", "checkpoint"]
Event = dict[str, Any]

LINES_AT_ONCE = 1000
STEP = re.compile(r"step-\d+")  # names of the folders of checkpoints and snapshots


def runs_root(project_path: Path | str | None) -> Path:
    """Where runs of a project go: `runs` beside its file, or in the user's data folder."""
    if project_path is None:
        return _data_folder() / "runs"
    return Path(project_path).resolve().parent / "runs"


def imports_folder() -> Path:
    """Where networks that the window imports go, with their weights."""
    return _data_folder() / "imports"


def _data_folder() -> Path:
    return Path(platformdirs.user_data_path("cnn-studio", appauthor=False))


def list_runs(root: Path | str) -> list[RunDirectory]:
    """The run directories in `root`, newest first; empty if there are none."""
    root = Path(root)
    if not root.is_dir():
        return []
    found = [path for path in root.iterdir() if (path / "status.json").is_file()]
    return [RunDirectory(path) for path in sorted(found, key=lambda path: path.name, reverse=True)]


class RunDirectory:
    """One run on disk. Holds nothing but its path: each question reads the files."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def __repr__(self) -> str:
        return f"RunDirectory({str(self.path)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunDirectory) and self.path == other.path

    def __hash__(self) -> int:
        return hash(self.path)

    @classmethod
    def create(cls, root: Path | str, project: Project) -> RunDirectory:
        """A new directory in `root`, named after the time and the project, state queued."""
        slug = re.sub(r"[^a-z0-9]+", "-", project.name.lower()).strip("-")[:40] or "run"
        base = f"{datetime.now():%Y-%m-%dT%H-%M-%S}-{slug}"
        number = 1
        while True:
            path = Path(root) / (base if number == 1 else f"{base}-{number}")
            try:
                path.mkdir(parents=True)
                return cls.create_at(path, project)
            except FileExistsError:
                number += 1
            except WeightsError:
                path.rmdir()
                raise
            except OSError as error:
                raise _unwritable(path, error) from None

    @classmethod
    def create_at(cls, path: Path | str, project: Project) -> RunDirectory:
        """Makes `path` a run directory for this project, state queued.

        The file of weights that the project begins with is copied into it, so that the run needs
        nothing outside. Raises RunError if there is a run already, WeightsError without that file.
        """
        run = cls(path)
        if run.exists():
            raise RunError(
                f"{run.path} already holds a run.",
                "Resume it, or choose another folder for the new run.",
            )
        try:
            run.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(run.path, error) from None
        save(with_own_weights(project, run.path), run.project_file)
        run.control("run")
        run.write_status(
            RunStatus(state="queued", epochs=project.training.epochs, heartbeat=time.time())
        )
        return run

    # Files

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def project_file(self) -> Path:
        return self.path / "project.cnns"

    @property
    def events_file(self) -> Path:
        return self.path / "events.jsonl"

    @property
    def control_file(self) -> Path:
        return self.path / "control.json"

    @property
    def checkpoint_folder(self) -> Path:
        return self.path / "checkpoints"

    @property
    def snapshot_folder(self) -> Path:
        """Weights over time, for the history; see `moments`."""
        return self.path / "snapshots"

    @property
    def log_file(self) -> Path:
        """What the trainer process printed."""
        return self.path / "trainer.log"

    @property
    def board_folder(self) -> Path:
        """Event files for TensorBoard."""
        return self.path / "tensorboard"

    def exists(self) -> bool:
        return (self.path / "status.json").is_file() or self.project_file.is_file()

    # Reading

    def project(self) -> Project:
        """The exact project that is trained. Raises RunError if there is no run here."""
        if not self.project_file.is_file():
            raise RunError(
                f"{self.path} is not a run.",
                "A run is a folder, such as those that 'cnnstudio runs' lists.",
            )
        return load(self.project_file)

    def data(self) -> dict[str, Any] | None:
        """What the run learns from (`data.json`); None before the data is loaded."""
        return read_json(self.path / "data.json")

    def raw_status(self) -> RunStatus:
        """`status.json` as it stands; a process that died left its last word there."""
        content = read_json(self.path / "status.json")
        if content is None:
            if self.project_file.is_file():  # as a power failure may leave it
                return RunStatus(
                    state="failed", message="status.json is missing or damaged.",
                    hint="The run can be resumed.",
                )  # fmt: skip
            raise RunError(f"{self.path} is not a run: it has no readable status.json.")
        try:
            return RunStatus.model_validate(content)
        except ValidationError as error:
            raise RunError(
                f"{self.path}: status.json is damaged ({error.error_count()} errors)."
            ) from None

    def status(self) -> RunStatus:
        """How the run is doing; a run whose process is gone reads as failed, with the reason."""
        status = self.raw_status()
        waiting = status.state == "queued" and status.pid is None
        if status.state not in UNFINISHED or waiting or is_alive(status):
            return status
        again = self.raw_status()
        if again != status:  # it ended while we looked
            return self.status()
        return status.model_copy(
            update={"state": "failed", "seconds_left": None, **self._last_words(status)}
        )

    def alive(self) -> bool:
        """Whether a trainer is at work on this run."""
        status = self.raw_status()
        return status.state in UNFINISHED and is_alive(status)

    def events(self, offset: int = 0, most: int = -1) -> tuple[list[Event], int]:
        """Events from byte `offset` on, and the offset to ask from next time.

        Reads about `most` bytes, all if it is negative. A line that is not finished yet is left
        for the next time.
        """
        return read_lines(self.events_file, offset, most)

    def history(self) -> list[Event]:
        """All events without those that a resumed run did again."""
        return without_repeats(self.events()[0])

    def metrics(self) -> list[Event]:
        """The epochs' metrics, in order."""
        return [event for event in self.history() if event["type"] == "epoch"]

    def checkpoints(self) -> dict[str, Path]:
        """Folders of the checkpoints by name: last, best, epoch-0003, …"""
        index = read_json(self.checkpoint_folder / "index.json")
        if index is None:  # damaged, or not written yet: the newest is whole, as each is
            found = max(self.checkpoint_folder.glob("step-*"), key=step_of, default=None)
            index = {"last": found.name if found else None}
        named = {name: index.get(name) for name in ("last", "best")}
        for epoch, folder in (index.get("epochs") or {}).items():
            named[f"epoch-{int(epoch):04d}"] = folder
        paths = {name: self.checkpoint_folder / folder for name, folder in named.items() if folder}
        return {name: path for name, path in paths.items() if path.is_dir()}

    def newest_checkpoints(self) -> list[Path]:
        """Their folders, the last one first, then from new to old."""
        there = self.checkpoints()
        last = [there["last"]] if "last" in there else []
        older = sorted(set(there.values()) - set(last), key=step_of, reverse=True)
        return [*last, *older]

    def snapshots(self) -> list[Path]:
        """Folders of the snapshots, in order of steps. They hold the weights alone."""
        found = self.snapshot_folder.glob("step-*")
        return sorted((path for path in found if STEP.fullmatch(path.name)), key=step_of)

    def checkpoint(self, name: str) -> Path:
        """The folder of a checkpoint by name, or of any moment of the history (step-000123).

        Raises RunError with those that there are.
        """
        there = self.checkpoints()
        for folder in (self.snapshot_folder / name, self.checkpoint_folder / name):
            if STEP.fullmatch(name) and folder.is_dir():
                return folder
        if name not in there:
            raise RunError(
                f"{self.name} has no checkpoint '{name}'.",
                f"It has: {', '.join([*there, *self._some_snapshots()])}."
                if there
                else "It has none yet.",
            )
        return there[name]

    def _some_snapshots(self) -> list[str]:
        """The first and the last of them by name, for a hint."""
        names = [path.name for path in self.snapshots()]
        return names if len(names) <= 3 else [*names[:2], "…", names[-1]]

    # Writing

    def control(self, wish: Wish) -> None:
        """Asks the trainer to run, pause, stop or make a checkpoint; it looks between steps."""
        if wish not in get_args(Wish):
            raise RunError(f"'{wish}' is not one of run, pause, stop, checkpoint.")
        self._replace(self.control_file, {"want": wish})

    def write_status(self, status: RunStatus) -> None:
        self._replace(self.path / "status.json", status.model_dump(mode="json"))

    def overwrite_status(self, status: RunStatus) -> None:
        """Writes over the old status in its place, which a full disk still has room for. A reader
        may see half of it for an instant."""
        path = self.path / "status.json"
        try:
            with path.open("r+b") as stream:
                stream.write(status.model_dump_json().encode())
                stream.truncate()
        except OSError as error:
            raise _unwritable(path, error) from None

    def _replace(self, path: Path, content: Any) -> None:
        try:
            replace_json(path, content)
        except OSError as error:
            raise _unwritable(path, error) from None

    def _last_words(self, status: RunStatus) -> dict[str, str]:
        if status.state == "queued":
            lines = self._log_tail()
            return {
                "message": "The trainer stopped before it began." + (f" {lines}" if lines else ""),
                "hint": f"See {self.log_file.name} in the run's folder.",
            }
        hint = (
            "It can be resumed from its last checkpoint."
            if "last" in self.checkpoints()
            else "It has no checkpoint yet: resuming starts it again."
        )
        message = (
            f"The trainer stopped unexpectedly in epoch {status.epoch} of {status.epochs}, "
            f"step {status.step} of {status.steps}."
        )
        if ended_for_memory(status):
            message += " Most likely the system ended it because the memory was used up."
            hint = f"{LESS_MEMORY} {hint}"
        elif is_here(status) and psutil.boot_time() > status.heartbeat:
            message += " The machine was started anew since."
        else:
            message += " It left no word: it was ended from outside, or crashed."
        return {"message": message, "hint": hint}

    def _log_tail(self) -> str:
        try:
            lines = self.log_file.read_text("utf-8", errors="replace").strip().splitlines()
        except OSError:
            return ""
        # What went wrong comes before what to do about it.
        told = [line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")]
        return (told or lines)[-1][:300] if lines else ""


def without_repeats(events: Iterable[Event]) -> list[Event]:
    """Drops what a start from an earlier step made obsolete: each step is told once."""
    kept: list[Event] = []
    for event in events:
        if event["type"] == "start":
            step = event.get("step", 0)
            kept = [old for old in kept if old.get("step", 0) <= step and old["type"] != "end"]
        kept.append(event)
    return kept


def read_lines(path: Path, offset: int = 0, most: int = -1) -> tuple[list[Event], int]:
    """The objects with a `type` in a file of one a line, as `RunDirectory.events` reads them."""
    try:
        with path.open("rb") as stream:
            stream.seek(offset)
            content = stream.read(most)
            if most >= 0:
                content += stream.readline()
    except FileNotFoundError:
        return [], offset
    complete = content[: content.rfind(b"\n") + 1]
    return [*_parsed(complete.splitlines())], offset + len(complete)


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON object from a file; None if it is missing or not (yet) one."""
    for _ in range(3):
        try:
            content = json.loads(path.read_bytes())
        except PermissionError:  # Windows, in the instant of a replacement
            time.sleep(0.01)
            continue
        except (OSError, ValueError, RecursionError):
            return None
        return content if isinstance(content, dict) else None
    return None


def replace_json(path: Path, content: Any, lasting: bool = False) -> None:
    """Writes a small JSON file in one step. A reader sees the old or the new content; `lasting` as
    in `replacing`."""
    text = json.dumps(content, indent=2, sort_keys=True, allow_nan=False) + "\n"
    with replacing(path, lasting) as aside:
        aside.write_text(text, "utf-8")


def snapshot_name(step: int) -> str:
    """The folder of a checkpoint or snapshot."""
    return f"step-{step:06d}"


def step_of(checkpoint: Path) -> int:
    """The step that a folder of a checkpoint or snapshot is of; -1 if it is none."""
    number = checkpoint.name.removeprefix("step-")
    return int(number) if number.isdigit() else -1


def _parsed(lines: Sequence[bytes]) -> Iterable[Event]:
    for first in range(0, len(lines), LINES_AT_ONCE):
        some = lines[first : first + LINES_AT_ONCE]
        try:
            # In one go it takes half the time, and the events share their keys.
            events = json.loads(b"[" + b",".join(some) + b"]")
        except (ValueError, RecursionError):
            events = _parsed_one_by_one(some)
        for event in events:
            if isinstance(event, dict) and "type" in event:
                yield event


def _parsed_one_by_one(lines: Iterable[bytes]) -> Iterable[Any]:
    for line in lines:
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):  # torn by a kill and continued after
            continue


def _unwritable(path: Path, error: OSError) -> RunError:
    return RunError(
        f"{path} can't be written: {error.strerror or error}.",
        "Check the folder, its permissions and the free space.",
    )
