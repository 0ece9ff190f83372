"""How a sample is drawn in a list: its image, and its class below."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cnnstudio.ui import theme

LABEL_HEIGHT = 20
MARGIN = 4


class SampleDelegate(QStyledItemDelegate):
    """Draws images of `size` pixels; with `labels`, their classes too."""

    def __init__(self, size: int, labels: bool, parent: object = None) -> None:
        super().__init__(parent)
        self._size = size
        self._labels = labels

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        side = self._size + 2 * MARGIN
        return QSize(side, side + (LABEL_HEIGHT if self._labels else 0))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        painter.save()
        box = QRectF(option.rect).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        place = QRectF(box.left(), box.top(), self._size, self._size)
        image = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(image, QImage):
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, image)
        else:
            painter.fillRect(place, theme.color("surface_sunken"))
        if self._labels:
            self._paint_label(painter, place, index.data() or "")
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            pen = QPen(theme.color("accent" if selected else "border_strong"), 2.0)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.drawRect(place.adjusted(-2, -2, 2, 2))
        painter.restore()

    def _paint_label(self, painter: QPainter, place: QRectF, text: str) -> None:
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("text_muted"))
        below = QRectF(place.left(), place.bottom() + 3, place.width(), LABEL_HEIGHT - 3)
        elided = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, int(below.width())
        )
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, elided)
