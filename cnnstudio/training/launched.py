"""What torchrun tells a process that it starts, read without torch."""

from __future__ import annotations

import os


def is_launched() -> bool:
    """Whether torchrun started this process beside others that train the same run."""
    return "TORCHELASTIC_RUN_ID" in os.environ and _number("WORLD_SIZE", 1) > 1


def is_first() -> bool:
    """Whether this is the process that opens the run, writes it and talks to the user."""
    return not is_launched() or _number("RANK", 0) == 0


def was_restarted() -> bool:
    """Whether torchrun started the processes anew after one of them had failed."""
    return is_launched() and _number("TORCHELASTIC_RESTART_COUNT", 0) > 0


def local_rank() -> int:
    """This process's number on its machine, from 0."""
    return _number("LOCAL_RANK", 0)


def local_count() -> int:
    """How many processes of the run are on this machine."""
    return _number("LOCAL_WORLD_SIZE", 1)


def _number(name: str, otherwise: int) -> int:
    return int(os.environ.get(name, otherwise))
