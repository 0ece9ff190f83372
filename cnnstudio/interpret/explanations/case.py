"""What an explanation method is given: a network, images, the scores in question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from torch import Tensor, nn

from cnnstudio.interpret.explanations.at_layer import AtLayer
from cnnstudio.interpret.explanations.scores import Scores, class_scores

# Told a share in 0…1 or None, and a text. It may raise, to end the work.
Progress = Callable[[float | None, str], None]


class Passes:
    """Counts the images that went through the network, and tells how far that is."""

    def __init__(self, progress: Progress | None = None) -> None:
        self._progress = progress
        self._expected = 0
        self._done = 0

    def expect(self, images: int) -> None:
        """So many are to come."""
        self._expected, self._done = images, 0

    def count(self, images: int) -> None:
        self._done += images
        if self._progress is not None and self._expected:
            share = min(1.0, self._done / self._expected)
            self._progress(share, f"{min(self._done, self._expected)} of {self._expected} passes")


@dataclass(frozen=True)
class Case:
    """`images` (N, C, H, W) without gradients; `model` evaluates. `seen` is what the chosen layer
    gave for them; None for a method that uses none."""

    model: nn.Module
    images: Tensor
    scores: Scores
    seen: AtLayer | None = None
    passes: Passes = field(default_factory=Passes)

    @property
    def at_layer(self) -> AtLayer:
        """`seen`, for a method that uses a layer."""
        assert self.seen is not None, "the method is declared without a layer"
        return self.seen

    def score(self, images: Tensor) -> Tensor:
        """(N, classes). Images are copied: a first layer may work in place."""
        self.passes.count(len(images))
        return class_scores(self.model(images.clone()), self.scores.output)

    def at_once(self, largest: int = 16) -> int:
        """How many changed copies of all images to send through the network together."""
        return max(1, largest // len(self.images))
