"""What of a look the canvas shows, by the user's choice."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from cnnstudio.ui.canvas.thumbnail import grid_of
from cnnstudio.ui.settings import Settings

WIRES = {"none": "Nothing", "activation": "Activations", "gradient": "Gradients"}
LARGEST_MAP = 64  # pixels: twice its size on a card, for zooming in and for dense screens


@dataclass(frozen=True)
class Showing:
    """`style` is how vectors are drawn, `wires` what their strength shows: one of WIRES."""

    maps: bool = True
    gradients: bool = False
    statistics: bool = True
    style: str = "bars"
    wires: str = "none"

    @classmethod
    def remembered(cls, settings: Settings) -> Showing:
        given = {f.name: settings.value(_key(f.name), f.default) for f in fields(cls)}
        if given["wires"] not in WIRES:
            given["wires"] = "none"
        return cls(**given)

    def changed(self, settings: Settings, **choice: Any) -> Showing:
        """With another choice, which is remembered."""
        for name, value in choice.items():
            settings.set_value(_key(name), value)
        return replace(self, **choice)

    @property
    def wanted(self) -> bool:
        """Whether there is anything to look for."""
        return self.maps or self.wires != "none"

    @property
    def wants_gradients(self) -> bool:
        return self.gradients or self.wires == "gradient"

    def maps_of(self, probes: int) -> tuple[int, int]:
        """How many maps of a node are shown for so many images, and of how many pixels at most."""
        grid = grid_of(probes, self.gradients, self.statistics)
        return grid.count, min(LARGEST_MAP, round(2 * grid.size))


def _key(name: str) -> str:
    return "design/thumbnails" if name == "maps" else f"design/living_{name}"
