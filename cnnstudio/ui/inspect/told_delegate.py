"""A sample as its image and two lines below: what it is, and a number about it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.images.sample_delegate import LABEL_HEIGHT, MARGIN, SampleDelegate

Index = QModelIndex | QPersistentModelIndex
SECOND = LABEL_HEIGHT - 4


class ToldDelegate(SampleDelegate):
    """The second line is the model's `StatusTipRole`."""

    def __init__(self, size: int, parent: QWidget) -> None:
        super().__init__(size, labels=True, parent=parent)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return super().sizeHint(option, index) + QSize(0, SECOND)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        area = QRectF(option.rect).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        top = area.top() + self._size + LABEL_HEIGHT - 3
        painter.save()
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("text_muted"))
        told = index.data(Qt.ItemDataRole.StatusTipRole) or ""
        below = QRectF(area.left(), top, self._size, SECOND)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, told)
        painter.restore()
