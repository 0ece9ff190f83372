"""Samples as points in a plane."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.inspect.embedding.gestures import Gesture, Lasso, Shift
from cnnstudio.ui.inspect.embedding.hover_card import paint_card
from cnnstudio.ui.inspect.embedding.marks import Grouping
from cnnstudio.ui.inspect.embedding.painting import THUMBNAIL, paint_points

RING = 7.0
NEAR_PIXELS = 9
MARGIN = 28
STEP, CLOSEST, FARTHEST = 1.15, 60.0, 0.4


class Scatter(QWidget):
    """Drag draws a line around points (with Shift a rectangle, with Ctrl to add), the wheel zooms,
    the middle or right button shifts. Points are told by their rows.

    `pointed(row)` is emitted for the point under the pointer, -1 for none; `clicked`, `opened` for
    one that is clicked once or twice; `selection_changed` when others are chosen.
    """

    pointed = Signal(int)
    clicked = Signal(int)
    opened = Signal(int)
    selection_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points = np.zeros((0, 2))  # around (0, 0), y downwards
        self._span = np.zeros(2)
        self._places = np.zeros((0, 2))  # in pixels of the widget
        self._grouping: Grouping | None = None
        self.hidden: set[int] = set()
        self.selected = np.zeros(0, bool)
        self._current = -1
        self._under = -1
        self._zoom, self._centre = 1.0, QPointF(0, 0)
        self._gesture: Gesture | None = None
        self._drawn: QPixmap | None = None
        self._images: list[QImage] = []
        self._shows_images = False
        self._facts: list[str] = []
        self.setAccessibleName("Samples in the plane")
        self.setAccessibleDescription(
            "Draw around points to choose them; Ctrl+A chooses all, Escape none, + and − zoom"
        )
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(280, 160)

    # What is shown

    def show_points(self, points: np.ndarray, facts: list[str]) -> None:
        """Shows points (n, 2), all of them in view; `facts` are what is told of each."""
        low, high = points.min(axis=0), points.max(axis=0)
        self._points = (points - (low + high) / 2) * (1, -1)
        self._span = high - low
        self._facts, self._images, self._grouping = facts, [], None
        self.selected = np.zeros(len(points), bool)
        self._current = self._under = -1
        self.fit()

    def show_grouping(self, grouping: Grouping, hidden: Collection[int] = ()) -> None:
        """Colours the points; all groups are seen but the hidden ones."""
        self._grouping = grouping
        self.hidden = set(hidden)
        self._draw_anew()

    def show_images(self, images: list[QImage]) -> None:
        """The samples' own pictures, small, in the points' order."""
        self._images = images
        self._draw_anew()

    def set_shows_images(self, shown: bool) -> None:
        """Draws pictures in the points' places."""
        self._shows_images = shown
        self._draw_anew()

    def hide_group(self, number: int, hidden: bool) -> None:
        """Points of a hidden group are not seen, and no longer chosen."""
        (self.hidden.add if hidden else self.hidden.discard)(number)
        self._draw_anew()
        self.select(self.selected & self.visible)

    def set_current(self, row: int) -> None:
        """Marks the point of the image that is looked at, -1 for none."""
        if row != self._current:
            self._current = row
            self.update()

    @property
    def visible(self) -> np.ndarray:
        """Which points are in groups that are seen: bool (n,)."""
        if self._grouping is None:
            return np.ones(len(self._points), bool)
        return ~np.isin(self._grouping.groups, list(self.hidden))

    @property
    def places(self) -> np.ndarray:
        """Where the points are in the widget, in pixels: (n, 2)."""
        return self._places

    def select(self, chosen: np.ndarray) -> None:
        """Chooses points: bool (n,)."""
        if not np.array_equal(chosen, self.selected):
            self.selected = chosen
            self._draw_anew()
            self.selection_changed.emit()

    def row_at(self, position: QPointF) -> int:
        """The visible point under a place, -1 if there is none."""
        if not len(self._places):
            return -1
        far = np.hypot(*(self._places - (position.x(), position.y())).T)
        far[~self.visible] = math.inf
        row = int(far.argmin())
        reach = THUMBNAIL / 2 if self._with_images else NEAR_PIXELS
        return row if far[row] <= reach else -1

    def fit(self) -> None:
        """Brings all points into view."""
        self._zoom, self._centre = 1.0, QPointF(0, 0)
        self._place()

    def zoom_by(self, factor: float, around: QPointF | None = None) -> None:
        """Zooms; what is at `around` (the middle if None) stays where it is."""
        around = around or QPointF(self.width() / 2, self.height() / 2)
        before = self._scale
        self._zoom = max(FARTHEST, min(self._zoom * factor, CLOSEST))
        middle = QPointF(self.width() / 2, self.height() / 2)
        self._centre += (around - middle) * (1 / before - 1 / self._scale)
        self._place()

    def picture(self) -> QImage:
        """What is seen, on the theme's ground, without what the pointer shows."""
        image = QImage(self.size() * 2, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(2)
        image.fill(theme.color("surface"))
        painter = QPainter(image)
        self._paint_points(painter, 2)
        painter.end()
        return image

    def sizeHint(self) -> QSize:
        return QSize(640, 480)

    # Qt's events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(STEP ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            held = event.modifiers()
            rectangle = bool(held & Qt.KeyboardModifier.ShiftModifier)
            adds = bool(held & Qt.KeyboardModifier.ControlModifier)
            self._gesture = Lasso(event.position(), rectangle, adds)
        else:
            self._gesture = Shift(event.position())
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        gesture = self._gesture
        if gesture is None:
            self._point_at(self.row_at(event.position()))
            return
        gesture.move(event.position())
        if isinstance(gesture, Shift):
            self._centre -= gesture.moved / self._scale
            self._place()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        gesture, self._gesture = self._gesture, None
        self.unsetCursor()
        if isinstance(gesture, Lasso):
            gesture.move(event.position())
            if gesture.is_drawn:
                chosen = gesture.chosen(self._places) & self.visible
                self.select(chosen | self.selected if gesture.adds else chosen)
            else:
                self._click(self.row_at(event.position()), gesture.adds)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position())
        if row >= 0:
            self.opened.emit(row)
        else:
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(-1)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        match event.key():
            case Qt.Key.Key_A if held:
                self.select(self.visible)
            case Qt.Key.Key_Escape if self._gesture is not None:
                self._gesture = None
                self.update()
            case Qt.Key.Key_Escape if self.selected.any():
                self.select(np.zeros(len(self._points), bool))
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom_by(STEP)
            case Qt.Key.Key_Minus:
                self.zoom_by(1 / STEP)
            case Qt.Key.Key_Home | Qt.Key.Key_0:
                self.fit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self._current >= 0:
                self.opened.emit(self._current)
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._drawn is None:
            ratio = self.devicePixelRatioF()
            self._drawn = QPixmap(self.size() * ratio)
            self._drawn.setDevicePixelRatio(ratio)
            self._drawn.fill(Qt.GlobalColor.transparent)
            layer = QPainter(self._drawn)
            self._paint_points(layer, ratio)
            layer.end()
        painter.drawPixmap(QPoint(0, 0), self._drawn)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, color, width in ((self._current, "text", 2.0), (self._under, "accent", 2.0)):
            if 0 <= row < len(self._places) and self.visible[row]:
                painter.setPen(QPen(theme.color(color), width))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(QPointF(*self._places[row]), RING, RING)
        if isinstance(self._gesture, Lasso) and self._gesture.is_drawn:
            fill = QColor(theme.color("accent"))
            painter.setPen(QPen(fill, 1.5))
            fill.setAlphaF(0.12)
            painter.setBrush(fill)
            painter.drawPolygon(self._gesture.line)
        elif self._under >= 0:
            image = self._images[self._under] if self._under < len(self._images) else None
            place = QPointF(*self._places[self._under])
            paint_card(painter, QRectF(self.rect()), place, image, self._facts[self._under])

    # How it is done

    @property
    def _scale(self) -> float:
        """Pixels of one unit: without zoom, all points are in view."""
        size = np.array([self.width(), self.height()]) - 2.0 * MARGIN
        fitting = size.clip(1) / np.where(self._span > 0, self._span, 1e-9)
        return float(fitting.min()) * self._zoom if self._span.any() else 1.0

    @property
    def _with_images(self) -> bool:
        return self._shows_images and len(self._images) == len(self._points)

    def _place(self) -> None:
        centre = np.array([self._centre.x(), self._centre.y()])
        middle = np.array([self.width() / 2, self.height() / 2])
        self._places = (self._points - centre) * self._scale + middle
        self._draw_anew()

    def _draw_anew(self) -> None:
        self._drawn = None
        self.update()

    def _paint_points(self, painter: QPainter, ratio: float) -> None:
        if self._grouping is None:
            return
        near = np.array([THUMBNAIL, THUMBNAIL])
        size = np.array([self.width(), self.height()])
        shown = self.visible & ((self._places > -near) & (self._places < size + near)).all(axis=1)
        images = self._images if self._with_images else None
        paint_points(painter, self._places, shown, self.selected, self._grouping, images, ratio)

    def _point_at(self, row: int) -> None:
        if row != self._under:
            self._under = row
            shape = Qt.CursorShape.PointingHandCursor if row >= 0 else Qt.CursorShape.CrossCursor
            self.setCursor(shape)
            self.update()
            self.pointed.emit(row)

    def _click(self, row: int, adds: bool) -> None:
        if row >= 0 and adds:
            chosen = self.selected.copy()
            chosen[row] = not chosen[row]
            self.select(chosen)
        elif row >= 0:
            self.clicked.emit(row)
        elif not adds:
            self.select(np.zeros(len(self._points), bool))
