"""Whether the process that wrote a status still runs, on this machine or another one.

The clock of the wall decides as little as can be: it jumps, and other machines have their own.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from cnnstudio.training.status import RunStatus

# Seconds within which a heart beats on another machine. It beats twice a second, but shared disks
# show what is new only after a while.
FRESH_SECONDS = 60.0
SAME_PROCESS_SECONDS = 2.0


def process_of(pid: int) -> dict[str, Any]:
    """The fields by which a status names its process."""
    return {
        "pid": pid,
        "process_created": _created(psutil.Process(pid)),
        "host": socket.gethostname(),
    }


def is_here(status: RunStatus) -> bool:
    """Whether the process is one of this machine."""
    return status.host in ("", socket.gethostname())


def is_alive(status: RunStatus) -> bool:
    """Whether the process that wrote this status still runs.

    A zombie is dead, and a process of the same number that was created at another time is another
    process. On another machine its heart has to beat.
    """
    if status.pid is None:
        return False
    if not is_here(status):
        return _beats(status)
    try:
        process = psutil.Process(status.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        created = _created(process)
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # another user's: that it is there is all that is known
        return True
    if status.process_created is None:
        return True
    return abs(created - status.process_created) < SAME_PROCESS_SECONDS


def _created(process: psutil.Process) -> float:
    """Seconds at which a process began, in a count that does not jump with the clock: on Linux
    since the machine started; macOS and Windows keep the time that it was then."""
    if not sys.platform.startswith("linux"):
        return float(process.create_time())
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_bytes().rpartition(b")")[2].split()
    except FileNotFoundError:
        raise psutil.NoSuchProcess(process.pid) from None
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")  # man 5 proc: starttime


class _Beat(NamedTuple):
    heartbeat: float
    seen: float  # by this machine's monotonic clock
    alive: bool


_beats_seen: dict[tuple[str, int | None, float | None], _Beat] = {}


def _beats(status: RunStatus) -> bool:
    """Whether the heartbeat has changed within the last minute of ours.

    Only at the first look there is nothing to compare with, and its time is believed.
    """
    who = (status.host, status.pid, status.process_created)
    now, last = time.monotonic(), _beats_seen.get(who)
    if last is None:
        alive = abs(time.time() - status.heartbeat) < FRESH_SECONDS
        _beats_seen[who] = _Beat(status.heartbeat, now, alive)
        return alive
    if status.heartbeat != last.heartbeat:
        _beats_seen[who] = _Beat(status.heartbeat, now, True)
        return True
    return last.alive and now - last.seen < FRESH_SECONDS
