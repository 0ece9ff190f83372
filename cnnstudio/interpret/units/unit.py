"""One unit of a layer, and all that is to be known of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.capture import require_names, value_at
from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.images import as_batch, evaluating
from cnnstudio.interpret.subject import Picture, Reference, Subject, subject_of
from cnnstudio.interpret.units.ablation import AblatedSplit, Ablation, ablation, ablation_of_split
from cnnstudio.interpret.units.importance import importance
from cnnstudio.interpret.units.kernels import Kernel, kernel_of
from cnnstudio.interpret.units.receptive import Box, Fields, receptive_fields
from cnnstudio.interpret.units.scan import Scan, scan

FILLS = ("zero", "mean")


@dataclass(frozen=True)
class Example:
    """A sample that excites a unit: how much, where in the unit's map, and the part of the image
    (at the input's size) that is seen from there."""

    picture: Picture
    split: str
    index: int
    value: float
    position: tuple[int, ...]
    box: Box

    @property
    def patch(self) -> np.ndarray:
        """The exciting part of the image, uint8 (h, w, 3)."""
        return self.box.cut(self.picture.image)


@dataclass(frozen=True)
class Unit:
    """The unit `number` (a channel of maps, or one value of a vector) of a layer, from 0."""

    subject: Subject
    layer: str
    number: int
    _scans: dict[tuple[str, int], Scan] = field(default_factory=dict, repr=False, compare=False)

    @property
    def kernel(self) -> Kernel | None:
        """The weights that make it; None where no convolution or linear layer makes it alone."""
        return kernel_of(self.subject.model, self.node, self.number)

    @property
    def node(self) -> str:
        """The layer's name in the model."""
        return self.subject.node(self.layer)

    def field(self, position: tuple[int, ...] | None = None) -> Box:
        """What it sees of the image at a position of its map; in the middle of it if None."""
        fields = self._fields()
        places = fields.low.shape[1:-1]
        if position is None:
            position = tuple(size // 2 for size in places)
        return fields.box(self.number, position)

    def map(self, image: Reference) -> np.ndarray:
        """What it gives for an image: float32 (h, w), or () of a vector."""
        batch = as_batch(self.subject.images(image), self.subject.model)
        with evaluating(self.subject.model):
            value = value_at(self.subject.model, batch, self.node)
        return value[0, self.number].float().cpu().numpy()

    def scan(
        self, split: str = "test", samples: int = 1000, progress: Progress | None = None
    ) -> Scan:
        """What its layer answers to samples of a split. Remembered."""
        key = split, samples
        if key not in self._scans:
            self._scans[key] = scan(self.subject, self.layer, split, samples, progress)
        return self._scans[key]

    def top(
        self,
        split: str = "test",
        samples: int = 1000,
        count: int = 9,
        progress: Progress | None = None,
    ) -> list[Example]:
        """Of `samples` of a split, the `count` (at most 16) that excite it most, best first."""
        return top_of(self.subject, self.scan(split, samples, progress), self.number, count)

    def importance(self, image: Reference, target: int | None = None) -> float:
        """How much of the score of class `target` (the predicted one) would go without it, to
        first order. See `importance`."""
        batch = torch.from_numpy(self.subject.images(image))
        found = importance(self.subject.model, batch, self.node, target)
        return float(found.values[0, self.number])

    def ablate(self, *images: Reference, fill: str = "zero") -> Ablation:
        """What the network says of images with the unit set to 0, or its mean over the test split,
        at all positions."""
        return ablation(
            self.subject.model, self.subject.images(*images), {self.node: [self.number]},
            self._means(fill, 1000),
        )  # fmt: skip

    def ablate_split(
        self,
        split: str = "test",
        samples: int = 1000,
        fill: str = "zero",
        progress: Progress | None = None,
    ) -> AblatedSplit:
        """How many samples of a split are classified correctly, with the unit and without."""
        return ablation_of_split(
            self.subject, {self.node: [self.number]}, split, samples, self._means(fill, samples),
            progress,
        )  # fmt: skip

    def _means(self, fill: str, samples: int) -> dict[str, np.ndarray] | None:
        if fill not in FILLS:
            raise ExplanationError(
                f"A unit can't be set to '{fill}'.", f"Choose one of: {', '.join(FILLS)}."
            )
        return {self.node: self.scan("test", samples).means} if fill == "mean" else None

    def _fields(self) -> Fields:
        return receptive_fields(self.subject.model, self.subject.input_shape, self.node)


def unit(run: Subject | Path | str, layer: str, number: int) -> Unit:
    """The unit `number` of a layer, of what `open_run` opened or of a run's folder.

    It has `.map("test:0")` (h, w), `.field()` (the part of the image that it sees), `.kernel`
    (`.weights` (channels, h, w) and `.bias`, or None), `.scan()` (of the whole layer: `.means` and
    `.selectivity` (units,)), `.top()`, `.importance("test:0")`, `.ablate("test:0")` and
    `.ablate_split()`.

    Raises ExplanationError for a layer or unit that isn't there.
    """
    subject = subject_of(run, "cs.unit")
    node = subject.node(layer)
    require_names(subject.model, [node])
    one = as_batch(torch.zeros(1, *subject.input_shape), subject.model)
    with evaluating(subject.model):
        value = value_at(subject.model, one, node)
    if value.ndim < 2:
        raise ExplanationError(
            f"'{layer}' has no units.", "Choose one that gives maps or a vector."
        )
    if not 0 <= number < value.shape[1]:
        raise ExplanationError(
            f"'{layer}' has no unit {number}: it has {value.shape[1]}, counted from 0."
        )
    return Unit(subject, layer, number)


def top_of(
    subject: Subject, found: Scan, number: int, count: int, fields: Fields | None = None
) -> list[Example]:
    """The samples that excite a unit most, of a scan of its layer."""
    if fields is None:
        fields = receptive_fields(subject.model, subject.input_shape, subject.node(found.layer))
    rows = zip(
        found.top_samples[number], found.top_values[number], found.top_positions[number],
        strict=True,
    )  # fmt: skip
    return [
        _example(subject, found.split, int(index), float(value), place, number, fields)
        for index, value, place in list(rows)[:count]
    ]


def _example(
    subject: Subject,
    split: str,
    index: int,
    value: float,
    place: np.ndarray,
    number: int,
    fields: Fields,
) -> Example:
    position = tuple(int(one) for one in place)
    picture = subject.picture((split, index))
    return Example(picture, split, index, value, position, fields.box(number, position))
