"""What a check is given: one image and its heat, and how to make heat again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from cnnstudio.interpret.explanations.scores import class_scores
from cnnstudio.interpret.predict import as_probabilities

BATCH = 16


@dataclass(frozen=True)
class Judged:
    """`image` (1, C, H, W), `heat` (H, W); `target` a class of `output` (None: the only one).

    `again(model, images)` makes heat (N, H, W) of the same class by the same method at the same
    layer. `twin` is the same network, trained on labels dealt out anew; None if there is none.
    `truth` is where the object is, bool (H, W), None if that is not known; `cell` how many
    pixels a position of the layer stands for, 1 without a layer. `tell` takes the share of the
    check that is done, and may raise to end it.
    """

    model: nn.Module
    image: Tensor
    heat: Tensor
    target: int
    output: str | None
    again: Callable[[nn.Module, Tensor], Tensor]
    tell: Callable[[float], None]
    truth: np.ndarray | None = None
    twin: nn.Module | None = None
    cell: float = 1.0

    @torch.no_grad()
    def scores(self, images: Tensor) -> Tensor:
        """(N, classes) of changed images."""
        return torch.cat(
            [class_scores(self.model(part.clone()), self.output) for part in images.split(BATCH)]
        )

    def chances(self, images: Tensor) -> Tensor:
        """(N,): the class's probability."""
        return as_probabilities(self.scores(images))[:, self.target]
