"""Drawing points: their marks, or the samples' own images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from cnnstudio.ui.inspect.embedding.marks import ROOM, Grouping

RADIUS = 4.0
THUMBNAIL = 28
PLAIN, FADED = 0.85, 0.18


def paint_points(
    painter: QPainter,
    places: np.ndarray,
    shown: np.ndarray,
    selected: np.ndarray,
    grouping: Grouping,
    images: Sequence[QImage] | None,
    ratio: float,
) -> None:
    """Draws the `shown` of the points at `places` (n, 2); where some are selected the others are
    faint, and below them. `ratio` is the screen's pixels for one of the widget's."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    some = bool(selected.any())
    for chosen in (False, True):
        rows = shown & (selected == chosen)
        faint = some and not chosen
        if images is not None:
            painter.setOpacity(FADED if faint else 1.0)
            _paint_images(painter, places, np.flatnonzero(rows), grouping, images)
        else:
            _paint_marks(painter, places, rows, grouping, ratio, FADED if faint else PLAIN)


def _paint_marks(
    painter: QPainter,
    places: np.ndarray,
    rows: np.ndarray,
    grouping: Grouping,
    ratio: float,
    opacity: float,
) -> None:
    for number in np.unique(grouping.groups[rows]):
        mark = grouping.marks[number]
        picture = mark.pixmap(RADIUS, ratio, opacity)
        half = ROOM * RADIUS * mark.size
        for x, y in (places[rows & (grouping.groups == number)] - half).tolist():
            painter.drawPixmap(QPointF(x, y), picture)


def _paint_images(
    painter: QPainter,
    places: np.ndarray,
    rows: np.ndarray,
    grouping: Grouping,
    images: Sequence[QImage],
) -> None:
    half = THUMBNAIL / 2
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for row in rows.tolist():
        x, y = places[row]
        place = QRectF(x - half, y - half, THUMBNAIL, THUMBNAIL)
        painter.drawImage(place, images[row])
        painter.setPen(QPen(grouping.marks[grouping.groups[row]].color, 2))
        painter.drawRect(place)
