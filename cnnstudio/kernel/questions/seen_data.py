"""Questions that scan many samples of a data set. They take the network as those of `inspect` do,
tell of progress, and end when taken back. What the scan found is remembered for a while.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any

from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.samples.embedding import Embedding, laid_out
from cnnstudio.interpret.samples.features import (
    Features,
    Said,
    before_classifier,
    features,
    said_of,
)
from cnnstudio.interpret.samples.mistakes import heated, mistakes_in, recorded
from cnnstudio.interpret.samples.neighbours import nearest
from cnnstudio.interpret.subject import Subject
from cnnstudio.kernel.memory import Memory
from cnnstudio.kernel.questions.asked import Image, reference_of, subject_of

# Each beside the subject that it is about: as long as that lives, its id is no other's.
_copies: Memory[tuple[Subject, Subject]] = Memory(limit=4)
_features: Memory[tuple[Subject, Features]] = Memory(limit=3)
_embeddings: Memory[tuple[Subject, Embedding]] = Memory(limit=12)
_said: Memory[tuple[Subject, Said]] = Memory(limit=4)


def embed(
    layer: str | None = None,
    method: str = "pca",
    split: str = "test",
    samples: int = 500,
    pooling: str = "mean",
    parameters: dict[str, Any] | None = None,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """{"points": float32 (n, 2), "indexes", "labels", "predicted": int64 (n,), "confidence":
    float32 (n,), "names", "classes", "layer", "reason", "how", "note", "belief"}; "predicted" and
    "confidence" are None where the network gives no scores of classes, "belief" for few samples."""
    subject = _subject(run, checkpoint, project)
    found = _found(subject, layer, split, samples, pooling, progress)
    key = found.layer, split, samples, pooling, method, repr(sorted((parameters or {}).items()))
    embedding = _remembered(
        _embeddings, subject, key, lambda: laid_out(found, method, progress, **(parameters or {}))
    )
    said, belief = found.said, embedding.belief
    return {
        "points": embedding.points,
        "split": split,
        "indexes": said.indexes,
        "labels": said.labels,
        "predicted": said.predicted,
        "confidence": said.confidence,
        "names": said.names,
        "classes": said.classes,
        "layer": found.layer,
        "reason": found.reason,
        "how": found.how,
        "note": embedding.note,
        "belief": None if belief is None else belief.sentence,
    }


def neighbours(
    image: Image,
    layer: str | None = None,
    k: int = 8,
    metric: str = "cosine",
    split: str = "test",
    samples: int = 500,
    pooling: str = "mean",
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """{"split", "indexes": [int], "distances": [float], "labels": [int], "predicted", "names",
    "classes", "layer"}, the nearest first."""
    subject = _subject(run, checkpoint, project)
    among = _found(subject, layer, split, samples, pooling, progress)
    found = nearest(subject, reference_of(image), among, k, metric, pooling)
    return {
        "split": split,
        "indexes": [one.index for one in found.found],
        "distances": [one.distance for one in found.found],
        "labels": [one.label for one in found.found],
        "predicted": [one.predicted for one in found.found],
        "names": [one.name for one in found.found],
        "classes": found.classes,
        "layer": found.layer,
    }


def mistakes(
    split: str = "test",
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """{"classes", "samples": how many were looked at, "mistakes": [{"index", "name", "label",
    "class", "predicted", "taken_for", "confidence"}]}, the most confident mistake first."""
    subject = _subject(run, checkpoint, project)

    def ask() -> Said:
        known = recorded(run, checkpoint) if run is not None else None
        if known is not None and known.split == split:
            return known
        return said_of(subject, split, progress=progress)

    said = _remembered(_said, subject, split, ask)
    found = mistakes_in(said).facts()
    return {"classes": said.classes, "samples": len(said.labels), "mistakes": found}


def heats(
    split: str,
    indexes: list[int],
    targets: list[int],
    method: str = "gradcam",
    layer: str | None = None,
    parameters: dict[str, Any] | None = None,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """{"images": uint8 (N, H, W, 3), "heat": float32 (N, H, W), "layer", "reason"} of samples, each
    explained for its class in `targets`."""
    subject = _subject(run, checkpoint, project)
    found = heated(subject, split, indexes, targets, method, layer, progress, **(parameters or {}))
    return {
        "images": found.images,
        "heat": found.heat,
        "layer": found.layer,
        "reason": found.reason,
    }


def _found(
    subject: Subject,
    layer: str | None,
    split: str,
    samples: int,
    pooling: str,
    progress: Progress | None,
) -> Features:
    choice = before_classifier(subject.model) if layer is None else None
    name = choice.layer if choice else subject.node(layer or "")
    found = _remembered(
        _features,
        subject,
        (name, split, samples, pooling),
        lambda: features(subject, name, split, samples, pooling, progress),
    )
    return replace(found, reason=choice.reason) if choice else found


def _remembered(
    memory: Memory[Any], subject: Subject, key: Hashable, make: Callable[[], Any]
) -> Any:
    return memory.get((id(subject), key), lambda: (subject, make()))[1]


def _subject(run: str | None, checkpoint: str, project: dict[str, Any] | None) -> Subject:
    """One whose network no other lane runs: explaining may put hooks on it."""
    subject = subject_of(run, checkpoint, project)
    _, own = _copies.get(
        id(subject), lambda: (subject, replace(subject, model=copy.deepcopy(subject.model)))
    )
    return own
