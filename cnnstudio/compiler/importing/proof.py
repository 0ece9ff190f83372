"""Whether an imported network computes what the original does: both are run on the same input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

PROOF_BATCH = 2
# Relative to the largest value of the output. float32 carries about seven digits, of which sums
# in another order lose two.
ROUNDING = 1e-5


@dataclass(frozen=True)
class Proof:
    """How far the import's output is from the original's, for one batch of random input.

    `difference` is the largest of any value, `largest` the output's largest value.
    """

    difference: float
    largest: float

    @property
    def exact(self) -> bool:
        """Whether both gave the same bits."""
        return self.difference == 0.0

    @property
    def holds(self) -> bool:
        """Whether they differ by no more than rounding."""
        return self.difference <= ROUNDING * max(self.largest, 1.0)

    def __str__(self) -> str:
        if self.exact:
            return "equal to the original, bit for bit"
        return f"largest difference to the original {self.difference:.3g}"


def sample_inputs(shapes: Sequence[tuple[int, ...]], seed: int = 0) -> list[Tensor]:
    """Random images, the same for the same seed."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn((PROOF_BATCH, *shape), generator=generator) for shape in shapes]


def compare(wanted: Sequence[Tensor], given: Sequence[Tensor]) -> Proof:
    """The largest difference between two networks' outputs; infinite if shapes differ."""
    difference, largest = 0.0, 0.0
    for one, other in zip(wanted, given, strict=True):
        if one.shape != other.shape:
            return Proof(float("inf"), largest)
        if not torch.equal(torch.isnan(one), torch.isnan(other)):
            return Proof(float("inf"), largest)
        one, other = torch.nan_to_num(one.double()), torch.nan_to_num(other.double())
        difference = max(difference, float((one - other).abs().max()))
        largest = max(largest, float(one.abs().max()))
    return Proof(difference, largest)


def outputs_of(result: Any) -> list[Tensor]:
    """The tensors of a network's result, in order."""
    if isinstance(result, Tensor):
        return [result]
    if isinstance(result, Mapping):
        return [part for part in result.values() if isinstance(part, Tensor)]
    if isinstance(result, tuple | list):
        return [part for part in result if isinstance(part, Tensor)]
    return [part for part in vars(result).values() if isinstance(part, Tensor)]


def run(module: nn.Module, inputs: Sequence[Tensor]) -> list[Tensor]:
    """The module's outputs in evaluation mode; its mode stays as it was."""
    was_training = {part: part.training for part in module.modules()}
    module.eval()
    try:
        with torch.no_grad():
            return outputs_of(module(*inputs))
    finally:
        for part, training in was_training.items():
            part.training = training
