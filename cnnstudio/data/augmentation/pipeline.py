"""The augmentation of single images: what an epoch of the training sees of them.

What happens to an image in a step follows from (seed, epoch, the image's index among the training
images, the step's place), whatever process it happens in and whatever was done before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torchvision.transforms.v2 import functional as F
from torchvision.tv_tensors import BoundingBoxes, BoundingBoxFormat, Mask

from cnnstudio.data.augmentation.chosen import chosen_steps
from cnnstudio.data.augmentation.construction import Size, make_transform
from cnnstudio.data.augmentation.drawing import Drawing
from cnnstudio.data.augmentation.transforms import Resize
from cnnstudio.data.derivation import derived_seed
from cnnstudio.data.samples import Change
from cnnstudio.data.truth import truth_of
from cnnstudio.graph import AugmentationStep

# Small images are changed together, which saves calls; more than fits into a cache is slower so.
BYTES_AT_ONCE = 2**17


@dataclass(frozen=True)
class Step:
    """A transform, and how it is applied. `always` without a draw that decides it."""

    place: int
    transform: Any
    probability: float
    always: bool
    geometric: bool
    alike: bool

    def draw(self, image: Tensor) -> dict[str, Any] | None:
        """What is to be done to an image (C, H, W); None to leave it. To be called in a Drawing."""
        if not self.always and torch.rand(1) >= self.probability:
            return None
        drawn: dict[str, Any] = self.transform.make_params([image])
        return drawn

    def apply(self, image: Any, drawn: dict[str, Any]) -> Any:
        return self.transform.transform(image, drawn)

    def apply_to_many(self, images: Tensor, drawn: Sequence[dict[str, Any]]) -> Iterable[Tensor]:
        """To images of one size (N, C, H, W), to the same bits: at once, where that can be."""
        if self.alike:
            at_once: Tensor = self.apply(images, drawn[0])
            return at_once
        if hasattr(self.transform, "many"):
            together: Tensor = self.transform.many(images, drawn)
            return together
        return [self.apply(image, one) for image, one in zip(images, drawn, strict=True)]


@dataclass(frozen=True)
class Pipeline:
    """Steps for images that come in one size, `source`, and leave in the input's, `size`; `seed` is
    the training's."""

    steps: tuple[Step, ...]
    size: Size
    seed: int
    source: Size

    def change(self, epoch: int) -> Change:
        """What an epoch, from 0, makes of samples' images."""
        return partial(self.rows, epoch)

    def rows(self, epoch: int, images: np.ndarray, indices: np.ndarray) -> np.ndarray:
        """Images uint8 (N, C, *source) of these training samples as the epoch sees them, uint8
        (N, C, *size)."""
        rows: list[Tensor] = list(torch.from_numpy(np.ascontiguousarray(images)))
        for step in self.steps:
            with Drawing() as drawing:
                drawn: dict[int, dict[str, Any]] = {}
                for row, index in enumerate(indices):
                    drawing.seed(self._seed(step, epoch, int(index)))
                    found = step.draw(rows[row])
                    if found is not None:
                        drawn[row] = found
            _apply(step, rows, drawn)
        return torch.stack([self._fitted(row) for row in rows]).numpy() if rows else images

    def sample(
        self, epoch: int, image: np.ndarray, index: int, truth: dict[str, Any]
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """One image, uint8 (C, *source), and what is known of it (box, mask) as `rows` makes it:
        the object's place afterwards."""
        seen = torch.from_numpy(np.ascontiguousarray(image))
        known = _follower(truth, self.source)
        for step in self.steps:
            with Drawing() as drawing:
                drawing.seed(self._seed(step, epoch, index))
                drawn = step.draw(seen)
            if drawn is not None:
                seen = step.apply(seen, drawn)
                if step.geometric:
                    known = [step.apply(one, drawn) for one in known]
        return self._fitted(seen).numpy(), _truth([self._fitted(one) for one in known])

    def _seed(self, step: Step, epoch: int, index: int) -> int:
        return derived_seed(self.seed, "augment", epoch, index, step.place)

    def _fitted(self, image: Any) -> Any:
        """An image, a mask or a box at the input's size again."""
        size = image.canvas_size if isinstance(image, BoundingBoxes) else image.shape[-2:]
        if tuple(size) == self.size:
            return image
        return F.resize(image, list(self.size), antialias=True)


def pipeline(steps: Sequence[AugmentationStep], size: Size, seed: int) -> Pipeline | None:
    """The steps that change single images for an input of this size; None if there are none.

    Where the first is a Resize of all images, they come in that size: made of what is stored, and
    not of what was brought to the input's size before. Raises DataError for one that is unknown or
    wrongly set.
    """
    made = [
        Step(
            place=chosen.place,
            transform=make_transform(chosen, size),
            probability=chosen.probability,
            # As torchvision's: those that decide by themselves draw even where it is certain.
            always=chosen.probability >= 1.0 and not chosen.declared.decides,
            geometric=chosen.declared.geometric,
            alike=chosen.declared.alike,
        )
        for chosen in chosen_steps(steps)
        if not chosen.declared.of_batches
    ]
    source = size
    if made and isinstance(made[0].transform, Resize) and made[0].always:
        height, width = made.pop(0).transform.size
        source = height, width
    return Pipeline(tuple(made), size, seed, source) if made or source != size else None


def _apply(step: Step, rows: list[Tensor], drawn: dict[int, dict[str, Any]]) -> None:
    """Does to images, by row, what was drawn for them: those of one size together."""
    by_shape: dict[torch.Size, list[int]] = {}
    for row in drawn:
        by_shape.setdefault(rows[row].shape, []).append(row)
    for shape, chosen in by_shape.items():
        count = max(1, BYTES_AT_ONCE // shape.numel())
        for first in range(0, len(chosen), count):
            part = chosen[first : first + count]
            if len(part) == 1:
                rows[part[0]] = step.apply(rows[part[0]], drawn[part[0]])
                continue
            images = torch.stack([rows[row] for row in part])
            changed = step.apply_to_many(images, [drawn[row] for row in part])
            for row, image in zip(part, changed, strict=True):
                rows[row] = image


def _follower(truth: dict[str, Any], size: Size) -> list[Any]:
    """Mask or box of a fitted image, as a tensor that follows the geometry; empty without."""
    if truth.get("mask") is not None:
        return [Mask(torch.from_numpy(np.ascontiguousarray(truth["mask"], np.uint8)))]
    if truth.get("box") is not None:
        box = torch.tensor([truth["box"]], dtype=torch.float32)
        return [BoundingBoxes(box, format=BoundingBoxFormat.XYXY, canvas_size=size)]
    return []


def _truth(known: list[Any]) -> dict[str, Any]:
    """The box is the smallest around the mask where there is one: tighter than a turned box's."""
    for one in known:
        if isinstance(one, BoundingBoxes):
            return {"box": one[0].tolist()}
        return truth_of(one.numpy().astype(bool))
    return {}
