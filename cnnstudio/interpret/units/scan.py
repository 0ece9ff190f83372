"""What each unit of a layer answers to many samples: its means, its favourite class, and the
samples that excite it most. One scan tells of all units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from cnnstudio.data.samples import Samples
from cnnstudio.graph.errors import DataError, ExplanationError
from cnnstudio.interpret.capture import require_names, value_at
from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.images import as_batch, evaluating
from cnnstudio.interpret.samples.features import spread
from cnnstudio.interpret.subject import Subject, samples_of

AT_ONCE = 32
KEPT = 16


@dataclass(frozen=True)
class Scan:
    """Of the units (C) of a layer, over n samples of a split.

    `means` (C,) are over samples and positions. `class_means` (classes, C) are those of each
    class's samples with values below 0 taken as 0, NaN for a class without samples. Of the k
    samples that excite each unit most, best first: `top_samples` (C, k), indexes in the split;
    `top_values` (C, k); `top_positions` (C, k, directions), where in the map.
    """

    layer: str
    split: str
    samples: int
    means: np.ndarray
    class_means: np.ndarray
    top_samples: np.ndarray
    top_values: np.ndarray
    top_positions: np.ndarray

    @property
    def selectivity(self) -> np.ndarray:
        """(C,) in 0…1: (µ_max − µ_rest) / (µ_max + µ_rest) of the class that excites a unit most
        and of all others' mean; 0 for a unit that never answers. Morcos, Barrett, Rabinowitz and
        Botvinick, 2018: On the importance of single directions for generalization.
        """
        known = self.class_means[~np.isnan(self.class_means).all(axis=1)]
        if len(known) < 2:
            return np.zeros(known.shape[1], np.float32)
        best = known.max(axis=0)
        rest = (known.sum(axis=0) - best) / (len(known) - 1)
        total = best + rest
        return np.divide(best - rest, total, out=np.zeros_like(total), where=total > 0).astype(
            np.float32
        )

    @property
    def favourites(self) -> np.ndarray:
        """(C,) the class whose samples excite each unit most."""
        return np.nan_to_num(self.class_means, nan=-1.0).argmax(axis=0)


def scan(
    subject: Subject,
    layer: str,
    split: str = "test",
    samples: int = 1000,
    progress: Progress | None = None,
) -> Scan:
    """Runs `samples` of a split, evenly spread over it, as far as `layer`.

    Raises ExplanationError for a layer that isn't there, DataError for an empty split.
    """
    part = samples_of(subject.splits, split)
    if not len(part):
        raise DataError(f"The {split} split has no images.", "Choose another split.")
    node = subject.node(layer)
    require_names(subject.model, [node])
    chosen = spread(len(part), samples)
    gathering = _Gathering(len(subject.splits.classes))
    with evaluating(subject.model):
        for first in range(0, len(chosen), AT_ONCE):
            indexes = chosen[first : first + AT_ONCE]
            images = as_batch(torch.from_numpy(part.batch(indexes)), subject.model)
            gathering.take(value_at(subject.model, images, node), indexes, part)
            if progress is not None:
                done = first + len(indexes)
                progress(done / len(chosen), f"{done:,} of {len(chosen):,} images")
    return gathering.result(layer, split)


class _Gathering:
    """Adds up, and keeps the best, batch by batch."""

    def __init__(self, classes: int) -> None:
        self._classes = classes
        self._count = 0
        self._sums = self._class_sums = torch.zeros(0)
        self._of_class = torch.zeros(classes, dtype=torch.float64)
        self._best: tuple[Tensor, Tensor, Tensor] | None = None
        self._places: tuple[int, ...] = ()

    def take(self, value: Tensor, indexes: np.ndarray, part: Samples) -> None:
        """`value` is (N, C, …) for the samples `indexes` of `part`."""
        if value.ndim < 2 or not value.is_floating_point():
            raise ExplanationError(
                "The layer gives no units to compare.", "Choose one that gives maps or a vector."
            )
        self._places = tuple(value.shape[2:])
        flat = value.detach().float().flatten(2) if value.ndim > 2 else value.float()[..., None]
        if not self._count:
            units = flat.shape[1]
            self._sums = torch.zeros(units, dtype=torch.float64)
            self._class_sums = torch.zeros(self._classes, units, dtype=torch.float64)
        self._count += len(flat)
        self._sums += flat.double().mean(2).sum(0)
        labels = torch.from_numpy(part.labels[indexes])
        self._class_sums.index_add_(0, labels, flat.clamp(min=0).double().mean(2))
        self._of_class += torch.bincount(labels, minlength=self._classes)
        peaks, places = torch.nan_to_num(flat, nan=float("-inf")).max(2)  # (N, C)
        self._keep(peaks.T, places.T, torch.from_numpy(indexes)[None].expand(flat.shape[1], -1))

    def _keep(self, values: Tensor, places: Tensor, samples: Tensor) -> None:
        if self._best is not None:
            both = zip(self._best, (values, places, samples), strict=True)
            values, places, samples = (torch.cat(pair, 1) for pair in both)
        # Stable, so that of equal samples the first is kept, whatever the batches.
        order = values.argsort(dim=1, descending=True, stable=True)[:, :KEPT]
        self._best = values.gather(1, order), places.gather(1, order), samples.gather(1, order)

    def result(self, layer: str, split: str) -> Scan:
        assert self._best is not None, "there was a batch"
        values, places, samples = (one.numpy() for one in self._best)
        positions = np.stack(np.unravel_index(places, self._places), -1) if self._places else (
            np.zeros((*places.shape, 0), np.int64)
        )  # fmt: skip
        seen = self._of_class[:, None]
        by_class = torch.where(seen > 0, self._class_sums / seen.clamp(min=1), float("nan"))
        return Scan(
            layer, split, self._count,
            (self._sums / self._count).float().numpy(), by_class.float().numpy(),
            samples, values, positions,
        )  # fmt: skip
