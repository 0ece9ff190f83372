"""The samples that a layer gives most nearly the same for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.samples.features import Features, feature_of, features
from cnnstudio.interpret.samples.reductions import METRICS
from cnnstudio.interpret.subject import Reference, Subject, read_reference, subject_of


@dataclass(frozen=True)
class Neighbour:
    """A sample of the split that was searched; `index` is its number there."""

    index: int
    name: str
    distance: float
    label: int
    predicted: int | None


@dataclass(frozen=True)
class Neighbours:
    """The nearest first. `layer`, `how` and `reason` are those of the features."""

    layer: str
    how: str
    reason: str
    split: str
    searched: int
    metric: str
    classes: list[str]
    found: list[Neighbour]


def neighbours(
    subject: Subject | Path | str,
    image: Reference,
    layer: str | None = None,
    k: int = 8,
    metric: str = "cosine",
    split: str = "train",
    samples: int = 1000,
    pooling: str = "mean",
    progress: Progress | None = None,
) -> Neighbours:
    """The `k` samples nearest to an image, among `samples` of a split, in what `layer` gives.

    The image itself is none of its neighbours. `.found` is a list, the nearest first, each with
    `.index` in the split, `.name`, `.distance`, `.label` and `.predicted` (numbers of `.classes`).
    """
    subject = subject_of(subject, "cs.neighbours")
    _require(metric, k)
    found = features(subject, layer, split, samples, pooling, progress)
    return nearest(subject, image, found, k, metric, pooling)


def nearest(
    subject: Subject,
    image: Reference,
    among: Features,
    k: int = 8,
    metric: str = "cosine",
    pooling: str = "mean",
) -> Neighbours:
    """The same among features that are there already, made with this pooling."""
    from sklearn.neighbors import NearestNeighbors

    _require(metric, k)
    if isinstance(image, str):
        image = read_reference(image)
    said = among.said
    row = feature_of(subject, subject.picture(image).tensor[None], among.layer, pooling)
    others = np.ones(len(said.indexes), bool)
    if isinstance(image, tuple) and image[0] == said.split:
        others = said.indexes != image[1]
    places = np.flatnonzero(others)
    if not len(places):
        raise ExplanationError("There is nothing to compare the image with.", "Take more samples.")
    search = NearestNeighbors(n_neighbors=min(k, len(places)), metric=metric, algorithm="brute")
    distances, rows = search.fit(among.values[places]).kneighbors(row)
    return Neighbours(
        layer=among.layer,
        how=among.how,
        reason=among.reason,
        split=said.split,
        searched=len(places),
        metric=metric,
        classes=said.classes,
        found=[
            Neighbour(
                index=int(said.indexes[place]),
                name=said.names[place],
                distance=float(distance),
                label=int(said.labels[place]),
                predicted=None if said.predicted is None else int(said.predicted[place]),
            )
            for place, distance in zip(places[rows[0]], distances[0], strict=True)
        ],
    )


def votes(found: Sequence[Neighbour], classes: Sequence[str]) -> str:
    """`6 of 8 are star`: the class that most have."""
    labels = [one.label for one in found]
    most = max(set(labels), key=labels.count)
    return f"{labels.count(most)} of {len(labels)} are {classes[most]}"


def _require(metric: str, k: int) -> None:
    if metric not in METRICS:
        raise ExplanationError(
            f"There is no distance '{metric}'.", f"Choose one of: {', '.join(METRICS)}."
        )
    if k < 1:
        raise ExplanationError(f"{k} neighbours are none.", "Choose at least 1.")
