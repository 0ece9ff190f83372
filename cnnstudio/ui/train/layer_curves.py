"""What a run told of its layers, as arrays that grow."""

from __future__ import annotations

from typing import Any

import numpy as np

# `idle` is the share of dead units, or of saturated outputs.
QUANTITIES = ("gradient", "update", "idle")
FIRST_CAPACITY = 64


class LayerCurves:
    """A row for each measurement, a column for each layer; `names` are in the order in which the
    layers compute."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._length = 0
        self._places = np.empty((2, FIRST_CAPACITY))  # steps, and epochs passed
        self._numbers = np.full((len(QUANTITIES), FIRST_CAPACITY, 0), np.nan)

    def __len__(self) -> int:
        return self._length

    def places(self, axis: str) -> np.ndarray:
        """Where the measurements are on an axis, (N,)."""
        return self._places[1 if axis == "epoch" else 0, : self._length]

    def __getitem__(self, quantity: str) -> np.ndarray:
        """A quantity (N, layers); NaN where a layer has none."""
        return self._numbers[QUANTITIES.index(quantity), : self._length]

    def take(self, event: dict[str, Any], epoch: float | None) -> None:
        """Adds a `layers` event."""
        layers: dict[str, dict[str, float | None]] = event.get("layers") or {}
        new = [name for name in layers if name not in self.names]
        if new:
            self.names += new
            more = np.full((*self._numbers.shape[:2], len(new)), np.nan)
            self._numbers = np.concatenate([self._numbers, more], axis=2)
        if self._length == self._numbers.shape[1]:
            self._numbers = np.concatenate(
                [self._numbers, np.full_like(self._numbers, np.nan)], axis=1
            )
            self._places = np.concatenate([self._places, np.empty_like(self._places)], axis=1)
        row = self._length
        self._places[:, row] = event.get("step") or 0, np.nan if epoch is None else epoch
        for number, quantity in enumerate(QUANTITIES):
            told = [_number(layers.get(name) or {}, quantity) for name in self.names]
            self._numbers[number, row] = [np.nan if value is None else value for value in told]
        self._length += 1


def _number(told: dict[str, float | None], quantity: str) -> float | None:
    return told.get("dead", told.get("saturated")) if quantity == "idle" else told.get(quantity)
