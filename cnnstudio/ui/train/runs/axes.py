"""Axes of parallel coordinates: where a value stands, and what is written beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnnstudio.training.run_rows import RunRow
from cnnstudio.training.setting_words import CORRECTIONS
from cnnstudio.ui.train.runs.columns import number, title

LOGARITHMIC = 50.0  # from this ratio of the largest to the smallest on
MOST_WORDS = 12


@dataclass(frozen=True)
class Scale:
    """An axis: `words` for choices, else numbers from `low` to `high`, evenly or by magnitude."""

    column: str
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    words: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return title(self.column)

    def place(self, value: Any) -> float | None:
        """0…1 from the bottom to the top; None for a value that is missing."""
        if value is None:
            return None
        if self.words:
            word = number(self.column, value)
            return _share(self.words.index(word), len(self.words)) if word in self.words else None
        if self.high <= self.low:
            return 0.5
        if self.log:
            span = math.log(self.high) - math.log(self.low)
            return (math.log(value) - math.log(self.low)) / span
        return (value - self.low) / (self.high - self.low)

    def marks(self) -> list[tuple[float, str]]:
        """Places and words to write beside the axis."""
        if self.words:
            return [(_share(i, len(self.words)), word) for i, word in enumerate(self.words)]
        if self.high <= self.low:
            return [(0.5, number(self.column, self.low))]
        return [(0.0, number(self.column, self.low)), (1.0, number(self.column, self.high))]


def scale_of(rows: Sequence[RunRow], column: str) -> Scale | None:
    """The axis for a column's values; None if there is nothing to draw."""
    values = [row[column] for row in rows if row[column] is not None]
    if not values:
        return None
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        low, high = float(min(values)), float(max(values))
        return Scale(column, low, high, low > 0 and high / low >= LOGARITHMIC)
    size = len if column in CORRECTIONS else lambda _: 0
    words = [word for _, word in sorted({(size(v), number(column, v)) for v in values})]
    return Scale(column, words=tuple(words)) if len(words) <= MOST_WORDS else None


def _share(place: int, count: int) -> float:
    return 0.5 if count == 1 else place / (count - 1)
