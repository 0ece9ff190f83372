"""One image, as large as its place allows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.ui import theme

PIXELS_SHOW_FROM = 2.0
OUTLINE_WIDTH = 2.0
WHOLE = QRectF(0.0, 0.0, 1.0, 1.0)
SMALLEST_REGION = 1 / 32
ZOOM_STEP = 1.25  # for a notch of the wheel


class ImageView(QWidget):
    """Shows an image with its proportions; small ones with their pixels visible.

    `hovered(column, row)` tells the pixel under the pointer, `left` that there is none.
    `smooth` blurs the pixels of small images; a `compact` view is no higher than its image.

    A `zoomable` one is enlarged with the wheel, dragged, and shown whole by a double click;
    `region_changed` tells the part that is seen, in shares of the image.
    """

    hovered = Signal(int, int)
    left = Signal()
    region_changed = Signal(QRectF)

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
        self.zoomable = False
        self._region = QRectF(WHOLE)
        self._dragged: QPointF | None = None
        self._mark: QPointF | None = None
        self._box: QRectF | None = None

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

    @property
    def region(self) -> QRectF:
        """The part of the image that is seen, in shares of it."""
        return QRectF(self._region)

    def show_region(self, region: QRectF) -> None:
        """Shows this part of the image only; no signal."""
        self._region = QRectF(region)
        self.update()

    def show_mark(self, share: QPointF | None) -> None:
        """Lines that cross at a point, in shares of the image; none if None."""
        self._mark = share
        self.update()

    @property
    def box(self) -> QRectF | None:
        """The rectangle that is drawn over the image, in its pixels."""
        return self._box

    def show_box(self, box: QRectF | None) -> None:
        """Draws a rectangle over the image, in its pixels; none if None."""
        self._box = box
        self.update()

    def picture_rect(self) -> QRectF:
        """Where the whole image would stand in the widget, with the part that is seen in place;
        empty without an image."""
        frame, part = self.frame_rect(), self._region
        if part == WHOLE or frame.isEmpty():
            return frame
        width, height = frame.width() / part.width(), frame.height() / part.height()
        return QRectF(
            frame.left() - part.left() * width, frame.top() - part.top() * height, width, height
        )

    def frame_rect(self) -> QRectF:
        """The room in the widget that is painted; empty without an image."""
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
        if self._image is None or place.isEmpty() or not self.frame_rect().contains(position):
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

    def wheelEvent(self, event: QWheelEvent) -> None:
        place = self.picture_rect()
        if not self.zoomable or place.isEmpty() or not event.angleDelta().y():
            event.ignore()
            return
        at = self._share_at(event.position())
        size = self._region.width() * ZOOM_STEP ** (-event.angleDelta().y() / 120)
        size = min(1.0, max(SMALLEST_REGION, size))
        # What is under the pointer stays there.
        shrunk = size / self._region.width()
        left = at.x() - (at.x() - self._region.left()) * shrunk
        top = at.y() - (at.y() - self._region.top()) * shrunk
        self._see(left, top, size)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.zoomable and event.button() == Qt.MouseButton.LeftButton:
            self._dragged = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = None
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.zoomable:
            self._see(0.0, 0.0, 1.0)
        else:
            super().mouseDoubleClickEvent(event)

    def _share_at(self, position: QPointF) -> QPointF:
        """A point of the widget in shares of the image."""
        place = self.picture_rect()
        return QPointF(
            (position.x() - place.left()) / place.width(),
            (position.y() - place.top()) / place.height(),
        )

    def _see(self, left: float, top: float, size: float) -> None:
        """Shows a part of the image, `size` of it in each direction, as far as there is one."""
        left, top = (min(max(0.0, edge), 1.0 - size) for edge in (left, top))
        region = QRectF(left, top, size, size)
        if region != self._region:
            self.show_region(region)
            self.region_changed.emit(region)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None and self._region != WHOLE:
            moved = self._share_at(self._dragged) - self._share_at(event.position())
            self._dragged = event.position()
            self._see(
                self._region.left() + moved.x(), self._region.top() + moved.y(),
                self._region.width(),
            )  # fmt: skip
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
        painter.setClipRect(self.frame_rect())
        hint = QPainter.RenderHint.SmoothPixmapTransform
        painter.setRenderHint(hint, self._smooth or scale < PIXELS_SHOW_FROM)
        painter.drawImage(place, self._image)
        if self._outline:
            self._paint_lines(painter, place, scale, self._outline)
        if self._box is not None:
            corners = (self._box.topLeft(), self._box.topRight(), self._box.bottomRight(),
                       self._box.bottomLeft())  # fmt: skip
            sides = [QLineF(corners[n], corners[(n + 1) % 4]) for n in range(4)]
            self._paint_lines(painter, place, scale, sides)
        if self._mark is not None:
            self._paint_mark(painter, place, self._mark)

    def _paint_mark(self, painter: QPainter, place: QRectF, share: QPointF) -> None:
        at = QPointF(
            place.left() + share.x() * place.width(), place.top() + share.y() * place.height()
        )
        lines = [QLineF(at.x(), place.top(), at.x(), place.bottom()),
                 QLineF(place.left(), at.y(), place.right(), at.y())]  # fmt: skip
        for color, width in (("on_picture_shadow", 2.0), ("on_picture", 1.0)):
            painter.setPen(QPen(theme.color(color), width))
            painter.setOpacity(0.7)
            painter.drawLines(lines)
        painter.setOpacity(1.0)

    def _paint_lines(
        self, painter: QPainter, place: QRectF, scale: float, lines: Sequence[QLineF]
    ) -> None:
        painter.save()
        painter.translate(place.topLeft())
        painter.scale(scale, scale)
        # A dark line below a light one shows on any image.
        for color, wider in (("on_picture_shadow", 2.0), ("on_picture", 0.0)):
            pen = QPen(theme.color(color), OUTLINE_WIDTH + wider)
            pen.setCosmetic(True)
            pen.setCapStyle(Qt.PenCapStyle.SquareCap)
            painter.setPen(pen)
            painter.drawLines(list(lines))
        painter.restore()
