"""How a run's weights, gradients and activations are spread, over time: `histograms.jsonl`.

One object a line, appended while the run trains, readable without our code:

    {"type": "histogram", "step": 41, "epoch": 1, "node": "conv1", "kind": "weights",
     "parameter": "weight", "low": -0.2, "high": 0.2, "counts": [3, …], "values": 150}

`counts` are of equally wide bins from `low` to `high`, the smallest and the largest value; of a
tensor of many values, `values`, only some were drawn, and the counts are of those. Gradients are of
the weights, as the optimizer took them; activations are of up to 64 images of that step's batch, in
evaluation mode. A line {"type": "start", "step": N} says that the run went on from there: what
stands above it of later steps was done again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from cnnstudio.graph import RunError
from cnnstudio.training.rundir import RunDirectory, read_lines

FILE = "histograms.jsonl"
Kind = Literal["weights", "gradients", "activations"]
KINDS: tuple[Kind, ...] = ("weights", "gradients", "activations")
# Bins of the common axis of several histograms; of few values, fewer.
FEWEST_BINS, MOST_BINS = 12, 96


@dataclass(frozen=True)
class Histogram:
    """How a tensor's values were spread after a step. `edges` has one more than `counts`."""

    step: int
    epoch: int
    low: float
    high: float
    counts: np.ndarray  # int64 (bins,)
    values: int  # of the tensor; the counts may be of some of them only
    not_finite: int = 0  # of those that were counted

    @property
    def edges(self) -> np.ndarray:
        return np.linspace(self.low, self.high, len(self.counts) + 1)


