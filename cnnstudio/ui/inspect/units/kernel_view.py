"""The filter of a unit as a picture: in colour if it reads three channels, else each alone."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.interpret.figures.colour import coloured, levels_of, scaled
from cnnstudio.ui.images.array_image import image_of

GAP = 3
LARGEST, SMALLEST = 68, 24
MOST = 40


class KernelView(QWidget):
    """Weights (channels, height, width); of those with many channels, the strongest, in their
    order. `shown` are their numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Filter")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._pictures: list[np.ndarray] = []
        self.shown: list[int] = []

    def show_weights(self, weights: np.ndarray | None) -> None:
        """None, or weights without a place, show nothing."""
        self._pictures, self.shown = [], []
        if weights is not None and weights.ndim == 2:
            weights = weights[:, None]
        if weights is not None and weights.ndim == 3:
            if len(weights) == 3 and weights[0].size > 1:
                levels = scaled(weights).transpose(1, 2, 0)
                self._pictures, self.shown = [(levels * 255).round().astype(np.uint8)], [0, 1, 2]
            else:
                bound = float(np.abs(weights).max()) or 1.0
                strength = np.abs(weights).reshape(len(weights), -1).sum(1)
                self.shown = sorted(np.argsort(-strength, kind="stable")[:MOST].tolist())
                self._pictures = [
                    coloured(levels_of(weights[channel], (-bound, bound)), "coolwarm")
                    for channel in self.shown
                ]
        self.setVisible(bool(self._pictures))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self._height(max(1, self.width())))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self._height(max(1, self.width())))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        side, columns = self._grid(self.width())
        for number, picture in enumerate(self._pictures):
            row, column = divmod(number, columns)
            place = QRectF(column * (side + GAP), row * (side + GAP), side, side)
            height, width = picture.shape[:2]
            if height < width:
                place.setHeight(max(4.0, side * height / width))
            painter.drawImage(place, image_of(picture))

    def resizeEvent(self, event: object) -> None:
        self.updateGeometry()

    def _grid(self, width: int) -> tuple[int, int]:
        """A tile's side and how many stand in a row."""
        count = max(1, len(self._pictures))
        side = LARGEST if count <= 2 else SMALLEST
        return side, max(1, (width + GAP) // (side + GAP))

    def _height(self, width: int) -> int:
        side, columns = self._grid(width)
        return math.ceil(max(1, len(self._pictures)) / columns) * (side + GAP) - GAP
