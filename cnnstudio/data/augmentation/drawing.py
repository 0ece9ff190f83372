"""Random numbers of torchvision's transforms from a generator of our own.

The transforms draw from torch's global generator, which the training uses meanwhile on another
thread. A mode of torch's, which holds for one thread alone, hands them another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

DRAWING_FUNCTIONS = {
    torch.rand,
    torch.randint,
    torch.randn,
    torch.randperm,
    torch.multinomial,
    torch._sample_dirichlet,
    torch.Tensor.uniform_,
    torch.Tensor.normal_,
}


class Drawing(TorchFunctionMode):
    """Within it, on this thread, random functions on the CPU draw what they would draw from the
    global generator after `torch.manual_seed` with the seed given to `seed`."""

    def __init__(self) -> None:
        super().__init__()
        self._generator = torch.Generator()

    def seed(self, seed: int) -> None:
        self._generator.manual_seed(seed)

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if func in DRAWING_FUNCTIONS:
            return func(*args, **(kwargs or {}), generator=self._generator)
        return func(*args, **(kwargs or {}))
