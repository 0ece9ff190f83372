"""Arithmetic between several tensors."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Average(nn.Module):
    """The mean of any number of tensors of one shape."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return torch.stack(inputs).mean(0)


class WeightedSum(nn.Module):
    """Σ wᵢ·xᵢ / (eps + Σ wᵢ) with learned wᵢ ≥ 0. Tan et al., EfficientDet, 2019, section 3.3."""

    def __init__(self, count: int, eps: float = 1e-4) -> None:
        super().__init__()
        self.count = count
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(count))

    def forward(self, *inputs: Tensor) -> Tensor:
        shares = nn.functional.relu(self.weight)
        total = sum(share * input for share, input in zip(shares, inputs, strict=True))
        return total / (self.eps + shares.sum())

    def extra_repr(self) -> str:
        return f"{self.count}, eps={self.eps}"


class Where(nn.Module):
    """`above` where condition > threshold, `otherwise` elsewhere."""

    def __init__(self, threshold: float = 0.0) -> None:
        super().__init__()
        self.threshold = threshold

    def forward(self, condition: Tensor, above: Tensor, otherwise: Tensor) -> Tensor:
        return torch.where(condition > self.threshold, above, otherwise)

    def extra_repr(self) -> str:
        return f"threshold={self.threshold}"


class Compare(nn.Module):
    """1 where torch's comparison of that name holds between two tensors, 0 elsewhere."""

    def __init__(self, operation: str = "gt") -> None:
        super().__init__()
        self.operation = operation

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        return getattr(torch, self.operation)(first, second).to(first.dtype)

    def extra_repr(self) -> str:
        return f"operation={self.operation!r}"


class Einsum(nn.Module):
    """torch.einsum with an equation that is fixed."""

    def __init__(self, equation: str) -> None:
        super().__init__()
        self.equation = equation

    def forward(self, *inputs: Tensor) -> Tensor:
        return torch.einsum(self.equation, *inputs)

    def extra_repr(self) -> str:
        return repr(self.equation)
