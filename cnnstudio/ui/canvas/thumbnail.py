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
FEW_VALUES = 16


def paint_thumbnail(painter: QPainter, thumbnail: Thumbnail, color: QColor, look: Look) -> None:
    if "image" in thumbnail:
        _paint_image(painter, thumbnail, look)
    elif "maps" in thumbnail:
        _paint_maps(painter, thumbnail, look)
    elif "values" in thumbnail:
        _paint_values(painter, np.asarray(thumbnail["values"], dtype=np.float32), color, look)
    elif "text" in thumbnail:
        painter.setPen(look.muted)
        painter.setFont(look.text_font)
        painter.drawText(QPointF(LEFT, TOP + 11), str(thumbnail["text"]))


def maps_parts(thumbnail: Thumbnail) -> list[str]:
    """`+27 maps`, `mean 0.26`, `0 dead`"""
    shown = min(len(thumbnail["maps"]), MAPS_SHOWN)
    channels = int(thumbnail.get("channels", shown))
    parts = []
    if channels > shown:
        parts.append(f"+{channels - shown} map{'s' if channels - shown > 1 else ''}")
    if "mean" in thumbnail:
        parts.append(f"mean {float(thumbnail['mean']):.2f}")
    if "dead" in thumbnail:
        parts.append(f"{int(thumbnail['dead'])} dead")
    return parts


def _fitting(parts: list[str], look: Look) -> str:
    """The parts in one line as wide apart as the card allows."""
    short = [part.removesuffix(" maps") for part in parts]
    for text in ("  ·  ".join(parts), " · ".join(parts), " · ".join(short)):
        if look.small_metrics.horizontalAdvance(text) <= RIGHT - LEFT:
            return text
    return look.small_metrics.elidedText(
        " · ".join(short), Qt.TextElideMode.ElideRight, RIGHT - LEFT
    )


def _paint_maps(painter: QPainter, thumbnail: Thumbnail, look: Look) -> None:
    gap = (RIGHT - LEFT - MAPS_SHOWN * MAP_SIZE) / (MAPS_SHOWN - 1)
    for index, values in enumerate(np.asarray(thumbnail["maps"])[:MAPS_SHOWN]):
        place = QRectF(LEFT + index * (MAP_SIZE + gap), TOP, MAP_SIZE, MAP_SIZE)
        painter.drawImage(place, indexed_image(values))
    painter.setPen(look.muted)
    painter.setFont(look.small_font)
    painter.drawText(QPointF(LEFT, TOP + MAP_SIZE + 22), _fitting(maps_parts(thumbnail), look))


def _paint_values(painter: QPainter, values: np.ndarray, color: QColor, look: Look) -> None:
    values = np.nan_to_num(values.ravel())
    if values.size == 0:
        return
    left, bottom, height = LEFT, TOP + 16.0, 20.0
    few = values.size <= FEW_VALUES
    if not few:
        painter.setPen(look.muted)
        painter.setFont(look.small_font)
        painter.drawText(QPointF(LEFT, TOP + 12), f"{values.size} values")
        left += 72
    columns = int(RIGHT - left) // 2
    if values.size > columns:  # the largest of each group, so that no peak is lost
        padded = np.pad(values, (0, -values.size % columns), mode="edge")
        values = padded.reshape(columns, -1).max(axis=1)
    low = min(float(values.min()), 0.0)
    span = max(float(values.max()) - low, 1e-9)
    step = (RIGHT - left) / values.size
    heights = np.maximum((values - low) / span * height, 1.0)
    bar = step * (0.75 if few else 0.7)
    rects = [
        QRectF(left + index * step, bottom - tall, bar, tall)
        for index, tall in enumerate(heights.tolist())
    ]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.muted if few else color)
    painter.drawRects(rects)
    if few:
        painter.setBrush(look.accent)
        painter.drawRect(rects[int(values.argmax())])


def _paint_image(painter: QPainter, thumbnail: Thumbnail, look: Look) -> None:
    size = 84.0
    painter.drawImage(QRectF(LEFT, TOP, size, size), color_image(np.asarray(thumbnail["image"])))
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
