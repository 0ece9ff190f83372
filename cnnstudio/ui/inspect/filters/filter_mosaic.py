"""A layer's filters side by side."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from cnnstudio.interpret.weights.figures import weight_colours
from cnnstudio.interpret.weights.forms import Range
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.inspect.mosaic import Mosaic
from cnnstudio.ui.inspect.units.colours import Colours


class FilterMosaic(Mosaic):
    """Pictures of weights (units, h, w), or of colours (units, h, w, 3), as tiles."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Filters")

    def show_pictures(self, pictures: np.ndarray, within: Range | None) -> None:
        """On this scale, or each on its own if None."""
        self.show_maps(pictures, Colours("coolwarm", within))

    def _image(self, unit: int) -> QImage:
        if unit not in self._images:
            self._images[unit] = image_of(weight_colours(self._maps[unit], self._colours.common))
        return self._images[unit]
