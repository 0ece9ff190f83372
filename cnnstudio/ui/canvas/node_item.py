"""A node on the canvas: a card that shows a `CardContent`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnstudio.ui.canvas.card import CardContent, Thumbnail, card_height
from cnnstudio.ui.canvas.card_picture import paint_blank, paint_card, paint_shape_at_port
from cnnstudio.ui.canvas.geometry import CARD_WIDTH, Point, port_offset
from cnnstudio.ui.canvas.routing import Box

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.scene import CanvasScene

BLEED = 6.0  # outlines and ports stand out of the card


class NodeItem(QGraphicsItem):
    def __init__(self, canvas: CanvasScene, content: CardContent, position: Point) -> None:
        super().__init__()
        self._canvas = canvas
        self.content = content
        self.thumbnail: Thumbnail | None = None
        self.selected = False
        self.shows_shape = True
        self.setZValue(1)
        self.setPos(*position)

    @property
    def id(self) -> str:
        return self.content.id

    @property
    def height(self) -> int:
        return card_height(self.thumbnail)

    @property
    def position(self) -> Point:
        return self.pos().x(), self.pos().y()

    @property
    def box(self) -> Box:
        x, y = self.position
        return x, y, x + CARD_WIDTH, y + self.height

    @property
    def rect(self) -> QRectF:
        return QRectF(self.pos().x(), self.pos().y(), CARD_WIDTH, self.height)

    def port(self, index: int, is_output: bool) -> QPointF:
        """A port's centre in the scene."""
        count = self.content.outputs if is_output else self.content.inputs
        index = min(index, max(count - 1, 0))
        offset = port_offset(index, count, is_output, self.height, self._canvas.flow)
        return self.pos() + QPointF(*offset)

    def show_content(self, content: CardContent) -> None:
        if content != self.content:
            self.prepareGeometryChange()
            self.content = content
            self.refresh()

    def show_thumbnail(self, thumbnail: Thumbnail | None) -> bool:
        """Shows the thumbnail; True if the card's height changes with it."""
        if card_height(thumbnail) == self.height:
            self.thumbnail = thumbnail
            self.refresh()
            return False
        self.prepareGeometryChange()
        self.thumbnail = thumbnail
        self._canvas.pictures.drop(self.id)  # its picture has another height
        self.refresh()
        return True

    def show_thumbnail_if_changed(self, thumbnail: Thumbnail | None) -> bool:
        return thumbnail is not self.thumbnail and self.show_thumbnail(thumbnail)

    def set_selected(self, selected: bool) -> None:
        if selected != self.selected:
            self.selected = selected
            self.setZValue(2 if selected else 1)
            self.refresh()

    def set_shows_shape(self, shows: bool) -> None:
        """Whether the output's shape stands at the port because no wire carries it."""
        if shows != self.shows_shape:
            self.shows_shape = shows
            self.refresh()

    def refresh(self) -> None:
        """Draws the card anew at the next frame."""
        self._canvas.pictures.outdate(self.id)
        self._canvas.far.refresh()
        self.update()

    def boundingRect(self) -> QRectF:
        below = 20.0 if self._canvas.flow == "down" else BLEED
        right = BLEED if self._canvas.flow == "down" else 110.0
        return QRectF(-BLEED, -BLEED, CARD_WIDTH + BLEED + right, self.height + BLEED + below)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        transform = painter.worldTransform()
        pictures = self._canvas.pictures
        device = painter.device().devicePixelRatioF()
        ratio = device * transform.m11()
        bounds = self.boundingRect()
        drawn = pictures.get(self.id)
        if pictures.must_draw(drawn, ratio):
            drawn = pictures.draw(self.id, ratio, lambda: self._draw(bounds, ratio, device))
        if drawn is None:
            paint_blank(painter, self.content, self.height, self._canvas.look)
            return
        picture = drawn.picture
        if drawn.ratio != ratio:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            source = QRectF(0, 0, bounds.width() * drawn.ratio, bounds.height() * drawn.ratio)
            painter.drawPixmap(bounds, picture, source)
            return
        # On whole device pixels the picture is copied, not resampled: text stays crisp.
        corner = transform.map(bounds.topLeft()) * device
        painter.setWorldTransform(QTransform())
        painter.drawPixmap(QPointF(round(corner.x()) / device, round(corner.y()) / device), picture)

    def _draw(self, bounds: QRectF, ratio: float, device: float) -> QPixmap:
        size = QSize(round(bounds.width() * ratio) + 1, round(bounds.height() * ratio) + 1)
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.scale(ratio, ratio)
        painter.translate(-bounds.left(), -bounds.top())
        look, flow = self._canvas.look, self._canvas.flow
        paint_card(
            painter,
            self.content,
            self.thumbnail,
            self.height,
            look,
            self.selected,
            flow,
            ratio / device,
            device,
        )
        if self.shows_shape:
            paint_shape_at_port(painter, self.content, self.height, look, flow)
        painter.end()
        picture.setDevicePixelRatio(device)
        return picture
