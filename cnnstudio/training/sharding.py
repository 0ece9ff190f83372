"""Weights of which each process holds a share: PyTorch's fully sharded data parallel (FSDP2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor
from torch.optim.swa_utils import AveragedModel

from cnnstudio.graph import RunError, TrainingSettings

# Layers with so many weights are gathered on their own, just before they compute; the rest at once.
LARGE = 100_000
# Its step is of a kind that shares can't take.
WHOLE_ONLY = ("Adafactor",)


def check_divisible(settings: TrainingSettings) -> None:
    """Raises RunError for settings that need whole weights."""
    if settings.optimizer.kind in WHOLE_ONLY:
        raise RunError(
            f"{settings.optimizer.kind} can't step weights of which each process holds a share.",
            "Take another optimizer, or training.parallel=ddp.",
        )
    if settings.precision == "fp16":
        raise RunError(
            "fp16 needs whole gradients, and each process holds a share.",
            "Take training.precision=bf16, or training.parallel=ddp.",
        )


def divide(model: nn.Module, device: torch.device, count: int) -> None:
    """Leaves each of `count` processes a share of each weight; the names stay."""
    mesh = init_device_mesh(device.type, (count,))
    for weight in model.parameters():  # shares are rows, which lie together only so
        weight.data = weight.data.contiguous()
    for module in list(model.modules()):
        own = sum(weight.numel() for weight in module.parameters(recurse=False))
        if module is not model and own >= LARGE:
            fully_shard(module, mesh=mesh)
    fully_shard(model, mesh=mesh)


def average_in(module: nn.Module, average: Callable[..., None]) -> AveragedModel:
    """A running average that is held in `module`, a divided copy of the model: torch can't copy a
    divided one."""

    def of_shares(
        averaged: Sequence[Tensor], current: Sequence[Tensor], count: Tensor | int
    ) -> None:
        average(_own(averaged), _own(current), count)

    found = AveragedModel(nn.Module(), multi_avg_fn=of_shares, use_buffers=True)
    found.module = module
    return found


def _own(tensors: Sequence[Tensor]) -> list[Tensor]:
    """What this process holds of each; buffers it has whole."""
    return [tensor.to_local() if isinstance(tensor, DTensor) else tensor for tensor in tensors]
