"""The application's icon, drawn: feature maps of shrinking size, the last one with its find."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

SIZES = (16, 24, 32, 48, 64, 128, 256)
GROUND = "#12294a"
# Left edge, top and size of each map in a unit square, and its colour: steps of viridis.
MAPS = ((0.14, 0.14, 0.50, "#31688e"), (0.30, 0.30, 0.42, "#35b779"), (0.48, 0.48, 0.34, "#fde725"))


@cache
def app_icon() -> QIcon:
    icon = QIcon()
    for size in SIZES:
        icon.addPixmap(_drawn(size))
    return icon


def _drawn(size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size, size)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(GROUND))
    painter.drawRoundedRect(QRectF(0.03, 0.03, 0.94, 0.94), 0.2, 0.2)
    for left, top, side, color in MAPS:
        painter.setPen(QPen(QColor(GROUND), 0.045))
        painter.setBrush(QColor(color))
        painter.drawRoundedRect(QRectF(left, top, side, side), 0.06, 0.06)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(GROUND))
    painter.drawEllipse(QPointF(0.65, 0.65), 0.075, 0.075)
    painter.end()
    return pixmap
