"""A sample that excites a unit, with the exciting patch outlined; a click looks at it."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.inspect.number import number_text

SIZE = 68
SMALLEST_PATCH = 10  # a smaller one is outlined from outside


class ExampleButton(QAbstractButton):
    """`sample` is one of the answer of `top_samples`."""

    def __init__(self, sample: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sample = sample
        self._image = image_of(np.asarray(sample["image"]))
        top, left, bottom, right = sample["box"]
        self._box = QRectF(left, top, right - left, bottom - top)
        name = f"{sample['class'] or sample['name']}: {number_text(sample['value'])}"
        self.setAccessibleName(f"Look at {sample['split']} image {sample['index']}, {name}")
        self.setToolTip(
            f"{sample['split'].capitalize()} image {sample['index']}, {name}\nClick to look at it"
        )
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(SIZE, SIZE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        scale = (SIZE - 4) / max(self._image.width(), self._image.height())
        width, height = self._image.width() * scale, self._image.height() * scale
        place = QRectF((SIZE - width) / 2, (SIZE - height) / 2, width, height)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 2)
        painter.drawImage(place, self._image)
        patch = QRectF(
            place.left() + self._box.left() * scale, place.top() + self._box.top() * scale,
            self._box.width() * scale, self._box.height() * scale,
        )  # fmt: skip
        around = 1.0 if min(patch.width(), patch.height()) >= SMALLEST_PATCH else -3.0
        patch = patch.adjusted(around, around, -around, -around)
        for color, thickness in (("on_picture_shadow", 3.0), ("on_picture", 1.5)):
            pen = QPen(theme.color(color), thickness)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRect(patch)
        if self.hasFocus() or self.underMouse():
            painter.setPen(QPen(theme.color("accent"), 2.0))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
