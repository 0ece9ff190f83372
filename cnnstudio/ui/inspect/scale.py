"""From values to levels of a colour map."""

from __future__ import annotations

from cnnstudio.interpret.figures.colour import levels_of, range_of

__all__ = ["Range", "levels_of", "range_of"]

Range = tuple[float, float]
