"""MixUp and CutMix: images of a batch mixed with each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from cnnstudio.data.augmentation.chosen import Chosen, chosen_steps
from cnnstudio.data.augmentation.construction import make_transform
from cnnstudio.data.augmentation.drawing import Drawing
from cnnstudio.data.derivation import derived_seed
from cnnstudio.graph import AugmentationStep
from cnnstudio.training.mixed_labels import MixedLabels, Truth


@dataclass(frozen=True)
class Mixing:
    """Mixes batches; `seed` is the training's. What happens follows from (seed, step)."""

    steps: tuple[tuple[Chosen, Any], ...]
    seed: int

    def __call__(self, step: int, images: Tensor, labels: Tensor) -> tuple[Tensor, Truth]:
        """A batch (N, C, H, W), mixed by the first of the steps that is drawn, if one is."""
        with Drawing() as drawing:
            for chosen, transform in self.steps:
                drawing.seed(derived_seed(self.seed, "mix", step, chosen.place))
                if chosen.probability < 1 and torch.rand(1) >= chosen.probability:
                    continue
                drawn = transform.make_params([images])
                break
            else:
                return images, labels
        facts = {"labels": labels, "batch_size": len(images)}
        share = drawn["lam_adjusted"] if "lam_adjusted" in drawn else drawn["lam"]
        mixed = transform.transform(images, facts | drawn)
        return mixed, MixedLabels(labels, labels.roll(1), float(share))


def mixing(steps: Sequence[AugmentationStep], seed: int) -> Mixing | None:
    """The steps that mix batches; None if there are none.

    Raises DataError for one that is unknown or wrongly set.
    """
    mixers = [chosen for chosen in chosen_steps(steps) if chosen.declared.of_batches]
    made = tuple((chosen, make_transform(chosen)) for chosen in mixers)
    return Mixing(made, seed) if made else None
