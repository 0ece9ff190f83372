"""The list of waiting runs, as a folder: `queue.json` and the lock by which it is changed.

Each entry is a run directory that was made when it was put into the queue, so what is trained is
the project as it was then. Window, command line and runner change the list in turns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cnnstudio.graph import CnnStudioError, Project, RunError
from cnnstudio.training import interpreter, launch
from cnnstudio.training.rundir import RunDirectory, read_json, replace_json, runs_root
from cnnstudio.training.sweep.holding import held, try_hold

EntryState = Literal["waiting", "running", "finished", "stopped", "failed", "missing"]


class Listed(BaseModel):
    """The content of `queue.json`: run folders in their order, and how they are worked through.

    `begun` are those among them whose trainer was started.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    runs: tuple[str, ...] = ()
    begun: tuple[str, ...] = ()
    at_once: int = Field(1, ge=1, le=256)
    paused: bool = False


@dataclass(frozen=True)
class Entry:
    """A run in the queue, and how it is doing."""

    run: RunDirectory
    state: EntryState


def queue_folder() -> Path:
    """Where the user's queue is kept."""
    return runs_root(None).parent / "queue"


class RunQueue:
    """The queue in a folder. Holds nothing but its path: each question reads the file."""

    def __init__(self, path: Path | str | None = None) -> None:
        self.path = queue_folder() if path is None else Path(path)

    def listed(self) -> Listed:
        try:
            return Listed.model_validate(read_json(self.path / "queue.json") or {})
        except ValidationError as error:
            raise RunError(
                f"{self.path / 'queue.json'} is damaged: {error.errors()[0]['msg']}.",
                "Delete it to begin with an empty queue; the runs stay.",
            ) from None

    def entries(self) -> list[Entry]:
        """The runs in their order: those at work and those that wait."""
        listed = self.listed()
        return [Entry(RunDirectory(p), _state(Path(p), p in listed.begun)) for p in listed.runs]

    # Changing the list

    def add(self, project: Project, root: Path | str | None = None) -> RunDirectory:
        """Makes a run of the project as it is now, and puts it at the end."""
        run = RunDirectory.create(root if root is not None else runs_root(None), project)
        path = str(run.path.resolve())

        def change(old: Listed) -> dict[str, Any]:
            # Of a run whose folder was deleted the name is free again.
            return {
                "runs": (*(other for other in old.runs if other != path), path),
                "begun": tuple(other for other in old.begun if other != path),
            }

        self._change(change)
        return run

    def remove(self, run: RunDirectory) -> None:
        """Takes a run out. It keeps its folder; one that is at work goes on."""
        gone = self._known(run)
        self._change(
            lambda old: {
                "runs": tuple(path for path in old.runs if path != gone),
                "begun": tuple(path for path in old.begun if path != gone),
            }
        )

    def move(self, run: RunDirectory, place: int) -> None:
        """Puts a run at a place, counted from 0."""
        moved = self._known(run)

        def change(old: Listed) -> dict[str, Any]:
            others = [path for path in old.runs if path != moved]
            at = min(max(place, 0), len(others))
            return {"runs": (*others[:at], moved, *others[at:])}

        self._change(change)

    def clear(self) -> None:
        """Takes out all that wait."""
        self._change(lambda old: {"runs": tuple(p for p in old.runs if p in old.begun)})

    def pause(self, paused: bool = True) -> None:
        """Starts no further run until it is told to go on; those at work end as they would."""
        self._change(lambda _: {"paused": paused})

    def set_at_once(self, count: int) -> None:
        """How many runs are at work at the same time."""
        if not 1 <= count <= 256:
            raise RunError(f"{count} runs at once make no sense.", "Choose 1 or a few more.")
        self._change(lambda _: {"at_once": count})

    def note_begun(self, run: RunDirectory) -> None:
        self._change(lambda old: {"begun": (*old.begun, str(run.path))})

    # Working through it

    def start(self) -> None:
        """Starts the process that works through the list, unless there is one."""
        self.path.mkdir(parents=True, exist_ok=True)
        if self.running():
            return
        command = interpreter.command("cnnstudio.training.queue.runner", str(self.path.resolve()))
        launch.spawn(command, self.path / "runner.log")

    def running(self) -> bool:
        """Whether a process works through the list."""
        if not (self.path / "runner.lock").exists():
            return False
        hold = try_hold(self.path / "runner.lock")
        if hold is None:
            return True
        hold.release()
        return False

    def _known(self, run: RunDirectory) -> str:
        path = str(run.path.resolve())
        if path not in self.listed().runs:
            raise RunError(f"{run.name} is not in the queue.")
        return path

    def _change(self, change: Callable[[Listed], dict[str, Any]]) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with held(self.path / "queue.lock"):
                old = self.listed()
                new = old.model_copy(update=change(old))
                replace_json(self.path / "queue.json", new.model_dump(mode="json"))
        except OSError as error:
            raise RunError(f"{self.path} can't be written: {error.strerror or error}.") from None


def _state(path: Path, begun: bool) -> EntryState:
    try:
        status = RunDirectory(path).status()
    except CnnStudioError:
        return "missing"
    if status.state == "queued" and not begun:
        return "waiting"
    ended: dict[str, EntryState] = {
        "finished": "finished",
        "stopped": "stopped",
        "failed": "failed",
    }
    return ended.get(status.state, "running")
