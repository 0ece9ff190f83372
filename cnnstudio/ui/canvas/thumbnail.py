"""The strip at the foot of a card: feature maps, the values of a vector, or the input image."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from cnnstudio.ui.canvas.card import Thumbnail
from cnnstudio.ui.canvas.geometry import CARD_WIDTH
from cnnstudio.ui.canvas.look import Look, viridis

LEFT = 16.0
RIGHT = CARD_WIDTH - 12.0
TOP = 56.0
MAP_SIZE = 32.0
MAPS_SHOWN = 5
BRIEF_MAP_SIZE = 54.0
BRIEF_MAPS_SHOWN = 3
IMAGE_SIZE = 84.0
FEW_VALUES = 16
COMPACT_MAPS = 3
COMPACT_SIZE = 22.0
COMPACT_TOP = 28.0
COMPACT_WIDTH = COMPACT_MAPS * (COMPACT_SIZE + 2)
NONE_SILENT = "0 silent"


def paint_thumbnail(
    painter: QPainter, thumbnail: Thumbnail, color: QColor, look: Look, brief: bool = False
) -> None:
    """A `brief` one has fewer, larger pictures and no small print, to be seen in an overview."""
    if "image" in thumbnail:
        _paint_image(painter, thumbnail, look, brief)
    elif "maps" in thumbnail:
        _paint_maps(painter, thumbnail, look, brief)
    elif "values" in thumbnail:
        _paint_values(painter, thumbnail, color, look, brief)
    elif "text" in thumbnail:
        painter.setPen(look.muted)
        painter.setFont(look.brief_font if brief else look.text_font)
        text = look.brief_metrics.elidedText if brief else look.text_metrics.elidedText
        shown = text(str(thumbnail["text"]), Qt.TextElideMode.ElideRight, RIGHT - LEFT)
        painter.drawText(QPointF(LEFT, TOP + (14 if brief else 11)), shown)


def paint_compact(
    painter: QPainter, thumbnail: Thumbnail, color: QColor, look: Look, brief: bool = False
) -> None:
    """The thumbnail beside the name, on a card that has no room below it."""
    if brief:
        return
    left, size = RIGHT - COMPACT_WIDTH, COMPACT_SIZE
    if "image" in thumbnail:
        image = color_image(np.asarray(thumbnail["image"]))
        painter.drawImage(QRectF(RIGHT - size, COMPACT_TOP, size, size), image)
    elif "maps" in thumbnail:
        maps = np.asarray(thumbnail["maps"])[:COMPACT_MAPS]
        for index, values in enumerate(maps):
            x = RIGHT - size - (len(maps) - 1 - index) * (size + 2)
            painter.drawImage(QRectF(x, COMPACT_TOP, size, size), indexed_image(values))
    elif "values" in thumbnail:
        values = np.nan_to_num(np.asarray(thumbnail["values"], dtype=np.float32).ravel())
        if values.size:
            _paint_bars(
                painter, values, QRectF(left, COMPACT_TOP, COMPACT_WIDTH, size), color, look
            )


def maps_parts(thumbnail: Thumbnail) -> list[str]:
    """`+27 maps`, `mean 0.26`, `0 silent`"""
    shown = min(len(thumbnail["maps"]), MAPS_SHOWN)
    channels = int(thumbnail.get("channels", shown))
    parts = []
    if channels > shown:
        parts.append(f"+{channels - shown} map{'s' if channels - shown > 1 else ''}")
    if "mean" in thumbnail:
        parts.append(f"mean {float(thumbnail['mean']):.2f}".replace("-", "\N{MINUS SIGN}"))
    if "silent" in thumbnail:
        parts.append(f"{int(thumbnail['silent'])} silent")
    return parts


def _fitting(parts: list[str], look: Look) -> str:
    """The parts in one line, as wide apart and as complete as the card allows."""
    telling = [part for part in parts if part != NONE_SILENT]
    short = [part.removesuffix(" maps") for part in telling]
    lines = ["  ·  ".join(parts), *(" · ".join(some) for some in (parts, telling, short))]
    for line in lines:
        if look.small_metrics.horizontalAdvance(line) <= RIGHT - LEFT:
            return line
    return look.small_metrics.elidedText(lines[-1], Qt.TextElideMode.ElideRight, RIGHT - LEFT)


def _paint_maps(painter: QPainter, thumbnail: Thumbnail, look: Look, brief: bool) -> None:
    count, size = (BRIEF_MAPS_SHOWN, BRIEF_MAP_SIZE) if brief else (MAPS_SHOWN, MAP_SIZE)
    gap = (RIGHT - LEFT - count * size) / (count - 1)
    for index, values in enumerate(np.asarray(thumbnail["maps"])[:count]):
        place = QRectF(LEFT + index * (size + gap), TOP, size, size)
        painter.drawImage(place, indexed_image(values))
    if brief:
        return
    painter.setPen(look.muted)
    painter.setFont(look.small_font)
    painter.drawText(QPointF(LEFT, TOP + MAP_SIZE + 22), _fitting(maps_parts(thumbnail), look))


def _paint_values(
    painter: QPainter, thumbnail: Thumbnail, color: QColor, look: Look, brief: bool
) -> None:
    values = np.nan_to_num(np.asarray(thumbnail["values"], dtype=np.float32).ravel())
    if values.size == 0:
        return
    left = LEFT
    few = values.size <= FEW_VALUES
    if not few and not brief:
        painter.setPen(look.muted)
        painter.setFont(look.small_font)
        count = int(thumbnail.get("channels", values.size))
        painter.drawText(QPointF(LEFT, TOP + 12), f"{count} values")
        left += 72
    _paint_bars(painter, values, QRectF(left, TOP - 4, RIGHT - left, 20.0), color, look)


def _paint_bars(
    painter: QPainter, values: np.ndarray, area: QRectF, color: QColor, look: Look
) -> None:
    """The values as bars; of few, the largest in the accent's colour."""
    few = values.size <= FEW_VALUES
    values = peaks(values, int(area.width()) // 2)
    low = min(float(values.min()), 0.0)
    span = max(float(values.max()) - low, 1e-9)
    step = area.width() / values.size
    heights = np.maximum((values - low) / span * area.height(), 1.0)
    bar = step * (0.75 if few else 0.7)
    rects = [
        QRectF(area.left() + index * step, area.bottom() - tall, bar, tall)
        for index, tall in enumerate(heights.tolist())
    ]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.muted if few else color)
    painter.drawRects(rects)
    if few:
        painter.setBrush(look.accent)
        painter.drawRect(rects[int(values.argmax())])


