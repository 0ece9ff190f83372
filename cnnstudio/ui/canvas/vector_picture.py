"""A vector in a small area: bars, a line, or a histogram of its values; a row of each image."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from cnnstudio.ui.canvas.array_pictures import indexed_image
from cnnstudio.ui.canvas.look import Look

FEW_VALUES = 16
BINS = 24
LEAST_BAR = 8.0  # pixels
STYLES = {"bars": "bars", "line": "lines", "histogram": "histograms"}


def paint_vectors(
    painter: QPainter, values: np.ndarray, area: QRectF, color: QColor, look: Look, style: str,
    signed: bool = False,
) -> None:  # fmt: skip
    """Values (P, n), the first image's on top. Those that are `signed` grow from the middle."""
    values = np.nan_to_num(values)
    tall = (area.height() - 2 * (len(values) - 1)) / len(values)
    for index, own in enumerate(values):
        place = QRectF(area.left(), area.top() + index * (tall + 2), area.width(), tall)
        if style == "line" and own.size > 2:
            _paint_line(painter, own, place, color, look, signed)
        elif style == "histogram" and own.size > FEW_VALUES:
            _paint_histogram(painter, own, place, color, look)
        elif tall < LEAST_BAR:
            _paint_cells(painter, own, place, signed)
        else:
            _paint_bars(painter, own, place, color, look, signed)


def _paint_bars(
    painter: QPainter, values: np.ndarray, area: QRectF, color: QColor, look: Look, signed: bool
) -> None:
    """Of few values, the largest in the accent's colour."""
    few = values.size <= FEW_VALUES and not signed
    values = peaks(values, max(int(area.width()) // 2, 1), signed)
    low, high = _range(values, signed)
    zero = area.bottom() - (0.0 - low) / (high - low) * area.height()
    step = area.width() / values.size
    bar = step * (0.75 if few else 0.7)
    rects = []
    for index, value in enumerate(values.tolist()):
        y = area.bottom() - (value - low) / (high - low) * area.height()
        top, bottom = (min(y, zero), max(y, zero)) if signed else (y, area.bottom())
        if bottom - top < 1.0:
            top = bottom - 1.0
        rects.append(QRectF(area.left() + index * step, top, bar, bottom - top))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.muted if few else color)
    painter.drawRects(rects)
    if few:
        painter.setBrush(look.accent)
        painter.drawRect(rects[int(values.argmax())])


def _paint_cells(painter: QPainter, values: np.ndarray, area: QRectF, signed: bool) -> None:
    """A colour for each value, where bars would be too low to tell."""
    values = peaks(values, max(int(area.width()) // 2, 1), signed)
    low, high = _range(values, signed)
    levels = ((values - low) / (high - low) * 255).round().astype(np.uint8)
    smooth = QPainter.RenderHint.SmoothPixmapTransform
    painter.setRenderHint(smooth, False)
    painter.drawImage(area, indexed_image(levels[None], "coolwarm" if signed else "viridis"))
    painter.setRenderHint(smooth)


def _paint_line(
    painter: QPainter, values: np.ndarray, area: QRectF, color: QColor, look: Look, signed: bool
) -> None:
    values = peaks(values, max(int(area.width()), 2), signed)
    low, high = _range(values, signed)
    xs = area.left() + np.arange(values.size) * (area.width() / max(values.size - 1, 1))
    ys = area.bottom() - (values - low) / (high - low) * area.height()
    zero = area.bottom() + low / (high - low) * area.height()
    painter.setPen(QPen(look.border, 1))
    painter.drawLine(QPointF(area.left(), zero), QPointF(area.right(), zero))
    painter.setPen(QPen(color, 1.3))
    points = zip(xs.tolist(), ys.tolist(), strict=True)
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))


def _paint_histogram(
    painter: QPainter, values: np.ndarray, area: QRectF, color: QColor, look: Look
) -> None:
    """How often which value; a line where 0 is."""
    low, high = float(values.min()), float(values.max())
    if not high > low:
        low, high = low - 0.5, high + 0.5
    counts, _ = np.histogram(values, BINS, (low, high))
    step = area.width() / BINS
    heights = counts / max(int(counts.max()), 1) * area.height()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRects(
        [
            QRectF(area.left() + index * step, area.bottom() - tall, step - 0.5, tall)
            for index, tall in enumerate(heights.tolist())
            if tall
        ]
    )
    if low < 0 < high:
        x = area.left() - low / (high - low) * area.width()
        painter.setPen(QPen(look.muted, 1))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))


def peaks(values: np.ndarray, limit: int, signed: bool = False) -> np.ndarray:
    """At most `limit` values: the largest of each group of neighbours; if `signed`, of those
    farthest from 0."""
    group = -(-values.size // limit)
    padded = np.pad(values, (0, -values.size % group), mode="edge").reshape(-1, group)
    found: np.ndarray = padded.max(axis=1)
    if signed:
        least: np.ndarray = padded.min(axis=1)
        found = np.where(-least > found, least, found)
    return found


def _range(values: np.ndarray, signed: bool) -> tuple[float, float]:
    """The smallest and largest value to be drawn, 0 among them."""
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    if signed:
        high = max(-low, high)
        low = -high
    return (low, high) if high - low > 1e-12 else (low, low + 1.0)
