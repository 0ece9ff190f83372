"""A map and the images that it was made of, zoomed and pointed at together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF

from cnnstudio.ui.images.image_view import WHOLE, ImageView


class LinkedViews(QObject):
    """The pointer over the map draws what is seen from there on the images; over an image, what
    the map's value there sees. A part of one that is enlarged is enlarged in all.
    """

    def __init__(self, map: ImageView, images: Sequence[ImageView], parent: QObject) -> None:
        super().__init__(parent)
        self._map = map
        self._images = list(images)
        self._boxes: np.ndarray | None = None
        map.hovered.connect(self._point_at)
        map.left.connect(self._leave)
        for view in (map, *self._images):
            view.region_changed.connect(self._follow)
        for image in self._images:
            image.hovered.connect(lambda column, row, image=image: self._seek(image, column, row))
            image.left.connect(self._leave)

    def show_boxes(self, boxes: np.ndarray | None) -> None:
        """int32 (h, w, 4): top, left, bottom, right of what is seen at each place of the map; None
        as long as that isn't known, and when no map is shown."""
        self._boxes = boxes
        self._leave()

    def link(self, linked: bool) -> None:
        """While no map is shown, the images are whole and can't be zoomed."""
        for image in self._images:
            image.zoomable = linked
        if not linked:
            self._follow(WHOLE)
            self.show_boxes(None)

    def show_place(self, row: int, column: int) -> None:
        """As if the pointer were over this place of the map."""
        self._point_at(column, row)

    def _follow(self, region: QRectF) -> None:
        for view in (self._map, *self._images):
            if view.region != region:
                view.show_region(region)

    def _point_at(self, column: int, row: int) -> None:
        boxes = self._boxes
        if boxes is None or not (row < boxes.shape[0] and column < boxes.shape[1]):
            return
        top, left, bottom, right = (int(edge) for edge in boxes[row, column])
        box = QRectF(left, top, right - left, bottom - top)
        height, width = boxes.shape[:2]
        share = QPointF((column + 0.5) / width, (row + 0.5) / height)
        for image in self._images:
            image.show_box(box)
            image.show_mark(None)
        self._map.show_mark(share)

    def _seek(self, image: ImageView, column: int, row: int) -> None:
        """The map's place above a pixel of the image: the one whose field's middle is nearest."""
        boxes, shown = self._boxes, image.image
        if boxes is None or shown is None or boxes.ndim != 3:
            return
        middles = (boxes[..., :2] + boxes[..., 2:]) / 2 - (row + 0.5, column + 0.5)
        nearest = int(np.abs(middles).sum(-1).argmin())
        place = divmod(nearest, boxes.shape[1])
        self._point_at(place[1], place[0])

    def _leave(self) -> None:
        self._map.show_mark(None)
        for image in self._images:
            image.show_box(None)