@dataclass(frozen=True)
class Series:
    """One tensor's histograms, in the order of steps. `parameter` is empty for activations."""

    node: str
    kind: Kind
    parameter: str
    moments: tuple[Histogram, ...]

    @property
    def steps(self) -> np.ndarray:
        return np.array([one.step for one in self.moments], np.int64)

    @property
    def range(self) -> tuple[float, float]:
        """From the smallest to the largest value of all moments."""
        return min(one.low for one in self.moments), max(one.high for one in self.moments)

    def density(self, bins: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Edges (bins + 1,) of one axis for all moments, and the share of values in each bin of it,
        (moments, bins): rows add up to 1. Within a recorded bin values count as evenly spread."""
        if bins is None:
            bins = int(np.clip(2 * self.moments[-1].values ** 0.5, FEWEST_BINS, MOST_BINS))
        low, high = self.range
        if low == high:
            low, high = low - 0.5, high + 0.5
        edges = np.linspace(low, high, bins + 1)
        return edges, np.stack([_shares(one, edges) for one in self.moments])


class Histograms:
    """A run's histograms as far as they have been read; `refresh` reads what is new."""

    def __init__(self, run: RunDirectory | Path | str) -> None:
        self.run = run if isinstance(run, RunDirectory) else RunDirectory(run)
        self._offset = 0
        self._found: dict[tuple[str, Kind, str], dict[int, Histogram]] = {}

    def refresh(self) -> bool:
        """Whether there was anything new."""
        path = self.run.path / FILE
        if path.is_file() and path.stat().st_size < self._offset:
            self._offset, self._found = 0, {}  # the run was made anew under the same name
        lines, self._offset = read_lines(path, self._offset)
        for line in lines:
            self._take(line)
        return bool(lines)

    @property
    def nodes(self) -> list[str]:
        """Their paths, in the order of computation."""
        return list(dict.fromkeys(node for node, _, _ in self._sorted()))

    def kinds(self, node: str) -> list[Kind]:
        """What is known of a node."""
        return [kind for kind in KINDS if any(key[:2] == (node, kind) for key in self._found)]

    def parameters(self, node: str, kind: Kind) -> list[str]:
        """Of which of the node's parameters; [""] for activations."""
        return [key[2] for key in self._found if key[:2] == (node, kind)]

    def series(self, node: str, kind: Kind, parameter: str = "") -> Series | None:
        """A tensor's histograms over time, of the node's first parameter if none is named; None if
        there are none."""
        named = parameter or next(iter(self.parameters(node, kind)), "")
        moments = self._found.get((node, kind, named))
        if not moments:
            return None
        return Series(node, kind, named, tuple(moments[step] for step in sorted(moments)))

    def all(self) -> list[Series]:
        """Each tensor's, in the order of computation."""
        found = [self.series(*key) for key in self._sorted()]
        return [one for one in found if one is not None]

    def _sorted(self) -> list[tuple[str, Kind, str]]:
        """Activations are of every node, and were measured in the order of computation."""
        order = [node for node, kind, _ in self._found if kind == "activations"]
        place = {node: number for number, node in enumerate(order)}
        return sorted(self._found, key=lambda key: place.get(key[0], len(place)))

    def _take(self, line: dict[str, Any]) -> None:
        try:
            if line["type"] == "start":
                self._forget_after(int(line["step"]))
            elif line["type"] == "histogram" and line["kind"] in KINDS:
                key = str(line["node"]), line["kind"], str(line.get("parameter") or "")
                self._found.setdefault(key, {})[int(line["step"])] = _histogram(line)
        except (KeyError, TypeError, ValueError, OverflowError):
            return  # damaged: the others are told

    def _forget_after(self, step: int) -> None:
        for moments in self._found.values():
            for later in [one for one in moments if one > step]:
                del moments[later]


def histograms(run: Path | str) -> Histograms:
    """A run's histograms: `.nodes`, `.series(node, "weights")` with `.steps` and `.density()`.

    Raises RunError if there is no run, or if it has none.
    """
    found = Histograms(run)
    if not found.run.exists():
        raise RunError(f"There is no run in {run}.")
    found.refresh()
    if not found.nodes:
        raise RunError(
            f"{found.run.name} has no histograms.",
            "It was trained before they were recorded, or on shared-out weights. Train it again.",
        )
    return found


def _histogram(line: dict[str, Any]) -> Histogram:
    counts = np.array(line["counts"], np.int64)
    low, high = float(line["low"]), float(line["high"])
    sound = counts.ndim == 1 and len(counts) and (counts >= 0).all() and low <= high
    if not sound or not np.isfinite([low, high]).all():
        raise ValueError("no histogram")
    return Histogram(
        int(line["step"]), int(line.get("epoch") or 0), low, high, counts,
        int(line.get("values") or counts.sum()), int(line.get("not_finite") or 0),
    )  # fmt: skip


def _shares(one: Histogram, edges: np.ndarray) -> np.ndarray:
    total = one.counts.sum()
    if total == 0:
        return np.zeros(len(edges) - 1)
    if one.low == one.high:
        place = int(np.clip(np.searchsorted(edges, one.low, "right") - 1, 0, len(edges) - 2))
        return np.eye(len(edges) - 1)[place]
    up_to = np.concatenate([[0.0], np.cumsum(one.counts) / total])
    return np.diff(np.interp(edges, one.edges, up_to))


def picture_rows(
    series: Series, rows: int, bins: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Edges as in `density`, and shares (rows, bins): time in equal parts, each as the last moment
    before its end was, so that it reads evenly however unevenly it was measured."""
    edges, shares = series.density(bins)
    steps = series.steps
    times = np.linspace(steps[0], steps[-1], rows)
    return edges, shares[np.clip(np.searchsorted(steps, times, "right") - 1, 0, None)]


def log_levels(shares: np.ndarray, decades: float = 3.0) -> np.ndarray:
    """Levels in 0…1 of shares: 1 for the largest, 0 for what is 10^decades times as small."""
    largest = shares.max() if shares.size else 0.0
    if largest <= 0:
        return np.zeros_like(shares)
    least = 10.0**-decades
    return 1 + np.log10(np.maximum(shares / largest, least)) / decades


def facts(found: Sequence[Series]) -> list[dict[str, Any]]:
    """Series as JSON."""
    return [
        {
            "node": one.node,
            "kind": one.kind,
            "parameter": one.parameter,
            "moments": [
                {"step": m.step, "epoch": m.epoch, "low": m.low, "high": m.high,
                 "counts": m.counts.tolist(), "values": m.values, "not_finite": m.not_finite}
                for m in one.moments
            ],
        }
        for one in found
    ]  # fmt: skip


def chosen(found: Histograms, nodes: Iterable[str], kinds: Iterable[str]) -> list[Series]:
    """The series of these nodes and kinds, all of an empty list. RunError for an unknown node."""
    nodes, kinds = set(nodes), set(kinds)
    unknown = sorted(nodes - set(found.nodes))
    if unknown:
        raise RunError(
            f"There are no histograms of '{unknown[0]}'.", f"There are: {', '.join(found.nodes)}."
        )
    return [
        one
        for one in found.all()
        if (not nodes or one.node in nodes) and (not kinds or one.kind in kinds)
    ]
