"""A layer's feature maps side by side."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.inspect.units.colours import Colours

GAP = 6
LARGEST, SMALLEST, SCROLLED = 168, 56, 72
CAPTION_FROM = 64
PIXELS_SHOWN = 192


class Mosaic(QAbstractScrollArea):
    """Maps (C, h, w) as tiles in an order, coloured as they come into view.

    `chosen(unit)` is emitted for a tile that is clicked or entered; `pointed(unit)` for the one
    under the pointer or the keyboard, -1 for none.
    """

    chosen = Signal(int)
    pointed = Signal(int)
    largest = LARGEST  # a tile's width

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._maps = np.zeros((0, 1, 1), np.float32)
        self._colours = Colours()
        self.titles: Sequence[str] = ()  # below the tiles, where they are not numbered
        self._order: list[int] = []
        self._places: dict[int, int] = {}
        self._images: dict[int, QImage] = {}
        self._current = 0
        self._under = -1
        self._out: frozenset[int] = frozenset()
        self.setAccessibleName("Feature maps")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)

    def show_maps(
        self, maps: np.ndarray, colours: Colours, order: Sequence[int] | None = None
    ) -> None:
        """Shows maps (C, h, w): all units, first that of `order`."""
        self._maps = maps
        self._colours = colours
        self._order = list(range(len(maps)) if order is None else order)
        self._places = {unit: place for place, unit in enumerate(self._order)}
        self._images.clear()
        self._current = min(self._current, max(0, len(maps) - 1))
        self._lay_out()
        self.viewport().update()

    @property
    def current(self) -> int:
        """The unit that the keyboard is on."""
        return self._current

    def set_current(self, unit: int) -> None:
        self._current = max(0, min(unit, len(self._maps) - 1))
        top = self._rect(self._places.get(self._current, 0)).top() - GAP
        bar = self.verticalScrollBar()
        bar.setValue(max(min(bar.value(), top), top + self._step - self.viewport().height()))
        self.pointed.emit(self._current)
        self.viewport().update()

    def point_at(self, unit: int) -> None:
        """Marks a unit as the pointer would; none with -1."""
        self._point(unit if unit < len(self._maps) else -1)

    def show_out(self, units: Collection[int]) -> None:
        """Marks the units that are taken out of the network."""
        self._out = frozenset(units)
        said = ", ".join(str(unit) for unit in sorted(self._out))
        self.setAccessibleDescription(f"Taken out: {said}" if said else "")
        self.viewport().update()

    def tile_rect(self, unit: int) -> QRect:
        """Where a unit's tile stands in the viewport."""
        place = self._places.get(unit, 0)
        return self._rect(place).translated(0, -self.verticalScrollBar().value())

    def unit_at(self, position: QPointF) -> int:
        """The unit under a point of the viewport; -1 if there is none."""
        point = position.toPoint()
        for unit in self._visible():
            if self.tile_rect(unit).contains(point):
                return unit
        return -1

    # Qt's events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.unit_at(event.position()))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._point(-1)
        return super().viewportEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        unit = self.unit_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and unit >= 0:
            self.set_current(unit)
            self.chosen.emit(unit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._maps) - 1
        match event.key():
            case Qt.Key.Key_Right:
                self._go(1)
            case Qt.Key.Key_Left:
                self._go(-1)
            case Qt.Key.Key_Down:
                self._go(self._columns)
            case Qt.Key.Key_Up:
                self._go(-self._columns)
            case Qt.Key.Key_Home:
                self._go(-last)
            case Qt.Key.Key_End:
                self._go(last)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space if last >= 0:
                self.chosen.emit(self._current)
            case _:
                super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setFont(theme.font(11))
        for unit in self._visible():
            place = self.tile_rect(unit)
            image = self._image(unit)
            smooth = place.width() < 2 * image.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawImage(place, image)
            if unit in self._out:
                self._cross_out(painter, place)
            if unit == self._under or (unit == self._current and self.hasFocus()):
                painter.setPen(QPen(theme.color("accent"), 2.0))
                painter.drawRect(QRectF(place).adjusted(-1, -1, 1, 1))
            if self._caption:
                painter.setPen(theme.color("text_muted"))
                below = QRect(place.left(), place.bottom() + 2, place.width(), self._caption)
                title = self.titles[unit] if unit < len(self.titles) else str(unit)
                if unit in self._out:
                    title += " · out"
                title = painter.fontMetrics().elidedText(
                    title, Qt.TextElideMode.ElideRight, below.width()
                )
                painter.drawText(below, Qt.AlignmentFlag.AlignCenter, title)

    def _cross_out(self, painter: QPainter, place: QRect) -> None:
        """Fades a tile and draws a line across."""
        veil = theme.color("surface")
        veil.setAlphaF(0.6)
        painter.fillRect(place, veil)
        painter.setPen(QPen(theme.color("error"), 2.0))
        painter.drawLine(place.bottomLeft(), place.topRight())

    def _go(self, by: int) -> None:
        """Moves the keyboard by so many tiles."""
        if self._order:
            place = self._places.get(self._current, 0) + by
            self.set_current(self._order[max(0, min(place, len(self._order) - 1))])

    # Where the tiles are

    def _lay_out(self) -> None:
        """The largest tiles that need no scrolling; smaller ones that do if there are many."""
        count, room = max(1, len(self._maps)), self.viewport().size()
        tile = self._tile(count, room)
        aspect = self._maps.shape[1] / max(1, self._maps.shape[2])
        self._size = QSize(tile, max(4, round(tile * min(1.0, aspect))))
        self._caption = 16 if tile >= CAPTION_FROM else 0
        self._columns = max(1, (room.width() - 4 + GAP) // (tile + GAP))
        self._step = self._size.height() + self._caption + GAP
        rows = math.ceil(count / self._columns)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, rows * self._step - room.height()))
        bar.setPageStep(room.height())
        bar.setSingleStep(self._step // 2)

    def _tile(self, count: int, room: QSize) -> int:
        """A tile's width, such that the columns fill the room."""
        width = room.width() - 4 + GAP
        widths = [width // columns - GAP for columns in range(1, width // (SMALLEST + GAP) + 1)]
        for columns, tile in enumerate(widths, start=1):
            step = tile + GAP + (16 if tile >= CAPTION_FROM else 0)
            if tile <= self.largest and math.ceil(count / columns) * step <= room.height():
                return tile
        return width // max(1, round(width / (SCROLLED + GAP))) - GAP

    def _rect(self, place: int) -> QRect:
        left = place % self._columns * (self._size.width() + GAP) + 2
        return QRect(left, place // self._columns * self._step + 2, *self._size.toTuple())

    def _visible(self) -> list[int]:
        """The units whose tiles can be seen."""
        top = self.verticalScrollBar().value()
        first = top // self._step * self._columns
        rows = math.ceil(self.viewport().height() / self._step) + 1
        return self._order[first : first + rows * self._columns]

    def _image(self, unit: int) -> QImage:
        if unit not in self._images:
            values = self._maps[unit]
            thin = max(1, max(values.shape) // PIXELS_SHOWN)
            thinned = Colours(self._colours.colour_map, self._colours.range(values))
            self._images[unit] = image_of(thinned.pixels(values[::thin, ::thin]))
        return self._images[unit]

    def _point(self, unit: int) -> None:
        if unit != self._under:
            self._under = unit
            self.pointed.emit(unit)
            self.viewport().update()
