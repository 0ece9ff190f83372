"""Pictures side by side, of which some may be missing yet."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.inspect.mosaic import Mosaic
from cnnstudio.ui.inspect.units.colours import Colours


class PictureMosaic(Mosaic):
    """Pictures uint8 (H, W, 3) by number; a place stays empty until its picture is there."""

    largest = 480

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: dict[int, np.ndarray] = {}
        self.setAccessibleName("Pictures")

    def show_pictures(self, pictures: Mapping[int, np.ndarray], count: int) -> None:
        """`count` places, from 0."""
        self._pictures = dict(pictures)
        some = next(iter(self._pictures.values()), np.zeros((1, 1, 3), np.uint8))
        # The tiles' proportions follow from the maps'.
        self.show_maps(np.broadcast_to(np.float32(0), (count, *some.shape[:2])), Colours())

    def _image(self, unit: int) -> QImage:
        if unit in self._pictures:
            return image_of(self._pictures[unit])
        empty = QImage(1, 1, QImage.Format.Format_RGB888)
        empty.fill(theme.color("surface_sunken"))
        return empty