def peaks(values: np.ndarray, limit: int) -> np.ndarray:
    """At most `limit` values: the largest of each group of neighbours."""
    group = -(-values.size // limit)
    padded = np.pad(values, (0, -values.size % group), mode="edge")
    return padded.reshape(-1, group).max(axis=1)


def _paint_image(painter: QPainter, thumbnail: Thumbnail, look: Look, brief: bool) -> None:
    size = IMAGE_SIZE
    painter.drawImage(QRectF(LEFT, TOP, size, size), color_image(np.asarray(thumbnail["image"])))
    if brief:
        return
    left = LEFT + size + 12
    painter.setPen(look.muted)
    painter.setFont(look.small_font)
    painter.drawText(QPointF(left, TOP + 14), "probe image")
    if caption := str(thumbnail.get("caption", "")):
        painter.setPen(look.text)
        painter.setFont(look.text_font)
        room = RIGHT - left
        text = look.text_metrics.elidedText(caption, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(left, TOP + 32), text)


def indexed_image(values: np.ndarray) -> QImage:
    """An image in viridis from values (H, W) of uint8."""
    values = np.ascontiguousarray(values, dtype=np.uint8)
    height, width = values.shape
    image = QImage(values.data, width, height, width, QImage.Format.Format_Indexed8)
    image.setColorTable(viridis())
    return image.copy()  # the array's memory need not live as long


def color_image(values: np.ndarray) -> QImage:
    """An image from uint8 (H, W, 3), (H, W, 1) or (H, W)."""
    if values.ndim == 2:
        values = values[:, :, None]
    values = np.ascontiguousarray(np.broadcast_to(values, (*values.shape[:2], 3)), dtype=np.uint8)
    height, width, _ = values.shape
    return QImage(values.data, width, height, width * 3, QImage.Format.Format_RGB888).copy()
