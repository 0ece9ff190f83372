"""Heat over an image."""

from __future__ import annotations

import numpy as np

from cnnstudio.interpret.figures.pictures import overlay
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.images.image_view import ImageView
from cnnstudio.ui.inspect.scale import Range


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

    def show_plain(self, image: np.ndarray | None) -> None:
        """An image (H, W, 3) without heat; None for nothing at all."""
        self._picture, self._heat = image, None
        self.show_image(None if image is None else image_of(image))

    def set_opacity(self, opacity: float) -> None:
        self._opacity = opacity
        self._redraw()

    def heat_at(self, column: int, row: int) -> float:
        """The heat of a pixel; 0 without heat."""
        return 0.0 if self._heat is None else float(self._heat[row, column])

    def _redraw(self) -> None:
        if self._picture is not None and self._heat is not None:
            picture = overlay(self._picture, self._heat, self._opacity, self._within)
            self.show_image(image_of(picture))
