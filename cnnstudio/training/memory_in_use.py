"""How much of the device's memory a run has needed."""

from __future__ import annotations

from pathlib import Path

import psutil
import torch

# Where a container says how much it may have.
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")


class MemoryInUse:
    """On an accelerator the most that tensors took at once, else what this process takes."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._process = psutil.Process()
        self._total = _total(device)

    def facts(self) -> dict[str, int]:
        """`memory_bytes` of `memory_total_bytes`."""
        return {"memory_bytes": self._used(), "memory_total_bytes": self._total}

    def _used(self) -> int:
        if self._device.type == "cuda":
            return torch.cuda.max_memory_allocated(self._device)
        if self._device.type == "mps":
            return torch.mps.driver_allocated_memory()
        return int(self._process.memory_info().rss)


def _total(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.get_device_properties(device).total_memory
    if device.type == "mps":
        return torch.mps.recommended_max_memory()
    total = int(psutil.virtual_memory().total)
    try:
        return min(total, int(CONTAINER_LIMIT.read_text()))
    except (OSError, ValueError):  # not in a container, or one without a limit
        return total
