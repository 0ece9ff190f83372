"""How the palette's rows and the card under the pointer while dragging are painted."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cnnstudio.layers import LayerKind
from cnnstudio.ui import theme
from cnnstudio.ui.design.palette_model import FOLD, LAYER, Heading, More

HEADING_HEIGHT, LAYER_HEIGHT = 34, 30
MARGIN, GAP = 12, 2
EDGE = 3
RADIUS = 5
ICON = 16
CARD_SIZE = QSize(176, 44)
Index = QModelIndex | QPersistentModelIndex


class PaletteDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, HEADING_HEIGHT if isinstance(index.data(FOLD), Heading) else LAYER_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        layer = index.data(LAYER)
        area = QRectF(option.rect).adjusted(MARGIN, GAP / 2, -MARGIN, -GAP / 2)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        if layer is None:
            _paint_fold(painter, area, index.data(FOLD), hovered, selected and focused)
        else:
            border = "accent" if selected and focused else "border_strong" if hovered else "border"
            surface = "surface_selected" if selected else "surface_raised"
            _paint_card(painter, area, layer, theme.font(13), surface, border)
        painter.restore()


def _paint_fold(
    painter: QPainter, area: QRectF, row: Heading | More, hovered: bool, focused: bool
) -> None:
    """A category's name with its icon and count, or what opens the rest of one."""
    heading = isinstance(row, Heading)
    color = "text" if hovered or focused else "text_muted"
    if focused:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("accent"), 1))
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
    line = area.adjusted(2, 6 if heading else 0, -6, 0)
    chevron = QRectF(line.left(), line.center().y() - ICON / 2, ICON, ICON)
    name = "mdi6.chevron-down" if row.open else "mdi6.chevron-right"
    if not heading and row.open:
        name = "mdi6.chevron-up"
    theme.icon(name, color).paint(painter, chevron.toRect())
    text = line.adjusted(ICON + 4, 0, 0, 0)
    if heading:
        mark = QRectF(text.left(), text.center().y() - ICON / 2, ICON, ICON)
        shade = theme.category_color(row.category)
        theme.icon(row.icon, shade).paint(painter, mark.toRect())
        text.adjust(ICON + 6, 0, 0, 0)
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("text_muted"))
        painter.drawText(
            text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, str(row.count)
        )
    painter.setFont(theme.font(12, bold=heading))
    painter.setPen(theme.color(color))
    painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, row.text)


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
