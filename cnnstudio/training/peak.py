"""The most memory that this process held."""

from __future__ import annotations

import sys

import psutil
import torch

from cnnstudio.data.room import available_memory


def peak_memory(device: torch.device) -> int:
    """Bytes at the most: of the device where it has its own memory, else of the process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_reserved(device)
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def free_memory(device: torch.device) -> int:
    """Bytes that may still be taken there."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return available_memory()
