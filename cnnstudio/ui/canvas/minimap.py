"""The whole network in a corner; a click or drag on it moves the view there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from cnnstudio.ui.canvas.look import faded

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView

SIZE = QSize(184, 128)
PADDING = 8.0
LEAST_BLOCK = 2.0


class Minimap(QWidget):
    """Drawn from the view's items; a picture of them is kept until they change."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._picture: QPixmap | None = None
        self._bounds = QRectF()
        self._scale = 1.0
        self.setObjectName("canvas_minimap")
        self.setAccessibleName("Overview of the network")
        self.setToolTip("Overview: click to go there")
        self.setFixedSize(SIZE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def network_changed(self) -> None:
        self._picture = None
        self.update()

    def place(self) -> None:
        """Moves to the lower right corner of the view."""
        corner = self._canvas.viewport().geometry().bottomRight()
        self.move(corner.x() - self.width() - 16, corner.y() - self.height() - 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatioF() != ratio:
            self._picture = self._draw(ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        look = self._canvas.canvas_scene.look
        shown = self._to_map(self._canvas.visible_rect()).intersected(
            QRectF(self.rect()).adjusted(1, 1, -1, -1)
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.accent, 1.5))
        painter.setBrush(faded(look.accent, 0.1))
        painter.drawRoundedRect(shown, 2, 2)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def _go(self, place: QPointF) -> None:
        if self._scale > 0:
            middle = QPointF(self.width() / 2, self.height() / 2)
            self._canvas.centerOn(self._bounds.center() + (place - middle) / self._scale)

    def _to_map(self, rect: QRectF) -> QRectF:
        middle = QPointF(self.width() / 2, self.height() / 2)
        centre = (rect.center() - self._bounds.center()) * self._scale + middle
        size = rect.size() * self._scale
        return QRectF(
            centre.x() - size.width() / 2, centre.y() - size.height() / 2, *size.toTuple()
        )

    def _draw(self, ratio: float) -> QPixmap:
        scene = self._canvas.canvas_scene
        look = scene.look
        self._bounds = scene.bounds()
        width = max(self._bounds.width(), 1.0)
        height = max(self._bounds.height(), 1.0)
        self._scale = min(
            (self.width() - 2 * PADDING) / width, (self.height() - 2 * PADDING) / height, 0.2
        )
        picture = QPixmap(SIZE * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.border, 1))
        painter.setBrush(look.surface)
        painter.drawRoundedRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1), 6, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        for item in scene.nodes.values():
            block = self._to_map(item.rect)
            block.setWidth(max(block.width(), LEAST_BLOCK))
            block.setHeight(max(block.height(), LEAST_BLOCK))
            painter.fillRect(block, look.category(item.content.category))
        painter.end()
        return picture
