"""What the augmentation makes of real images: the very ones that the training will see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from cnnstudio.compiler.check import check
from cnnstudio.data.augmentation.pipeline import pipeline
from cnnstudio.data.load import load
from cnnstudio.data.samples import Splits
from cnnstudio.graph import AugmentationStep, ProblemError, Project, RunError
from cnnstudio.training.mixed_labels import MixedLabels
from cnnstudio.training.mixing import mixing

SAMPLES = 8
EPOCHS = 4


@dataclass(frozen=True)
class Augmented:
    """N training images at the input's size, and what E epochs see of them.

    `truths` are what is known of each image ("box", "mask"), of the original first, then by epoch;
    nothing of mixed ones. `captions` are classes, of mixed images with their shares.
    """

    indices: list[int]  # among the training images
    labels: list[int]
    names: list[str]
    originals: np.ndarray  # uint8 (N, H, W, C)
    images: np.ndarray  # uint8 (E, N, H, W, C)
    truths: list[list[dict[str, Any]]]  # (1 + E) × N
    captions: list[list[str]]  # (1 + E) × N


def augment(
    project: Project, samples: int = SAMPLES, epochs: int = EPOCHS, first_epoch: int = 1
) -> Augmented:
    """Some training images of each class in turn, and what epochs of the training see of them.

    Only images mixed with others look otherwise in training, where others are in their batch.
    Raises DataError if the data can't be had or a step is wrong.
    """
    if samples < 1 or epochs < 1 or first_epoch < 1:
        raise ProblemError("Samples and epochs are counted from 1.")
    inputs = [node.name for node in project.network.nodes if node.kind == "Input"]
    if len(inputs) != 1:
        raise RunError(f"Images go to one Input, and the network has {len(inputs)}.")
    splits = load(project.data, tuple(check(project).shapes[inputs[0]]))
    first = first_epoch - 1
    return augmented(
        splits, project.data.augmentation, project.training.seed,
        some_of_each(splits, samples), range(first, first + epochs),
    )  # fmt: skip


def augmented(
    splits: Splits,
    steps: Sequence[AugmentationStep],
    seed: int,
    indices: Sequence[int],
    epochs: range,
) -> Augmented:
    """What `epochs`, from 0, make of training images; DataError for a wrong step."""
    train, classes = splits.train, splits.classes
    labels = [int(train.labels[index]) for index in indices]
    fit = splits.preparation.fit
    changes = pipeline(steps, (fit.height, fit.width), seed)
    mixer = mixing(steps, seed)
    fitted = train.fitted(indices)
    truths = [[train.fitted_truth(index) for index in indices]]
    captions = [[classes[label] for label in labels]]
    drawn = []
    if changes is not None:
        sources = train.fitted(indices, changes.source)
        placed = [train.fitted_truth(index, changes.source) for index in indices]
    for epoch in epochs:
        seen, known = fitted, truths[0]
        if changes is not None:
            pairs = [
                changes.sample(epoch, *one) for one in zip(sources, indices, placed, strict=True)
            ]
            seen = np.stack([image for image, _ in pairs])
            known = [truth for _, truth in pairs]
        told = captions[0]
        if mixer is not None:
            # A batch of its own, so the step that decides is taken to be the epoch's number.
            levels = torch.from_numpy(seen).float()
            mixed, mixture = mixer(epoch, levels, torch.tensor(labels))
            if isinstance(mixture, MixedLabels):
                # Each stands where the image is that it is mostly made of.
                turn = 0 if mixture.share >= 0.5 else 1
                rows = [(row + turn) % len(labels) for row in range(len(labels))]
                seen = mixed.round().clamp(0, 255).to(torch.uint8).numpy()[rows]
                told = [_caption(classes, mixture, row) for row in rows]
                known = [{} for _ in labels]
        drawn.append(seen)
        truths.append(known)
        captions.append(told)
    return Augmented(
        indices=[int(index) for index in indices],
        labels=labels,
        names=[train.name(index) for index in indices],
        originals=fitted.transpose(0, 2, 3, 1),
        images=np.stack(drawn).transpose(0, 1, 3, 4, 2),
        truths=truths,
        captions=captions,
    )


def some_of_each(splits: Splits, count: int, label: int | None = None) -> list[int]:
    """Indices of training images, the first of each class, then the second …; with `label` those
    of one class."""
    labels = splits.train.labels
    wanted = range(len(splits.classes)) if label is None else [label]
    by_class = [np.flatnonzero(labels == one)[:count].tolist() for one in wanted]
    turns = [found[turn] for turn in range(count) for found in by_class if turn < len(found)]
    return turns[:count]


def _caption(classes: Sequence[str], mixed: MixedLabels, row: int) -> str:
    ours, theirs = classes[int(mixed.labels[row])], classes[int(mixed.others[row])]
    share = round(100 * mixed.share)
    if mixed.share < 0.5:
        ours, theirs, share = theirs, ours, 100 - share
    alone = ours == theirs or share == 100
    return ours if alone else f"{ours} {share} %, {theirs} {100 - share} %"
