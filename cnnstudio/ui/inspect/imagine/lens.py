"""Several pictures of one size, magnified alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent

from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.images.image_view import ImageView

FASTER = 1.25
FEWEST = 4  # pixels along a side, at the closest


class LensView(ImageView):
    """Tells of the wheel (`zoomed(factor, column, row)`) and of a double click (`reset`)."""

    zoomed = Signal(float, int, int)
    reset = Signal()

    def wheelEvent(self, event: QWheelEvent) -> None:
        pixel = self.pixel_at(event.position())
        if pixel is not None:
            factor = FASTER if event.angleDelta().y() > 0 else 1 / FASTER
            self.zoomed.emit(factor, *pixel)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset.emit()


class Lens(QObject):
    """Shows the same part of each picture in each view: the wheel comes closer, a double click
    shows all again. `hovered(row, column)` is a place in the pictures, `left` that there is none.
    """

    hovered = Signal(int, int)
    left = Signal()

    def __init__(self, views: Sequence[LensView], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._views = views
        self._pictures: list[np.ndarray] = []
        self._part: tuple[int, int, int, int] | None = None  # top, left, height, width
        for view in views:
            view.zoomed.connect(self._zoom_at)
            view.reset.connect(self.show_all)
            view.hovered.connect(self._hover)
            view.left.connect(self.left)

    @property
    def part(self) -> tuple[int, int, int, int]:
        """(top, left, height, width) of what is seen."""
        height, width = self._pictures[0].shape[:2] if self._pictures else (0, 0)
        return self._part or (0, 0, height, width)

    def show_pictures(self, pictures: Sequence[np.ndarray]) -> None:
        """uint8 (H, W, 3) for each view. The part is kept where the size is."""
        if self._pictures and self._pictures[0].shape != pictures[0].shape:
            self._part = None
        self._pictures = list(pictures)
        self._show()

    def zoom(self, factor: float) -> None:
        """Comes closer to the middle, or moves away."""
        _, _, height, width = self.part
        self._zoom_at(factor, width // 2, height // 2)

    def show_all(self) -> None:
        self._part = None
        self._show()

    def _zoom_at(self, factor: float, column: int, row: int) -> None:
        """The pixel under the pointer stays there."""
        if not self._pictures:
            return
        full = self._pictures[0].shape[:2]
        top, left, height, width = self.part
        share = row / max(1, height), column / max(1, width)
        new = [
            int(np.clip(round(size / factor), min(FEWEST, most), most))
            for size, most in zip((height, width), full, strict=True)
        ]
        corner = [
            int(np.clip(round(at + part * (old - size)), 0, most - size))
            for at, part, old, size, most in zip(
                (top, left), share, (height, width), new, full, strict=True
            )
        ]
        self._part = None if new == list(full) else (*corner, *new)
        self._show()

    def _hover(self, column: int, row: int) -> None:
        self.hovered.emit(self.part[0] + row, self.part[1] + column)

    def _show(self) -> None:
        top, left, height, width = self.part
        for view, picture in zip(self._views, self._pictures, strict=False):
            view.show_image(image_of(picture[top : top + height, left : left + width]))
