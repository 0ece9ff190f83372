"""The samples of a split in a plane, near each other where a layer gives alike for them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.samples.features import Features, features
from cnnstudio.interpret.samples.reductions import reduction_named
from cnnstudio.interpret.subject import Subject, subject_of

NEIGHBOURS = 10
MEASURED_AT_MOST = 2000


@dataclass(frozen=True)
class Belief:
    """How far a picture of n points can be believed.

    `trustworthiness` in 0…1 falls with each neighbour in the picture that is none in the layer
    (Venna and Kaski 2001). `in_picture` and `in_layer` are the shares of samples whose `neighbours`
    nearest have, by a majority, the sample's own class.
    """

    neighbours: int
    trustworthiness: float
    in_picture: float
    in_layer: float

    @property
    def sentence(self) -> str:
        near = f"{self.neighbours} nearest"
        return (
            f"Trustworthiness {self.trustworthiness:.2f}. By their {near}, {self.in_picture:.0%} "
            f"get their own class in the picture, {self.in_layer:.0%} in the layer itself."
        )


@dataclass(frozen=True)
class Embedding:
    """`points` float32 (n, 2) of `features`; `note` is what is to be known of the method's picture,
    `belief` None for fewer than 4 samples."""

    points: np.ndarray
    features: Features
    method: str
    parameters: dict[str, Any]
    note: str
    belief: Belief | None

    def save(self, path: Path | str) -> None:
        """Writes a picture (.png, .svg), a table (.csv) or arrays (.npz)."""
        from cnnstudio.interpret.samples.embedding_files import write_embedding

        write_embedding(self, Path(path))


def embed(
    subject: Subject | Path | str,
    layer: str | None = None,
    method: str = "pca",
    split: str = "test",
    samples: int = 500,
    pooling: str = "mean",
    progress: Progress | None = None,
    **parameters: Any,
) -> Embedding:
    """Lays samples of a split out by what `layer` (the last before the classifier if None) gives,
    in a network that `open_run` opened, or that of a run's folder.

    `method` is one of `cs.reductions`, `parameters` its own. At most `samples` are taken, evenly
    spread over the split. Of maps, `pooling` is "mean" (each map's mean over its positions) or
    "flat" (all values). What comes back has `.points` (n, 2), `.features` (`.values` (n, d), and in
    `.said` `.indexes`, `.labels` and `.predicted` (n,)), `.belief` and `.save("embedding.svg")`.
    """
    subject = subject_of(subject, "cs.embed")
    reduction_named(method).chosen(parameters)
    found = features(subject, layer, split, samples, pooling, progress)
    return laid_out(found, method, progress, **parameters)


def laid_out(
    found: Features, method: str = "pca", progress: Progress | None = None, **parameters: Any
) -> Embedding:
    """Features in a plane. ExplanationError where they can't be told apart."""
    declared = reduction_named(method)
    chosen = declared.chosen(parameters)
    values = found.values
    if len(values) < 2:
        raise ExplanationError(
            "One sample can't be laid out.", "Choose more samples, or another split."
        )
    if not np.isfinite(values).all():
        raise ExplanationError(
            f"'{found.layer}' gives values that are no numbers (NaN) or infinite.",
            "The network's weights may have diverged; look at the run's doctor.",
        )
    if not np.ptp(values, axis=0).any():
        raise ExplanationError(
            f"'{found.layer}' gives the same for all {len(values)} samples.",
            "Its units may be dead; choose another layer.",
        )
    if progress is not None:
        progress(None, f"{declared.title}…")
    module, function = declared.target.rsplit(".", 1)
    layout = getattr(import_module(module), function)(values, progress, **chosen)
    return Embedding(
        points=layout.points,
        features=found,
        method=method,
        parameters=chosen,
        note=layout.note,
        belief=belief(values, layout.points, found.said.labels),
    )


def belief(values: np.ndarray, points: np.ndarray, labels: np.ndarray) -> Belief | None:
    """Of at most 2,000 samples, evenly spread: it takes the square of them."""
    from sklearn.manifold import trustworthiness

    if len(values) > MEASURED_AT_MOST:
        some = np.linspace(0, len(values) - 1, MEASURED_AT_MOST).round().astype(int)
        values, points, labels = values[some], points[some], labels[some]
    near = min(NEIGHBOURS, (len(values) - 1) // 2)
    if near < 1:
        return None
    return Belief(
        neighbours=near,
        trustworthiness=float(trustworthiness(values, points, n_neighbors=near)),
        in_picture=_own_class(points, labels, near),
        in_layer=_own_class(values, labels, near),
    )


def _own_class(values: np.ndarray, labels: np.ndarray, near: int) -> float:
    """The share of samples that the majority of their nearest others would give their class."""
    from sklearn.neighbors import NearestNeighbors

    found = NearestNeighbors(n_neighbors=near).fit(values).kneighbors(return_distance=False)
    votes = [np.bincount(labels[row]).argmax() for row in found]
    return float((np.array(votes) == labels).mean())
