"""Parts of a tensor."""

from __future__ import annotations

from torch import Tensor, nn


class Slice(nn.Module):
    """x[start:stop:step] along one dimension."""

    def __init__(
        self, start: int | None = None, stop: int | None = None, step: int = 1, dim: int = 1
    ) -> None:
        super().__init__()
        self.start = start
        self.stop = stop
        self.step = step
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        kept = slice(self.start, self.stop, self.step)
        return input[(slice(None),) * (self.dim % input.ndim) + (kept,)]

    def extra_repr(self) -> str:
        return f"start={self.start}, stop={self.stop}, step={self.step}, dim={self.dim}"


class Pick(nn.Module):
    """The listed places along one dimension, in the list's order."""

    def __init__(self, indices: tuple[int, ...], dim: int = 1) -> None:
        super().__init__()
        self.indices = tuple(indices)
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return input[(slice(None),) * (self.dim % input.ndim) + (list(self.indices),)]

    def extra_repr(self) -> str:
        return f"indices={self.indices}, dim={self.dim}"
