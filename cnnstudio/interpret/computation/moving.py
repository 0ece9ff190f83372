"""Layers that only put values elsewhere, and those that are not explained."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnstudio.interpret.computation import words
from cnnstudio.interpret.computation.working import Computation, Position, Working, common

FILLED = -1


@dataclass(frozen=True)
class MovedAt(Computation):
    """The value at `source` of the input called `origin`; None for a value filled in."""

    origin: str | None
    source: tuple[int, ...] | None


@dataclass(frozen=True, kw_only=True)
class Moved(Working):
    """`sources` (…) number all values of the `inputs` in turn, FILLED for a value that comes from
    none of them."""

    names: tuple[str, ...]
    inputs: tuple[np.ndarray, ...]
    sources: np.ndarray

    def origin(self, position: Position) -> tuple[int, tuple[int, ...]] | None:
        """(which input, the place in it)."""
        number = int(self.sources[position])
        if number == FILLED:
            return None
        for index, input in enumerate(self.inputs):
            if number < input.size:
                return index, tuple(int(i) for i in np.unravel_index(number, input.shape))
            number -= input.size
        raise IndexError(number)

    def at(self, position: Position) -> MovedAt:
        found = self.origin(self.checked(position))
        name = None if found is None else self.names[found[0]]
        source = None if found is None else found[1]
        value = float(self.output[position])
        result = value if found is None else float(self.inputs[found[0]][found[1]])
        return MovedAt(
            **common(self, position), result=result,
            sentence=words.of_move(self, position, name, source, result),
            origin=name, source=source,
        )  # fmt: skip


@dataclass(frozen=True)
class UnexplainedAt(Computation):
    """`sentence` says why; `input` is the value at the same place of the input, if it has one."""

    input: float | None


@dataclass(frozen=True, kw_only=True)
class Unexplained(Working):
    """`reason` is a sentence. `input` is the first input's sample, None of a layer without one."""

    reason: str
    input: np.ndarray | None

    def at(self, position: Position) -> UnexplainedAt:
        place = (self.unit, *self.checked(position))
        given = None
        shape = () if self.input is None else self.input.shape
        fits = len(shape) == len(place) and all(
            at < size for at, size in zip(place, shape, strict=True)
        )
        if self.input is not None and fits:
            given = float(self.input[place])
        return UnexplainedAt(
            **common(self, position), result=None, sentence=self.reason, input=given
        )
