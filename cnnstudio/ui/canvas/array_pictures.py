"""Arrays as Qt's images."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from cnnstudio.ui.canvas.look import color_table


def indexed_image(values: np.ndarray, colors: str = "viridis") -> QImage:
    """An image in a colour map from values (H, W) of uint8."""
    made = color_table(colors)[np.asarray(values, np.uint8)]
    height, width = values.shape
    # The array's memory need not live as long.
    return QImage(made.data, width, height, width * 4, QImage.Format.Format_RGB32).copy()


def color_image(values: np.ndarray) -> QImage:
    """An image from uint8 (H, W, 3), (H, W, 1) or (H, W)."""
    if values.ndim == 2:
        values = values[:, :, None]
    values = np.ascontiguousarray(np.broadcast_to(values, (*values.shape[:2], 3)), dtype=np.uint8)
    height, width, _ = values.shape
    return QImage(values.data, width, height, width * 3, QImage.Format.Format_RGB888).copy()
