"""Arrays as Qt's images."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage


def image_of(values: np.ndarray) -> QImage:
    """An image from uint8 (H, W, 3), (H, W, 1) or (H, W). It owns its pixels."""
    if values.ndim == 2:
        values = values[:, :, None]
    values = np.ascontiguousarray(np.broadcast_to(values, (*values.shape[:2], 3)), dtype=np.uint8)
    height, width, _ = values.shape
    return QImage(values.data, width, height, width * 3, QImage.Format.Format_RGB888).copy()


def array_of(image: QImage) -> np.ndarray:
    """The pixels of an image: uint8 (H, W, 3)."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()
