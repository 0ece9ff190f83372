"""Heat over an image."""

from __future__ import annotations

import numpy as np

from cnnstudio.interpret.colour import coloured
from cnnstudio.interpret.pictures import heat_amounts, heat_levels
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.images.image_view import ImageView
from cnnstudio.ui.inspect.scale import Range

GREY = np.array([0.299, 0.587, 0.114], np.float32)
COLOUR_GONE_AT = 0.5


class HeatView(ImageView):
    """An image (H, W, 3) with heat (H, W) laid over it; `opacity` in 0…1."""

    def __init__(self, parent: object = None) -> None:
        super().__init__("Heatmap over the image", smooth=True, compact=True, parent=parent)
        self._picture: np.ndarray | None = None
        self._heat: np.ndarray | None = None
        self._within: Range | None = None
        self._opacity = 0.6

    def show_heat(self, image: np.ndarray, heat: np.ndarray, within: Range | None = None) -> None:
        """`within` are the values of the colour map's ends; by default the heat's own."""
        self._picture, self._heat, self._within = image, heat, within
        self._redraw()

    def set_opacity(self, opacity: float) -> None:
        self._opacity = opacity
        self._redraw()

    def heat_at(self, column: int, row: int) -> float:
        """The heat of a pixel; 0 without heat."""
        return 0.0 if self._heat is None else float(self._heat[row, column])

    def _redraw(self) -> None:
        if self._picture is not None and self._heat is not None:
            picture = heat_picture(self._picture, self._heat, self._opacity, self._within)
            self.show_image(image_of(picture))


def heat_picture(
    image: np.ndarray, heat: np.ndarray, opacity: float, within: Range | None = None
) -> np.ndarray:
    """Heat (H, W) over an image, uint8 (H, W, 3): strong where it is hot, or far below 0.

    The image loses its own colours on the way, so that those of the heat can be read.
    """
    levels, name = heat_levels(heat, within)
    colours = coloured(levels, name).astype(np.float32)
    plain = image.astype(np.float32)
    fading = min(1.0, opacity / COLOUR_GONE_AT)
    base = plain + fading * ((plain @ GREY)[..., None] - plain)
    weight = (opacity * heat_amounts(levels, name))[..., None]
    return ((1 - weight) * base + weight * colours).clip(0, 255).round().astype(np.uint8)
