"""What is told of the point under the pointer: its picture and a few lines."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen

from cnnstudio.ui import theme

PICTURE, PADDING, AWAY = 72, 8, 14


def paint_card(
    painter: QPainter, within: QRectF, place: QPointF, image: QImage | None, text: str
) -> None:
    """Paints the card beside a place, where there is room for it."""
    lines = text.split("\n")
    metrics = QFontMetricsF(theme.font(12))
    wide = max(metrics.horizontalAdvance(line) for line in lines)
    high = metrics.lineSpacing() * len(lines)
    left = PICTURE + PADDING if image is not None else 0
    size = QRectF(0, 0, left + wide + 2 * PADDING,
                  max(PICTURE if image is not None else 0, high) + 2 * PADDING)  # fmt: skip
    x = place.x() + AWAY
    if x + size.width() > within.right():
        x = max(within.left(), place.x() - AWAY - size.width())
    y = min(max(within.top(), place.y() - size.height() / 2), within.bottom() - size.height())
    card = size.translated(x, y)
    painter.setPen(QPen(theme.color("border_strong"), 1))
    painter.setBrush(theme.color("surface_raised"))
    painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), theme.radius, theme.radius)
    inner = card.adjusted(PADDING, PADDING, -PADDING, -PADDING)
    if image is not None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(inner.left(), inner.top(), PICTURE, PICTURE), image)
    painter.setPen(theme.color("text"))
    painter.setFont(theme.font(12))
    painter.drawText(inner.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
