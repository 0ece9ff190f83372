"""A picture to take away: pixels with the colours' meaning and a caption, as PNG or SVG. No torch.

A figure is data; `figure_page.py` says where its parts lie, `figure_files.py` draws them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.graph.replacing import replacing
from cnnstudio.interpret.figures.colour import colour_maps
from cnnstudio.interpret.figures.files import drawn, png_bytes, svg_text
from cnnstudio.interpret.figures.page import Page, lay_out

WIDTH = 1024  # pixels
NARROWEST, WIDEST = 64, 16384


class Scale(NamedTuple):
    """What colours stand for: a colour map and the values at its ends; None where each picture
    goes from its own lowest to its own highest value."""

    colour_map: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, eq=False)
class Panel:
    """One picture of a figure: uint8 (H, W, 3). `smooth` blurs its pixels where it is enlarged."""

    pixels: np.ndarray
    title: str = ""
    scale: Scale | None = None
    smooth: bool = False

    def __post_init__(self) -> None:
        shape = np.shape(self.pixels)
        if len(shape) != 3 or shape[2] != 3 or 0 in shape or self.pixels.dtype != np.uint8:
            raise ExplanationError(
                f"A picture of shape {shape} can't stand in a figure.",
                "Give colours as uint8 (height, width, 3).",
            )
        if self.scale is not None and self.scale.colour_map not in colour_maps:
            raise ExplanationError(
                f"There is no colour map '{self.scale.colour_map}'.",
                f"Choose among: {', '.join(colour_maps)}.",
            )


@dataclass(frozen=True, eq=False)
class Figure:
    """Panels in rows of `columns`, all in one row if None; `scale` is that of all of them, `name`
    a good one for a file."""

    panels: tuple[Panel, ...]
    caption: str = ""
    scale: Scale | None = None
    columns: int | None = None
    name: str = "picture"

    @property
    def has_scale(self) -> bool:
        """Whether there is a colour bar to draw."""
        return self.scale is not None or any(panel.scale for panel in self.panels)

    def page(self, width: int = WIDTH, caption: bool = True, bars: bool = True) -> Page:
        """Where everything lies at a width in pixels, with or without caption and colour bars."""
        if not NARROWEST <= width <= WIDEST:
            raise ExplanationError(
                f"A figure can't be {width} pixels wide.",
                f"Choose a width from {NARROWEST} to {WIDEST}.",
            )
        columns = self.columns or len(self.panels)
        rows = [self.panels[n : n + columns] for n in range(0, len(self.panels), columns)]
        return lay_out(rows, columns, self.caption if caption else "", self.scale, width, bars)

    def image(self, width: int = WIDTH, caption: bool = True, bars: bool = True) -> np.ndarray:
        """The figure as colours, uint8 (height, width, 3)."""
        return np.asarray(drawn(self.page(width, caption, bars)))

    def save(
        self, path: str | Path, width: int = WIDTH, caption: bool = True, bars: bool = True
    ) -> Path:
        """Writes the figure as .png or .svg, whole or not at all, and returns where to. A folder
        that isn't there is made.

        Raises ExplanationError for another ending, or if the disk refuses.
        """
        path = Path(path)
        writers: dict[str, Callable[[Page], bytes]] = {
            ".png": png_bytes,
            ".svg": lambda page: svg_text(page).encode(),
        }
        if path.suffix.lower() not in writers:
            raise ExplanationError(
                f"A figure can't be written as '{path.name}'.", "End the name in .png or .svg."
            )
        content = writers[path.suffix.lower()](self.page(width, caption, bars))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as aside:
                aside.write_bytes(content)
        except OSError as error:
            raise ExplanationError(
                f"{path} can't be written: {error.strerror or error}.",
                "Check the folder, its permissions and the free space, or save elsewhere.",
            ) from None
        return path
