"""How feature maps are coloured: the colour map, and one scale for all or each its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnstudio.interpret.figures.colour import coloured, levels_of, span_of
from cnnstudio.ui.inspect.scale import Range

COLOUR_MAPS = (("Viridis", "viridis"), ("Magma", "magma"), ("Signed", "coolwarm"))


@dataclass(frozen=True)
class Colours:
    """`common` is the range of all maps; None where each has its own."""

    colour_map: str = "viridis"
    common: Range | None = None

    def range(self, values: np.ndarray) -> Range:
        """The values of the lowest and the highest colour of one map."""
        return self.common or span_of(values, self.colour_map)

    def pixels(self, values: np.ndarray) -> np.ndarray:
        """uint8 (h, w, 3)."""
        return coloured(levels_of(values, self.range(values)), self.colour_map)


def colours_for(maps: np.ndarray, colour_map: str, common: bool) -> Colours:
    """Of maps (C, h, w), on one scale if `common`."""
    return Colours(colour_map, span_of(maps, colour_map) if common else None)
