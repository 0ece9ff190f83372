"""A project's data settings as splits that a network can learn from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from cnnstudio.data.catalogue import datasets
from cnnstudio.data.corrections import corrections
from cnnstudio.data.dataset import Dataset
from cnnstudio.data.fitting import Fit, fit_for
from cnnstudio.data.samples import (
    ROWS_AT_ONCE,
    Preparation,
    Samples,
    Splits,
    fits_in_memory,
    is_small,
)
from cnnstudio.data.shuffling import shuffled
from cnnstudio.data.source import Source
from cnnstudio.data.splitting import split
from cnnstudio.data.statistics import mean_and_std
from cnnstudio.data.watch import Cancelled, Progress, Watch
from cnnstudio.graph import DataError, DataSettings, ProblemError

# Of data too large for memory the statistics are taken from this many training images.
IMAGES_FOR_STATISTICS = 512
READ_AT_ONCE = 16


def load(
    settings: DataSettings,
    input_shape: tuple[int, ...],
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    hold: bool = True,
) -> Splits:
    """The dataset, split and fitted to the network's input (C, H, W); without `hold` its images
    stay on the disk.

    The same settings and files give the same bytes. Raises DataError if the data can't be had, and
    LoadingStoppedError, which is one, as soon as `cancelled()` is true.
    """
    watch = Watch(progress, cancelled)
    return arrange(read(settings, input_shape, watch, hold), settings, watch)


@dataclass(frozen=True)
class Images:
    """All images of a dataset, read once however they are then split and corrected.

    `fitted` are those at the input's size, uint8 (N, C, height, width), where they are held in
    memory; `small` tells whether all are measured.
    """

    source: Source
    fit: Fit
    fitted: np.ndarray | None
    small: bool


def read(
    settings: DataSettings, input_shape: tuple[int, ...], watch: Watch, hold: bool = True
) -> Images:
    """The dataset's images: only its name, its options and `resize` matter."""
    fit = fit_for(input_shape, settings.resize)
    watch.tell(None, f"Looking for the images of {settings.dataset}")
    source = find(settings, watch)
    _check(source, settings.dataset)
    small = is_small(len(source.labels), fit)
    held = hold and fits_in_memory(len(source.labels), fit)
    source, fitted = source.fitted(fit, held, watch)
    _check(source, settings.dataset)
    return Images(source, fit, fitted, small)


def arrange(images: Images, settings: DataSettings, watch: Watch) -> Splits:
    """Splits, corrects and measures what was read."""
    source, fit, fitted = images.source, images.fit, images.fitted
    indices = split(source.labels, source.parts, settings.validation, settings.test, settings.seed)
    corrected = corrections(source, settings)
    # After the split: what is left out must not move the others from one split to another.
    indices = {name: corrected.kept(rows) for name, rows in indices.items()}
    _check_corrected(corrected.labels[indices["train"]], settings)
    labels = corrected.labels
    if settings.shuffled_labels:
        rows = np.concatenate([indices["train"], indices["validation"]])
        labels = shuffled(labels, rows, settings.shuffled_labels)
    # What is measured goes by the data's size alone: the same numbers on every machine.
    measured = indices["train"] if images.small else indices["train"][:IMAGES_FOR_STATISTICS]
    mean, std = mean_and_std(_parts(source, fitted, measured, fit, watch), fit.channels)
    preparation = Preparation(fit, mean, std, settings.normalize)
    indices |= {"left_out": corrected.left_out, "relabelled": corrected.kept(corrected.relabelled)}
    samples = {
        name: Samples(source, rows, preparation, fitted, labels) for name, rows in indices.items()
    }
    return Splits(
        **samples,
        classes=list(source.classes),
        problems=[*source.problems, *corrected.problems],
        generated=datasets[settings.dataset].generated,
        preparation=preparation,
    )


def find(settings: DataSettings, watch: Watch) -> Source:
    """All images of the dataset. Raises DataError if it is unknown or its options are wrong."""
    declared, options = chosen(settings)
    module, _, function = declared.target.rpartition(".")
    source: Source = getattr(import_module(module), function)(**options, watch=watch)
    return source


def chosen(settings: DataSettings) -> tuple[Dataset, dict[str, Any]]:
    """The dataset's declaration and its options, without a look at any image. Raises DataError as
    `find`."""
    declared = datasets.get(settings.dataset)
    if declared is None:
        raise DataError(
            f"There is no dataset '{settings.dataset}'.", f"There are: {', '.join(datasets)}."
        )
    try:
        return declared, declared.validate(settings.options)
    except ProblemError as error:
        raise DataError(error.message, error.hint or "Change it in the data settings.") from error


def _check(source: Source, dataset: str) -> None:
    there = np.unique(source.labels)
    if len(there) < 2:
        only = f": {source.classes[there[0]]}" if len(there) else ""
        raise DataError(
            f"{dataset} has images of {'one class only' if only else 'no class'}{only}.",
            "A network learns to tell classes apart: give it images of at least two.",
        )


def _check_corrected(labels: np.ndarray, settings: DataSettings) -> None:
    if settings.left_out and len(np.unique(labels)) < 2:
        raise DataError(
            "Too many images are left out: the training images are of one class at most.",
            "Put some back in the Data workspace, or empty data.left_out.",
        )


def _parts(
    source: Source, fitted: np.ndarray | None, measured: np.ndarray, fit: Fit, watch: Watch
) -> Iterator[np.ndarray]:
    """The images of these indices in parts."""
    if fitted is not None:
        for first in range(0, len(measured), ROWS_AT_ONCE):
            yield fitted[measured[first : first + ROWS_AT_ONCE]]
        return
    some = measured.tolist()
    with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="measure") as pool:
        for first in range(0, len(some), READ_AT_ONCE):
            watch.tell(first / len(some), "Measuring brightness and contrast")
            chosen = some[first : first + READ_AT_ONCE]
            yield np.stack(list(pool.map(lambda index: fit(source.image(index)), chosen)))
