"""Questions about datasets: their classes and their images."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from cnnstudio.data.load import Images, arrange, read
from cnnstudio.data.samples import Splits
from cnnstudio.data.watch import Watch
from cnnstudio.graph import DataError, DataSettings
from cnnstudio.interpret.figures.pictures import square
from cnnstudio.interpret.subject import PARTS, samples_of
from cnnstudio.kernel.arguments import settings_from
from cnnstudio.kernel.memory import Memory

Progress = Callable[[float | None, str], None]

_images: Memory[Images] = Memory(limit=3)
_datasets: Memory[Splits] = Memory(limit=3)


def splits_of(
    settings: DataSettings, input_shape: tuple[int, ...], progress: Progress | None = None
) -> Splits:
    """The dataset, loaded once for all lanes. Raises DataError if it can't be had.

    Another split, or another correction, reads no images again.
    """
    watch, shape = Watch(progress), tuple(input_shape)

    def make() -> Splits:
        images = _images.get(_files(settings, shape), lambda: read(settings, shape, watch))
        return arrange(images, settings, watch)

    return _datasets.get(_key(settings, shape), make)


def dataset(
    settings: dict[str, Any],
    input_shape: list[int],
    refresh: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Classes, number of images by split and class, statistics, what was left out.

    {"classes", "counts": {split: [images of each class]}, "sizes": {split: images}; left_out and
    relabelled are told as further splits; "mean",
    "std" (by channel), "problems", "generated"}. `refresh` reads the files again.
    """
    chosen, shape = settings_from(settings), tuple(input_shape)
    if refresh:
        _datasets.forget(_key(chosen, shape))
        _images.forget(_files(chosen, shape))
    splits = splits_of(chosen, shape, progress)
    parts = {split: samples_of(splits, split) for split in PARTS}
    return {
        "classes": list(splits.classes),
        "counts": {
            split: np.bincount(part.labels, minlength=len(splits.classes)).tolist()
            for split, part in parts.items()
        },
        "sizes": {split: len(part) for split, part in parts.items()},
        "mean": [float(value) for value in splits.mean],
        "std": [float(value) for value in splits.std],
        "problems": list(splits.problems),
        "generated": bool(splits.generated),
    }


def samples(
    settings: dict[str, Any],
    input_shape: list[int],
    split: str = "train",
    start: int = 0,
    count: int = 64,
    size: int = 96,
    label: int | None = None,
    indexes: list[int] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Some images of a split, as stored, fitted into squares of `size` pixels.

    Those of class `label` only, if that is given; those of `indexes` (in the split), in that order,
    if these are. {"images": uint8 (N, size, size, 3), "labels", "given" (the labels without the
    settings' corrections), "names", "keys", "indexes", "total"}; fewer at the end.
    """
    part = samples_of(splits_of(settings_from(settings), tuple(input_shape), progress), split)
    if indexes is not None:
        listed: Sequence[int] = _there(indexes, len(part), split)
    elif label is not None:
        listed = np.flatnonzero(part.labels == label).tolist()
    else:
        listed = range(len(part))
    chosen = list(listed[max(start, 0) : max(start, 0) + count])
    images = np.zeros((len(chosen), size, size, 3), np.uint8)
    for row, index in enumerate(chosen):
        images[row] = square(part.image(index), size)
    return {
        "images": images,
        "labels": [int(part.labels[index]) for index in chosen],
        "given": [int(part.given[index]) for index in chosen],
        "names": [part.name(index) for index in chosen],
        "keys": [part.key(index) for index in chosen],
        "indexes": chosen,
        "total": len(listed),
    }


def sample(
    settings: dict[str, Any], input_shape: list[int], split: str, index: int
) -> dict[str, Any]:
    """One image as stored: {"image": uint8 (H, W, 3), "label", "name", "truth"}."""
    splits = splits_of(settings_from(settings), tuple(input_shape))
    part = samples_of(splits, split)
    if not 0 <= index < len(part):
        raise DataError(f"There is no {split} image {index}: there are {len(part)}.")
    image = part.image(index)
    return {
        "image": image if image.shape[2] == 3 else np.repeat(image[:, :, :1], 3, axis=2),
        "label": int(part.labels[index]),
        "class": splits.classes[int(part.labels[index])],
        "name": part.name(index),
        "truth": part.truth(index),
    }


def _there(indexes: list[int], count: int, split: str) -> list[int]:
    """The indexes; DataError if the split has become smaller since they were written down."""
    if indexes and not 0 <= min(indexes) <= max(indexes) < count:
        raise DataError(
            f"There is no {split} image {max(indexes)}: there are {count}.",
            "The images are others than when this was tested; evaluate the run again.",
        )
    return indexes


def augmented(
    settings: dict[str, Any],
    input_shape: list[int],
    seed: int = 0,
    first: int = 0,
    epochs: int = 4,
    count: int = 8,
    size: int = 96,
    label: int | None = None,
) -> dict[str, Any]:
    """Some training images, and what epochs from `first` on (from 0) see of them.

    {"images": uint8 (1 + epochs, N, size, size, 3), the originals first, "masks": uint8
    (1 + epochs, N, size, size) of what is known to be in them, or None, "captions": [[class]],
    "names", "labels", "indexes"}. Those of class `label` only, if that is given.
    """
    # Here, since it loads torchvision, which takes seconds.
    from cnnstudio.training.augmented import augmented as augmented_samples
    from cnnstudio.training.augmented import some_of_each

    chosen = settings_from(settings)
    splits = splits_of(chosen, tuple(input_shape))
    found = augmented_samples(
        splits, chosen.augmentation, seed, some_of_each(splits, count, label),
        range(first, first + epochs),
    )  # fmt: skip
    columns = [found.originals, *found.images]
    masks = [[truth.get("mask") for truth in truths] for truths in found.truths]
    known = any(mask is not None for row in masks for mask in row)
    drawn = [[_mask(mask, size) for mask in row] for row in masks]
    return {
        "images": np.stack([[square(image, size) for image in column] for column in columns]),
        "masks": np.stack(drawn) if known else None,
        "captions": found.captions,
        "names": found.names,
        "labels": found.labels,
        "indexes": found.indices,
    }


def _mask(mask: np.ndarray | None, size: int) -> np.ndarray:
    """A mask bool (H, W) as `square` places its image: uint8 (size, size), 1 inside."""
    if mask is None:
        return np.zeros((size, size), np.uint8)
    levels = np.where(mask, np.uint8(255), np.uint8(0))[..., None]
    return (square(levels, size)[..., 0] > 127).astype(np.uint8)


def _files(settings: DataSettings, input_shape: tuple[int, ...]) -> Hashable:
    """What decides which images are read."""
    chosen = settings.model_dump(mode="json", include={"dataset", "options", "resize"})
    return json.dumps(chosen, sort_keys=True), input_shape


def _key(settings: DataSettings, input_shape: tuple[int, ...]) -> Hashable:
    told = settings.unaugmented.model_dump(mode="json")
    return json.dumps(told, sort_keys=True), input_shape
