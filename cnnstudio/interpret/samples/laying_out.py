"""Many numbers a sample laid out in a plane, by scikit-learn and umap-learn.

Each function takes values float32 (n, d) and gives a Layout. Progress is told while they work, and
what it raises ends them: both libraries print as they go, and what they print is listened to.
"""

from __future__ import annotations

import re
import sys
import threading
import warnings
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

import numpy as np

from cnnstudio.graph.errors import ExplanationError

if TYPE_CHECKING:
    from cnnstudio.interpret.explanations.case import Progress


@dataclass(frozen=True)
class Layout:
    """`points` float32 (n, 2), and what is to be known about them."""

    points: np.ndarray
    note: str = ""


def pca(values: np.ndarray, progress: Progress | None, across: int, up: int, seed: int) -> Layout:
    from sklearn.decomposition import PCA

    most = min(values.shape)
    if max(across, up) > most:
        raise ExplanationError(
            f"There are {most} components here, not {max(across, up)}.",
            "Choose a smaller one, more samples or a wider layer.",
        )
    fitted = PCA(n_components=max(across, up), random_state=seed)
    points = fitted.fit_transform(values)[:, [across - 1, up - 1]]
    shares = fitted.explained_variance_ratio_[[across - 1, up - 1]]
    return Layout(
        points.astype(np.float32),
        f"Components {across} and {up} hold {shares[0]:.0%} and {shares[1]:.0%} of the variance.",
    )


def tsne(
    values: np.ndarray,
    progress: Progress | None,
    perplexity: float,
    steps: int,
    components: int | None,
    seed: int,
) -> Layout:
    from sklearn.manifold import TSNE

    if perplexity >= len(values):
        raise ExplanationError(
            f"A perplexity of {perplexity:g} needs more than {len(values)} samples.",
            f"Choose at most {(len(values) - 1) / 3:.0f}, or more samples.",
        )
    fitted = TSNE(perplexity=perplexity, max_iter=steps, random_state=seed, verbose=2)
    told = _Listener(progress, r"Iteration (\d+)", steps)
    with redirect_stdout(told):
        points = fitted.fit_transform(_fewer(values, components, seed))
    return Layout(points.astype(np.float32), "Distances between groups mean little.")


def umap(
    values: np.ndarray,
    progress: Progress | None,
    neighbours: int,
    min_dist: float,
    metric: str,
    components: int | None,
    seed: int,
) -> Layout:
    if neighbours >= len(values):
        raise ExplanationError(
            f"{neighbours} neighbours need more than {len(values)} samples.",
            f"Choose at most {len(values) - 1}.",
        )
    if progress is not None:
        progress(None, "Loading UMAP; the first time takes a minute…")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a seed makes it use one thread
        from umap import UMAP

        fitted = UMAP(
            n_neighbors=neighbours, min_dist=min_dist, metric=metric, random_state=seed, n_jobs=1,
            tqdm_kwds={
                "disable": progress is None, "file": _Listener(progress, r"\s(\d+)/", 0),
                "mininterval": 0.1, "bar_format": " {n_fmt}/{total_fmt}",
            },
        )  # fmt: skip
        reduced = _fewer(values, components, seed)
        if progress is not None:  # numba compiles here, and says nothing
            progress(None, "Looking for neighbours; the first time takes a minute…")
        points = fitted.fit_transform(reduced)
    return Layout(points.astype(np.float32), "Distances between groups mean little.")


def _fewer(values: np.ndarray, components: int | None, seed: int) -> np.ndarray:
    from sklearn.decomposition import PCA

    if components is None or components >= min(values.shape):
        return values
    reduced: np.ndarray = PCA(n_components=components, random_state=seed).fit_transform(values)
    return reduced


class _Listener:
    """A text file to which a library tells how far it is. What other threads write goes on to where
    it would have gone; an error that `progress` raises ends the library's work."""

    def __init__(self, progress: Progress | None, pattern: str, total: int) -> None:
        self._progress = progress
        self._pattern = re.compile(pattern)
        self._total = total
        self._thread = threading.get_ident()
        self._before: TextIO = sys.stdout

    def write(self, text: str) -> int:
        if threading.get_ident() != self._thread:
            return self._before.write(text)
        found = self._pattern.search(text)
        if self._progress is not None and text.strip():
            done = int(found[1]) if found else None
            total = self._total or _total_in(text)
            if done is None or not total:
                self._progress(None, "Looking for neighbours…")
            else:
                self._progress(min(1.0, done / total), f"step {done:,} of {total:,}")
        return len(text)

    def flush(self) -> None:
        self._before.flush()


def _total_in(text: str) -> int:
    found = re.search(r"/(\d+)", text)
    return int(found[1]) if found else 0
