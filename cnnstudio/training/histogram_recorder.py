"""Writes histograms of a run's tensors, now and then."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from cnnstudio.training.events import EventLog
from cnnstudio.training.histograms import Kind

BINS = 64
# Of a larger tensor so many values are drawn, always the same: more draw no better picture.
MOST_VALUES = 8192
# From one writing to the next, at least; and so long that it takes at most this share of the time.
LEAST_SECONDS = 1.0
LARGEST_SHARE = 0.002
RUN_SHARE = 1 / 100
# When the file is as large as this, the next comes after twice the time, and so on.
ROOM_BYTES = 32 * 2**20


@dataclass(frozen=True)
class _Sample:
    node: str
    kind: Kind
    parameter: str
    drawn: Tensor  # (n,) float32, on whatever device; not changed by later steps
    values: int


class HistogramRecorder:
    """`see` draws from tensors as they are at a step; `write` appends what was drawn."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._samples: list[_Sample] = []
        self._places: dict[tuple[int, torch.device], Tensor] = {}
        self._begun = self._due = self._room = time.monotonic()
        self._cost = 0.0  # seconds since the last writing

    def is_due(self, anyway: bool = False) -> bool:
        """Whether it is time again; where something is measured `anyway`, whether there is room: it
        gets seldom as the file gets large."""
        return time.monotonic() >= (self._room if anyway else max(self._due, self._room))

    def begin(self, step: int) -> None:
        """Says that the run goes on from a step; what is told of later ones is obsolete."""
        if self._file.exists():
            with closing(EventLog(self._file)) as log:
                log.write("start", step=step)

    def see(self, node: str, kind: Kind, value: Tensor, parameter: str = "") -> None:
        """Draws from a tensor. Nothing is drawn of one without numbers."""
        begun = time.monotonic()
        if value.is_floating_point() and value.numel():
            drawn = self._draw(value.detach())
            self._samples.append(_Sample(node, kind, parameter, drawn, value.numel()))
        self._cost += time.monotonic() - begun

    def forget(self) -> None:
        """Leaves out what was drawn since the last writing."""
        self._samples = []

    def write(self, step: int, epoch: int) -> None:
        """Appends the histograms of what was drawn, as of after this step. OSError if the disk
        refuses."""
        samples, self._samples = self._samples, []
        if not samples:
            return
        begun = time.monotonic()
        # One way from a GPU for all of them.
        together = torch.cat([one.drawn for one in samples]).cpu().numpy()
        ends = np.cumsum([len(one.drawn) for one in samples])[:-1]
        with closing(EventLog(self._file)) as log:
            for one, drawn in zip(samples, np.split(together, ends), strict=True):
                log.write(
                    "histogram", step=step, epoch=epoch, node=one.node, kind=one.kind,
                    **({"parameter": one.parameter} if one.parameter else {}),
                    **_counted(drawn), values=one.values,
                )  # fmt: skip
        now = time.monotonic()
        lasted, cost = now - self._begun, self._cost + now - begun
        self._room = now + self._file.stat().st_size / ROOM_BYTES * lasted
        self._due = now + max(LEAST_SECONDS, cost / LARGEST_SHARE, lasted * RUN_SHARE)
        self._cost = 0.0

    def _draw(self, value: Tensor) -> Tensor:
        # In the order of memory, so that flattening copies nothing, channels last or not.
        strides = value.stride()
        order = sorted(range(value.ndim), key=lambda d: -strides[d])
        flat = value.permute(order).reshape(-1)
        if len(flat) <= MOST_VALUES:
            return flat.to(torch.float32, copy=True)
        return flat[self._places_in(len(flat), flat.device)].to(torch.float32)

    def _places_in(self, count: int, device: torch.device) -> Tensor:
        """Which of so many values to draw. Spread by chance, since a fixed stride would fall on
        the same channels or places of the kernel; the run's own generators are left alone."""
        key = count, device
        if key not in self._places:
            own = torch.Generator().manual_seed(count)
            # Sorted, so that memory is gone through in one direction: twice as fast.
            places = torch.randint(count, (MOST_VALUES,), generator=own).sort().values
            self._places[key] = places.to(device)
        return self._places[key]


def _counted(drawn: np.ndarray) -> dict[str, object]:
    """`low`, `high` and `counts` of the values that are finite, and how many are not."""
    finite = drawn[np.isfinite(drawn)]
    lost = {"not_finite": len(drawn) - len(finite)} if len(finite) < len(drawn) else {}
    if not len(finite):
        return {"low": 0.0, "high": 0.0, "counts": [0], **lost}
    low, high = float(finite.min()), float(finite.max())
    if low == high:
        return {"low": low, "high": high, "counts": [len(finite)], **lost}
    # As numpy.histogram, in a sixth of its time. In double precision, since between neighbouring
    # float32 values are no 64 edges.
    places = ((finite.astype(np.float64) - low) * (BINS / (high - low))).astype(np.int64)
    counts = np.bincount(places.clip(max=BINS - 1), minlength=BINS)
    return {"low": low, "high": high, "counts": counts.tolist(), **lost}
