"""A widget as a picture, larger than on the screen."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.images.array_image import array_of

SCALE = 2


def drawn(widget: QWidget) -> np.ndarray:
    """uint8 (2 · height, 2 · width, 3), drawn anew at that size and not enlarged."""
    image = QImage(widget.size() * SCALE, QImage.Format.Format_RGB32)
    image.fill(theme.color("surface"))
    painter = QPainter(image)
    painter.scale(SCALE, SCALE)
    widget.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
    painter.end()
    return array_of(image)
