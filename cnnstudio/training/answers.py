"""What a network answers, as a list: one tensor of class scores for each of its outputs."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor


def answers(result: Tensor | Mapping[str, Tensor]) -> list[Tensor]:
    """The outputs in the network's order: the first is the answer, further ones help in training.

    Each is (N, classes).
    """
    return list(result.values()) if isinstance(result, Mapping) else [result]
