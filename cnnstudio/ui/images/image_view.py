"""One image, as large as its place allows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.ui import theme

PIXELS_SHOW_FROM = 2.0
OUTLINE_WIDTH = 2.0


class ImageView(QWidget):
    """Shows an image with its proportions; small ones with their pixels visible.

    `hovered(column, row)` tells the pixel under the pointer, `left` that there is none.
    `smooth` blurs the pixels of small images; a `compact` view is no higher than its image.
    """

    hovered = Signal(int, int)
    left = Signal()

    def __init__(
        self, name: str, smooth: bool = False, compact: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setMinimumSize(96, 96)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setSizePolicy(policy)
        self._image: QImage | None = None
        self._outline: list[QLineF] = []
        self._smooth = smooth
        self._compact = compact

    @property
    def image(self) -> QImage | None:
        """What is shown, at its own size."""
        return self._image

    def show_image(self, image: QImage | None) -> None:
        self._image = image
        self._limit_height()
        self.update()

    def show_outline(self, lines: Sequence[QLineF]) -> None:
        """Lines over the image, in its pixels."""
        self._outline = list(lines)
        self.update()

    def picture_rect(self) -> QRectF:
        """Where the image stands in the widget; empty without one."""
        if self._image is None or self._image.isNull():
            return QRectF()
        room = QRectF(self.rect())
        width, height = self._image.width(), self._image.height()
        scale = min(room.width() / width, room.height() / height)
        size = width * scale, height * scale
        left = room.center().x() - size[0] / 2
        top = room.center().y() - size[1] / 2
        return QRectF(round(left), round(top), round(size[0]), round(size[1]))

    def pixel_at(self, position: QPointF) -> tuple[int, int] | None:
        """(column, row) of the image under a point of the widget."""
        place = self.picture_rect()
        if self._image is None or place.isEmpty() or not place.contains(position):
            return None
        column = int((position.x() - place.left()) / place.width() * self._image.width())
        row = int((position.y() - place.top()) / place.height() * self._image.height())
        return min(column, self._image.width() - 1), min(row, self._image.height() - 1)

    def sizeHint(self) -> QSize:
        return QSize(280, 280)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._limit_height()

    def _limit_height(self) -> None:
        """No higher than the image needs, so that what is below it stays close."""
        if self._compact and self._image is not None and not self._image.isNull():
            needed = round(self.width() * self._image.height() / self._image.width())
            self.setMaximumHeight(max(self.minimumHeight(), needed))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pixel = self.pixel_at(event.position())
        if pixel is None:
            self.left.emit()
        else:
            self.hovered.emit(*pixel)

    def leaveEvent(self, event: QEvent) -> None:
        self.left.emit()
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        place = self.picture_rect()
        if self._image is None or place.isEmpty():
            return
        scale = place.width() / self._image.width()
        hint = QPainter.RenderHint.SmoothPixmapTransform
        painter.setRenderHint(hint, self._smooth or scale < PIXELS_SHOW_FROM)
        painter.drawImage(place, self._image)
        if self._outline:
            self._paint_outline(painter, place, scale)

    def _paint_outline(self, painter: QPainter, place: QRectF, scale: float) -> None:
        painter.translate(place.topLeft())
        painter.scale(scale, scale)
        # A dark line below a light one shows on any image.
        for color, wider in (("on_picture_shadow", 2.0), ("on_picture", 0.0)):
            pen = QPen(theme.color(color), OUTLINE_WIDTH + wider)
            pen.setCosmetic(True)
            pen.setCapStyle(Qt.PenCapStyle.SquareCap)
            painter.setPen(pen)
            painter.drawLines(self._outline)
