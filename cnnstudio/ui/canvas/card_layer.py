"""Draws the cards in sight, from pictures that are kept; the selected ones over the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap, QTransform

from cnnstudio.ui.canvas.card_picture import (
    Drawn,
    paint_blank,
    paint_card,
    paint_foot,
    paint_shape_at_port,
)
from cnnstudio.ui.canvas.layer import Layer
from cnnstudio.ui.canvas.node_item import NodeItem

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.scene import CanvasScene


class CardLayer(Layer):
    def __init__(self, canvas: CanvasScene) -> None:
        super().__init__(canvas)
        self.setZValue(1)

    def paint_exposed(self, painter: QPainter, exposed: QRectF) -> None:
        canvas = self.canvas
        for step, ids in canvas.near(exposed, canvas.cards):
            items = [canvas.nodes[id] for id in ids]
            items.sort(key=lambda item: item.selected)
            self._paint(painter, items, step)

    def _paint(self, painter: QPainter, items: list[NodeItem], step: QPointF) -> None:
        pictures, look = self.canvas.pictures, self.canvas.look
        transform = painter.worldTransform()
        device = painter.device().devicePixelRatioF()
        scale = transform.m11()
        ratio = device * scale
        left, top = transform.dx(), transform.dy()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.save()
        painter.setWorldTransform(QTransform())
        for item in items:
            drawn = pictures.get(item.id)
            if pictures.must_draw(drawn, ratio):
                if drawn is not None and drawn.foot_only and drawn.ratio == ratio:
                    pictures.redraw_foot(
                        drawn, lambda on, item=item: self._draw_foot(item, on, ratio)
                    )
                else:
                    drawn = pictures.draw(
                        item.id, ratio, lambda item=item: self._draw(item, ratio, device)
                    )
            bounds = item.bounds
            x = (item.position[0] + bounds.left() + step.x()) * scale + left
            y = (item.position[1] + bounds.top() + step.y()) * scale + top
            if drawn is None:
                painter.save()
                painter.translate(x - bounds.left() * scale, y - bounds.top() * scale)
                painter.scale(scale, scale)
                paint_blank(painter, item.content, item.height, look)
                painter.restore()
            elif drawn.ratio == ratio:
                # On whole device pixels the picture is copied, not resampled: text stays crisp.
                place = QPointF(round(x * device) / device, round(y * device) / device)
                painter.drawPixmap(place, drawn.picture)
            else:
                self._stretch(painter, drawn, bounds, QPointF(x, y), scale)
        painter.restore()

    def _stretch(
        self, painter: QPainter, drawn: Drawn, bounds: QRectF, corner: QPointF, scale: float
    ) -> None:
        """Shows a picture that was drawn for another scale."""
        width, height = bounds.width(), bounds.height()
        source = QRectF(0, 0, width * drawn.ratio, height * drawn.ratio)
        target = QRectF(corner.x(), corner.y(), width * scale, height * scale)
        painter.drawPixmap(target, drawn.picture, source)

    def _draw_foot(self, item: NodeItem, picture: QPixmap, ratio: float) -> None:
        if item.thumbnail is None:
            return
        bounds, device = item.bounds, picture.devicePixelRatio()
        painter = QPainter(picture)
        painter.scale(ratio / device, ratio / device)
        painter.translate(-bounds.left(), -bounds.top())
        paint_foot(
            painter, item.content, item.thumbnail, item.height, self.canvas.look, ratio / device
        )
        painter.end()

    def _draw(self, item: NodeItem, ratio: float, device: float) -> QPixmap:
        bounds = item.bounds
        size = QSize(round(bounds.width() * ratio) + 1, round(bounds.height() * ratio) + 1)
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.scale(ratio, ratio)
        painter.translate(-bounds.left(), -bounds.top())
        look, flow = self.canvas.look, self.canvas.flow
        paint_card(
            painter,
            item.content,
            item.thumbnail,
            item.height,
            look,
            item.selected,
            flow,
            ratio / device,
            device,
        )
        if item.shows_shape:
            paint_shape_at_port(painter, item.content, item.height, look, flow)
        painter.end()
        picture.setDevicePixelRatio(device)
        return picture
