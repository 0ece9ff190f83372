"""The samples that a network takes for another class, and what in each speaks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cnnstudio.graph import ExplanationError, RunError
from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.explanations.explain import explanation
from cnnstudio.interpret.samples.features import Said, said_of
from cnnstudio.interpret.subject import Subject, subject_of
from cnnstudio.training.rundir import RunDirectory, read_json
from cnnstudio.training.verdicts import read_verdicts

AT_ONCE = 8
OF = ("predicted", "true")


@dataclass(frozen=True)
class Mistakes:
    """Rows of `said` that are mistakes, the most confident first."""

    said: Said
    rows: np.ndarray  # int64

    def facts(self) -> list[dict[str, Any]]:
        """Each as JSON: index in the split, name, label, class, predicted, taken_for, confidence.

        Labels and predictions are numbers of classes, "class" and "taken_for" their names.
        """
        said = self.said
        assert said.predicted is not None and said.confidence is not None
        return [
            {
                "index": int(said.indexes[row]),
                "name": said.names[row],
                "label": int(said.labels[row]),
                "class": said.classes[said.labels[row]],
                "predicted": int(said.predicted[row]),
                "taken_for": said.classes[said.predicted[row]],
                "confidence": float(said.confidence[row]),
            }
            for row in self.rows
        ]


@dataclass(frozen=True)
class Heated:
    """Samples as images uint8 (N, H, W, 3) with their heat, float32 (N, H, W), for `targets`."""

    images: np.ndarray
    heat: np.ndarray
    targets: list[int]
    layer: str | None
    reason: str


def mistakes(
    subject: Subject | Path | str,
    split: str = "test",
    pair: tuple[int, int] | None = None,
    limit: int | None = None,
    progress: Progress | None = None,
) -> Mistakes:
    """The samples of a split that are not recognised; with `pair` (true class, predicted class),
    those that are taken for this one. The most confident first, at most `limit`.

    `.facts()` lists each with its index, classes and confidence; `.rows` (n,) are their places in
    `.said`, which has `.indexes`, `.labels`, `.predicted` and `.confidence`, (samples,).
    """
    subject = subject_of(subject, "cs.mistakes")
    return mistakes_in(said_of(subject, split, progress=progress), pair, limit)


def mistakes_in(
    said: Said, pair: tuple[int, int] | None = None, limit: int | None = None
) -> Mistakes:
    """The same among samples of which it is known what the network says."""
    if said.predicted is None or said.confidence is None:
        raise ExplanationError(
            "The network gives no scores of classes, so that it has no mistakes to show."
        )
    if pair is None:
        chosen = said.labels != said.predicted
    else:
        chosen = (said.labels == pair[0]) & (said.predicted == pair[1])
    rows = np.flatnonzero(chosen)
    rows = rows[np.argsort(-said.confidence[rows], kind="stable")]
    return Mistakes(said, rows[:limit])


def recorded(run: Path | str, checkpoint: str) -> Said | None:
    """What a run's own test said, if it was of this checkpoint: reading is faster than asking."""
    directory = RunDirectory(run)
    summary = read_json(directory.path / "predictions.json") or {}
    if summary.get("checkpoint") != directory.checkpoint(checkpoint).name:
        return None
    try:
        found = read_verdicts(directory.path)
    except RunError:
        return None
    return Said(
        split=str(summary.get("split", "test")),
        indexes=np.arange(len(found.labels)),
        labels=found.labels,
        predicted=found.predicted,
        confidence=found.confidence,
        classes=found.classes,
        names=found.names,
    )


def heated(
    subject: Subject,
    split: str,
    indexes: Sequence[int],
    targets: Sequence[int],
    method: str = "gradcam",
    layer: str | None = None,
    progress: Progress | None = None,
    **parameters: Any,
) -> Heated:
    """Explains the class `targets` of each sample, some at a time. See `explanation`."""
    pictures, heats = [], []
    found = None
    node = None if layer is None else subject.node(layer)
    for first in range(0, len(indexes), AT_ONCE):
        part = list(indexes[first : first + AT_ONCE])
        shown = [subject.picture((split, index)) for index in part]
        found = explanation(
            subject.model,
            torch.stack([picture.tensor for picture in shown]),
            method,
            [int(target) for target in targets[first : first + AT_ONCE]],
            node,
            progress=_part_of(progress, first, len(part), len(indexes)),
            **parameters,
        )
        pictures += [picture.image for picture in shown]
        heats.append(found.heat)
        if progress is not None:
            done = first + len(part)
            progress(done / len(indexes), f"{done} of {len(indexes)} images explained")
    if found is None:
        raise ExplanationError("There is no image to explain.")
    return Heated(
        images=np.stack(pictures),
        heat=np.concatenate(heats),
        targets=[int(target) for target in targets],
        layer=found.layer,
        reason=found.reason,
    )


def _part_of(progress: Progress | None, first: int, count: int, total: int) -> Progress | None:
    """Progress within the images from `first` on, as that of all."""
    if progress is None:
        return None

    def tell(share: float | None, text: str) -> None:
        whole = None if share is None else (first + share * count) / total
        progress(whole, f"{first} of {total} images explained")

    return tell
