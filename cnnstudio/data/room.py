"""How much memory this process may still take."""

from __future__ import annotations

from pathlib import Path

import psutil

CONTROL_GROUP = Path("/sys/fs/cgroup")


def available_memory(control_group: Path = CONTROL_GROUP) -> int:
    """Bytes that can be had without swapping, within the limits of a container."""
    free: int = psutil.virtual_memory().available
    return min(free, *_left_in(control_group), free)


def _left_in(folder: Path) -> list[int]:
    """What a control group has left, in version 2 and 1; nothing where there is no limit."""
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        try:
            left = int((folder / limit).read_text()) - int((folder / used).read_text())
        except (OSError, ValueError):  # no such file, or "max"
            continue
        return [max(left, 0)]
    return []
