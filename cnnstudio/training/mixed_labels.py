"""Which classes a batch's images are of, where each may be of two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class MixedLabels:
    """Of mixed images a `share` of each is of class `labels` (N), the rest of `others`."""

    labels: Tensor
    others: Tensor
    share: float

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def main(self) -> Tensor:
        """The class that most of each image is of, (N): what counts as the right answer."""
        return self.labels if self.share >= 0.5 else self.others

    def loss(self, criterion: Callable[[Tensor, Tensor], Tensor], scores: Tensor) -> Tensor:
        """The losses against both classes in the shares of the mixture, as in
        https://arxiv.org/abs/1710.09412."""
        ours, theirs = criterion(scores, self.labels), criterion(scores, self.others)
        return self.share * ours + (1 - self.share) * theirs


Truth = Tensor | MixedLabels  # labels (N) int64, or those of mixed images
