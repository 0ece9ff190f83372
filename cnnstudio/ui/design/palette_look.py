"""How the palette's rows and the card under the pointer while dragging are painted."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cnnstudio.layers import LayerKind
from cnnstudio.ui import theme
from cnnstudio.ui.design.palette_model import LAYER

HEADING_HEIGHT, LAYER_HEIGHT = 34, 30
MARGIN, GAP = 12, 2
EDGE = 3
RADIUS = 5
ICON = 16
CARD_SIZE = QSize(176, 44)
Index = QModelIndex | QPersistentModelIndex


class PaletteDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, LAYER_HEIGHT if index.data(LAYER) else HEADING_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        layer = index.data(LAYER)
        area = QRectF(option.rect).adjusted(MARGIN, GAP / 2, -MARGIN, -GAP / 2)
        painter.save()
        if layer is None:
            painter.setFont(theme.font(12, bold=True))
            painter.setPen(theme.color("text_muted"))
            area.adjust(2, 8, 0, 0)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, index.data())
        else:
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
            focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
            border = "accent" if selected and focused else "border_strong" if hovered else "border"
            surface = "surface_selected" if selected else "surface_raised"
            _paint_card(painter, area, layer, theme.font(13), surface, border)
        painter.restore()


def drag_pixmap(layer: LayerKind, ratio: float) -> QPixmap:
    """The small card that follows the pointer."""
    pixmap = QPixmap(CARD_SIZE * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setOpacity(0.92)
    area = QRectF(0, 0, CARD_SIZE.width(), CARD_SIZE.height()).adjusted(1, 1, -1, -1)
    _paint_card(painter, area, layer, theme.font(14, bold=True), "surface_raised", "accent")
    painter.end()
    return pixmap


def _paint_card(painter, area: QRectF, layer: LayerKind, font, surface: str, border: str) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = area.adjusted(0.5, 0.5, -0.5, -0.5)
    outline = QPainterPath()
    outline.addRoundedRect(box, RADIUS, RADIUS)
    painter.fillPath(outline, theme.color(surface))
    edge = QPainterPath()
    edge.addRect(QRectF(box.left(), box.top(), EDGE, box.height()))
    painter.fillPath(edge.intersected(outline), theme.category_color(layer.category))
    painter.setPen(QPen(theme.color(border), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(outline)
    inner = box.adjusted(EDGE + 9, 0, -8, 0)
    icon = QRectF(inner.right() - ICON, inner.center().y() - ICON / 2, ICON, ICON)
    theme.icon(layer.icon, "text_muted").paint(painter, icon.toRect())
    painter.setFont(font)
    painter.setPen(theme.color("text"))
    width = int(icon.left() - inner.left() - 4)
    text = painter.fontMetrics().elidedText(layer.label, Qt.TextElideMode.ElideRight, width)
    painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, text)
