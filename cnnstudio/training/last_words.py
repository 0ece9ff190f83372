"""Why a run of several processes ended: the one that failed tells it, the others pass it on."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import torch.distributed as dist

from cnnstudio.data.watch import LoadingStoppedError
from cnnstudio.graph import CnnStudioError, RunError

# So long a process may take to tell why it goes, after the others have noticed.
PATIENCE_SECONDS = 3.0
# And so long it waits for the one that leads to write it down.
LEAVING_SECONDS = 20.0
LOOK_SECONDS = 0.05
NOTICED, STOPPED = "noticed", "stopped"


class ElsewhereError(RunError):
    """What ended another process of the run, and this one with it."""


class LastWords:
    """What each process says when it ends before its time, kept where all can read it."""

    def __init__(self, store: dist.Store, rank: int, count: int) -> None:
        self._store = store
        self._rank = rank
        self._count = count

    @contextmanager
    def exchanged(self) -> Iterator[None]:
        """Tells the others what ends this process; a connection that breaks, in their words."""
        self._tell({"host": socket.gethostname()}, "host")
        try:
            yield
        except ElsewhereError:
            raise
        except LoadingStoppedError:
            self._tell({"why": STOPPED})
            raise
        except CnnStudioError as error:
            cause = error.__cause__
            if cause is not None and _is_broken_connection(cause):
                raise self._reason() from None
            self._tell({"why": error.message, "hint": error.hint})
            raise
        except Exception as error:
            if _is_broken_connection(error):
                raise self._reason() from None
            raise

    def leave(self) -> None:
        """Lets the process that leads write down what happened before this one goes: torchrun
        ends all others when the first of them is gone."""
        self._tell({}, "left")
        deadline = time.monotonic() + LEAVING_SECONDS
        while self._of(0, "left") is None and self._ended() and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)

    def _ended(self) -> bool:
        """Whether this process ended before its time."""
        return self._of(self._rank) is not None

    def _reason(self) -> CnnStudioError:
        self._tell({"why": NOTICED})
        deadline = time.monotonic() + PATIENCE_SECONDS
        others = [rank for rank in range(self._count) if rank != self._rank]
        while True:
            told = {rank: words for rank in others if (words := self._of(rank)) is not None}
            for rank, words in told.items():
                if words["why"] == STOPPED:
                    return LoadingStoppedError("Loading the data was stopped.")
                if words["why"] != NOTICED:
                    return ElsewhereError(f"{self._named(rank)}: {words['why']}", words["hint"])
            silent = [rank for rank in others if rank not in told]
            if not silent or time.monotonic() > deadline:
                gone = ", ".join(map(self._named, silent)) or "A process of this run"
                return ElsewhereError(
                    f"{gone} is gone: it was ended from outside, ran out of memory, or its "
                    "machine can't be reached.",
                    "The run can be resumed from its last checkpoint, on as many processes as "
                    "you like.",
                )
            time.sleep(LOOK_SECONDS)

    def _named(self, rank: int) -> str:
        host = (self._of(rank, "host") or {}).get("host", "a machine unknown")
        return f"Process {rank + 1} of {self._count} (on {host})"

    def _tell(self, words: dict[str, str], key: str = "end") -> None:
        with suppress(RuntimeError):  # the store is gone with its process
            self._store.set(f"{key}/{self._rank}", json.dumps(words))

    def _of(self, rank: int, key: str = "end") -> dict[str, str] | None:
        name = f"{key}/{rank}"
        with suppress(RuntimeError):
            if self._store.check([name]):
                words: dict[str, str] = json.loads(self._store.get(name))
                return words
        return None


def _is_broken_connection(error: BaseException) -> bool:
    return isinstance(error, dist.DistError) or (
        isinstance(error, RuntimeError) and any(s in str(error) for s in ("gloo", "NCCL"))
    )
