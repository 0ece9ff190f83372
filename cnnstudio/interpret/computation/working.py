"""What all workings and their answers have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from cnnstudio.graph.errors import ExplanationError

Position = tuple[int, ...]

# How far the computed value may be from the network's, as a share of the largest number in it:
# torch adds up single precision numbers in an order of its own.
AGREEMENT = 1e-5


@dataclass(frozen=True)
class Computation:
    """How one value came about. `position` is its place in the unit's map, () of a vector's unit.

    `value` is what the network gave, `result` what the numbers told here come to; `sentence` says
    it in words. A kind that is not explained has no result, and `sentence` says why.
    """

    kind: str
    layer: str
    unit: int
    position: Position
    value: float
    result: float | None
    formula: str
    sentence: str

    @property
    def agrees(self) -> bool:
        """Whether the network's value is the result, but for rounding. True if there is none."""
        if self.result is None or self.value == self.result:
            return True
        return bool(abs(self.value - self.result) <= AGREEMENT * max(1.0, self.magnitude)) or (
            bool(np.isnan(self.value)) and bool(np.isnan(self.result))
        )

    @property
    def magnitude(self) -> float:
        """The size of what was added up."""
        return abs(self.value)

    def to_json(self) -> dict[str, Any]:
        """Of JSON's types, arrays as nested lists."""
        told = {field.name: plain(getattr(self, field.name)) for field in fields(self)}
        return told | {"agrees": self.agrees}


@dataclass(frozen=True, kw_only=True)
class Working:
    """How one unit of a layer computes. `output` is its map (…), () for a unit of a vector;
    `units` how many there are."""

    kind: str
    layer: str
    unit: int
    units: int
    output: np.ndarray
    formula: str = ""

    def at(self, position: Position) -> Computation:
        """How the value at a place of the unit's map came about."""
        raise NotImplementedError

    def strongest(self) -> Position:
        """The place of the largest value."""
        values = np.nan_to_num(self.output.astype(np.float64), nan=-np.inf)
        return tuple(int(i) for i in np.unravel_index(int(values.argmax()), values.shape))

    def checked(self, position: Position) -> Position:
        """The position. Raises ExplanationError if the unit's map has no such place."""
        shape = self.output.shape
        if len(position) != len(shape) or not all(
            0 <= at < size for at, size in zip(position, shape, strict=False)
        ):
            told = ",".join(map(str, position)) or "none"
            if not shape:
                raise ExplanationError(
                    f"'{self.layer}' gives a single value for each unit; there is no place {told}.",
                    "Leave the place out.",
                )
            size = "×".join(map(str, shape))
            largest = ",".join(str(length - 1) for length in shape)
            raise ExplanationError(
                f"There is no place {told} in the output of '{self.layer}', which is {size}.",
                f"Places go from {','.join('0' * len(shape))} to {largest}.",
            )
        return position


def common(working: Working, position: Position) -> dict[str, Any]:
    """The fields of any answer that say what it is about."""
    return {
        "kind": working.kind,
        "layer": working.layer,
        "unit": working.unit,
        "position": position,
        "value": float(working.output[position]),
        "formula": working.formula,
    }


def plain(value: Any) -> Any:
    """A value of JSON's types."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
