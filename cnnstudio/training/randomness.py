"""Randomness is derived, not consumed.

Every random choice follows from the run's seed, what it is for, and where in the run it happens.
So a run goes on to the same bits from any step, and no generator's state has to be saved.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from cnnstudio.data.derivation import derived_seed


def epoch_order(seed: int, epoch: int, count: int) -> Tensor:
    """The order in which epoch `epoch` goes through `count` samples: indices, int64."""
    generator = torch.Generator().manual_seed(derived_seed(seed, "order", epoch))
    return torch.randperm(count, generator=generator)


def seed_step(seed: int, step: int, device: torch.device, rank: int = 0) -> None:
    """Fixes what dropout and its like will draw in this step, in the process of this rank."""
    value = derived_seed(seed, "step", step, *([rank] if rank else []))
    # Not torch.manual_seed: without CUDA that queues a call, with its stack, each time.
    torch.default_generator.manual_seed(value)
    if device.type == "cuda":
        index = device.index if device.index is not None else torch.cuda.current_device()
        torch.cuda.default_generators[index].manual_seed(value)
    elif device.type == "mps":
        torch.mps.manual_seed(value)


@contextmanager
def private_randomness(device: torch.device, deterministic: bool = True) -> Iterator[None]:
    """Leaves the caller's generators and determinism settings as they were found.

    Where it needn't be deterministic, cuDNN times its algorithms and takes the fastest.
    """
    cuda = [device] if device.type == "cuda" else []
    cudnn = torch.backends.cudnn
    before = cudnn.deterministic, cudnn.benchmark
    with torch.random.fork_rng(devices=cuda):
        cudnn.deterministic, cudnn.benchmark = deterministic, not deterministic
        try:
            yield
        finally:
            cudnn.deterministic, cudnn.benchmark = before
