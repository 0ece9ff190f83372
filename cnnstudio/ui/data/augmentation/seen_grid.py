"""Samples in rows: each as it is, and as epochs of the training see it."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cnnstudio.data.truth import truth_of
from cnnstudio.ui import theme
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.images.truth import box_outline, mask_outline

SIDE = 96
GAP = 8
APART = 24  # between the originals and what becomes of them
HEAD = 24
CAPTION = 18
MOST_ROWS, MOST_COLUMNS = 12, 7


class SeenGrid(QWidget):
    """Draws an answer of `augmented`, the originals first, then a column for each epoch.

    `room_changed` when another number of images would fit.
    """

    room_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Samples and what the training sees of them")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(SIDE + APART + SIDE, HEAD + SIDE + CAPTION)
        self._room = (0, 0)
        self.titles: list[str] = []
        self.captions: list[list[str]] = []
        self._names: list[str] = []
        self.images: list[list[Any]] = []
        self.outlines: list[list[list[Any]]] = []
        self._boxes: list[list[list[Any]]] = []
        self.outlined = True

    @property
    def room(self) -> tuple[int, int]:
        """How many samples, and how many epochs of each, there is room for."""
        rows = (self.height() - HEAD) // (SIDE + CAPTION + GAP)
        columns = (self.width() - SIDE - APART + GAP) // (SIDE + GAP)
        return max(1, min(rows, MOST_ROWS)), max(1, min(columns, MOST_COLUMNS))

    @property
    def has_outlines(self) -> bool:
        return any(lines for column in self.outlines for lines in column)

    def show_answer(self, answer: dict[str, Any], first: int) -> None:
        """`first` is the number of the first epoch, from 1."""
        columns = np.asarray(answer["images"])
        masks = answer.get("masks")
        self.images = [[image_of(image) for image in column] for column in columns]
        self.captions, self._names = answer["captions"], list(answer["names"])
        epochs = range(first, first + len(columns) - 1)
        self.titles = ["Original", *(f"Epoch {number}" for number in epochs)]
        seen = [] if masks is None else np.asarray(masks) != 0
        self.outlines = [[mask_outline(mask) for mask in column] for column in seen]
        self._boxes = [[box_outline(truth_of(mask)["box"]) for mask in column] for column in seen]
        told = "; ".join(", ".join(column) for column in self.captions[:2])
        self.setAccessibleDescription(told)
        self.update()

    def show_outlines(self, shown: bool) -> None:
        self.outlined = shown
        self.update()

    def place(self, column: int, row: int) -> QRectF:
        """Where an image stands."""
        left = 0.0 if column == 0 else SIDE + APART + (column - 1) * (SIDE + GAP)
        return QRectF(left, HEAD + row * (SIDE + CAPTION + GAP), SIDE, SIDE)

    def sizeHint(self) -> QSize:
        return QSize(SIDE + APART + 4 * (SIDE + GAP), HEAD + 4 * (SIDE + CAPTION + GAP))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.room != self._room:
            self._room = self.room
            self.room_changed.emit()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for column, images in enumerate(self.images):
            top = self.place(column, 0)
            painter.setFont(theme.font(12, bold=True))
            painter.setPen(theme.color("text_muted"))
            painter.drawText(QRectF(top.left(), 0, SIDE, HEAD - 4), self.titles[column])
            for row, image in enumerate(images):
                place = self.place(column, row)
                painter.drawImage(place, image)
                if self.outlined and self.outlines:
                    self._paint_truth(painter, place, column, row)
                self._paint_caption(painter, place, self.captions[column][row])

    def _paint_caption(self, painter: QPainter, place: QRectF, text: str) -> None:
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("text_muted"))
        below = QRectF(place.left(), place.bottom() + 2, SIDE, CAPTION - 2)
        elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, SIDE)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, elided)

    def _paint_truth(self, painter: QPainter, place: QRectF, column: int, row: int) -> None:
        """The edge of what is in the image, and its box, if any of it is left."""
        if not self.outlines[column][row]:
            return
        painter.save()
        painter.translate(place.topLeft())
        for color, width in (("on_picture_shadow", 3.0), ("on_picture", 1.0)):
            painter.setPen(QPen(theme.color(color), width))
            painter.drawLines(self.outlines[column][row])
        painter.setPen(QPen(theme.color("on_picture"), 1.0, Qt.PenStyle.DotLine))
        painter.drawLines(self._boxes[column][row])
        painter.restore()

    def _text_at(self, point: QPointF) -> str:
        for column, images in enumerate(self.images):
            for row in range(len(images)):
                if self.place(column, row).contains(point):
                    what = self.captions[column][row]
                    return f"{self._names[row]} · {self.titles[column]}: {what}"
        return ""
