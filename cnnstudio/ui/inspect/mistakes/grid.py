"""Mistakes as tiles."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from cnnstudio.ui import theme
from cnnstudio.ui.images.sample_delegate import LABEL_HEIGHT, MARGIN, SampleDelegate
from cnnstudio.ui.images.samples_model import SamplesModel
from cnnstudio.ui.inspect.embedding.chosen import GuardedGrid
from cnnstudio.ui.inspect.mistakes.model import SIZE, MistakesModel
from cnnstudio.ui.session import Session

Index = QModelIndex | QPersistentModelIndex


class MistakesGrid(GuardedGrid):
    """`looked(index)` is emitted for a tile that becomes the current one, `index` being its
    number in the split."""

    looked = Signal(int)

    def __init__(self, session: Session) -> None:
        self.mistakes = MistakesModel(session)
        super().__init__(session, self.mistakes)
        self.setAccessibleName("Mistakes")
        self.setItemDelegate(MistakeDelegate(SIZE, labels=True, parent=self))
        self.setSpacing(4)
        self.clicked.connect(lambda index: self.looked.emit(index.data(SamplesModel.INDEX)))


class MistakeDelegate(SampleDelegate):
    """The image; below it what it is and what it was taken for, and how sure the network was."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return super().sizeHint(option, index) + QSize(0, LABEL_HEIGHT - 4)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        area = QRectF(option.rect).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        below = QRectF(area.left(), area.top() + SIZE + LABEL_HEIGHT - 3, SIZE, LABEL_HEIGHT - 4)
        painter.save()
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("text_muted"))
        sure = index.data(Qt.ItemDataRole.StatusTipRole) or ""
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, sure)
        painter.restore()
