"""Tensors of which each process holds a share, as whole ones and back."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor


def whole(tensor: Tensor) -> Tensor:
    """All of a tensor. Of a shared one the processes have to ask together."""
    return tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor


def shared_as(tensor: Tensor, own: Tensor | None) -> Tensor:
    """A whole tensor, shared out as `own` is, if that is shared and of this shape."""
    if not hasattr(own, "full_tensor"):
        return tensor
    from torch.distributed.tensor import DTensor, distribute_tensor  # a part of a second

    if not isinstance(own, DTensor) or own.shape != tensor.shape:
        return tensor
    return distribute_tensor(tensor.to(own.device), own.device_mesh, own.placements)


def all_shared_as(tensors: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Each as the one of its name."""
    return {name: shared_as(tensor, own.get(name)) for name, tensor in tensors.items()}
