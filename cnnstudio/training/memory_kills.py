"""Whether a run ended because the memory did: Linux kills a process then, without a word."""

from __future__ import annotations

from pathlib import Path

from cnnstudio.training.alive import is_here
from cnnstudio.training.status import RunStatus

KERNEL_COUNTS = Path("/proc/vmstat")
# With so little left at its last heartbeat, a run that vanished was most likely ended for it.
HARDLY_ANY = 0.03

LESS_MEMORY = (
    "Make the batch size smaller (training.accumulate puts several batches together for a step), "
    "use mixed precision (training.precision=bf16), or a smaller network or input."
)


def memory_kills() -> int | None:
    """How many processes this machine has ended for memory since it started; None where it does
    not tell."""
    try:
        lines = KERNEL_COUNTS.read_text().splitlines()
    except OSError:
        return None
    counts = [line.split()[1] for line in lines if line.startswith("oom_kill ")]
    return int(counts[0]) if counts else None


def ended_for_memory(status: RunStatus) -> bool:
    """Whether a run whose process is gone most likely ended so."""
    if status.memory_left is not None and status.memory_left < HARDLY_ANY:
        return True
    now = memory_kills() if is_here(status) else None
    return now is not None and status.oom_kills is not None and now > status.oom_kills
