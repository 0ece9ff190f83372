"""What stops a run is told in words, in its status and its events, and never as a traceback."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cnnstudio.data.watch import LoadingStoppedError
from cnnstudio.graph import CnnStudioError, RunError
from cnnstudio.training.events import EventLog
from cnnstudio.training.heartbeat import Heartbeat
from cnnstudio.training.memory_kills import LESS_MEMORY

# How torch, its libraries and the system say it.
OUT_OF_MEMORY = (
    "out of memory", "allocate memory", "not enough memory", "alloc_failed", "bad_alloc",
)  # fmt: skip


@contextmanager
def failures_in_words(folder: Path) -> Iterator[None]:
    """Whatever is raised inside comes out as an error of our family."""
    try:
        yield
    except CnnStudioError:
        raise
    except Exception as error:
        raise in_words(error, folder) from error


@contextmanager
def failures_recorded(log: EventLog, heartbeat: Heartbeat) -> Iterator[None]:
    """Writes an error event and the state failed (stopped, for Ctrl+C) before it goes on."""
    try:
        yield
    except KeyboardInterrupt:
        with suppress(OSError, RunError):
            log.write("end", step=heartbeat.step, state="stopped")
            heartbeat.tell(state="stopped", message="Interrupted.", seconds_left=None)
        raise
    except LoadingStoppedError:
        # The user's wish and no failure: the run ends here, stopped.
        log.write("end", step=heartbeat.step, state="stopped")
        heartbeat.tell(state="stopped", message="", seconds_left=None)
    except CnnStudioError as error:
        # On a full disk these fail too; then the first error still reaches the caller.
        with suppress(OSError):
            log.write(
                "error", step=heartbeat.step, message=error.message, hint=error.hint,
                details=_details(error),
            )  # fmt: skip
        with suppress(RunError):
            heartbeat.tell_at_last(
                state="failed", message=error.message, hint=error.hint,
                samples_per_second=None, seconds_left=None,
            )  # fmt: skip
        raise


def in_words(error: Exception, folder: Path) -> RunError:
    """The error that a person can act on."""
    text = str(error)
    if isinstance(error, MemoryError) or any(sign in text.lower() for sign in OUT_OF_MEMORY):
        return RunError("The memory is not enough for this run.", LESS_MEMORY)
    if isinstance(error, OSError):
        return RunError(
            f"{error.filename or folder} can't be used: {error.strerror or text}.",
            "Check that it is still there and its disk has space, then resume the run.",
        )
    return RunError(
        f"Training met an error that it has no words for: {type(error).__name__}: {text}",
        "The error event in the run's events.jsonl has the details.",
    )


def _details(error: CnnStudioError) -> str:
    """The traceback of what we have no words for; nothing for the errors we do."""
    cause = error.__cause__
    return "" if cause is None else "".join(traceback.format_exception(cause))
