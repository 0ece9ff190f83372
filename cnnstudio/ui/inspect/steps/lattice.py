"""A map whose single pixels matter: with padding around it, a window and a marked pixel on it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.ui import theme

LARGEST_CELL = 56.0
LEAST_MARK = 7.0
EDGE = 4
# Rows and columns beside the map, at the top, bottom, left and right.
Margins = tuple[int, int, int, int]
# First row, first column, last row, last column.
Cells = tuple[int, int, int, int]


class Lattice(QWidget):
    """`pointed(row, column)` follows the pointer, also in the padding; `pressed` is a click."""

    pointed = Signal(int, int)
    pressed = Signal(int, int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._margins: Margins = (0, 0, 0, 0)
        self._window: Cells | None = None
        self._mark: tuple[int, int] | None = None
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(120, 96)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def image(self) -> QImage | None:
        return self._image

    @property
    def window_cells(self) -> Cells | None:
        return self._window

    @property
    def mark(self) -> tuple[int, int] | None:
        return self._mark

    def show_image(self, image: QImage | None, margins: Margins = (0, 0, 0, 0)) -> None:
        """One pixel a value, with so much padding around it."""
        self._image, self._margins = image, margins
        self._limit_height()
        self.update()

    def show_place(self, window: Cells | None = None, mark: tuple[int, int] | None = None) -> None:
        """Outlines the cells of a window, and marks one pixel."""
        self._window, self._mark = window, mark
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 320)

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Where a pixel stands in the widget."""
        place, cell = self._place(), self._cell()
        top, _, left, _ = self._margins
        return QRectF(
            place.left() + (column + left) * cell, place.top() + (row + top) * cell, cell, cell
        )

    # Qt's events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._limit_height()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found is not None:
            self.pointed.emit(*found)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        found = self._at(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.pressed.emit(*found)
            event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._image is None:
            return
        place = self._place()
        top, bottom, left, right = self._margins
        if any(self._margins):
            painter.fillRect(place, theme.color("surface_sunken"))
            painter.fillRect(
                place, QBrush(theme.color("border_strong"), Qt.BrushStyle.BDiagPattern)
            )
        cell = self._cell()
        inside = place.adjusted(left * cell, top * cell, -right * cell, -bottom * cell)
        painter.drawImage(inside, self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._window is not None:
            first_row, first_column, last_row, last_column = self._window
            outline = self.cell_rect(first_row, first_column).united(
                self.cell_rect(last_row, last_column)
            )
            _outline(painter, outline)
        if self._mark is not None:
            marked = self.cell_rect(*self._mark)
            grow = max(0.0, (LEAST_MARK - cell) / 2)
            _outline(painter, marked.adjusted(-grow, -grow, grow, grow))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(place.adjusted(-3, -3, 3, 3), 3, 3)

    # Where things are

    def _rows_and_columns(self) -> tuple[int, int]:
        assert self._image is not None
        top, bottom, left, right = self._margins
        return self._image.height() + top + bottom, self._image.width() + left + right

    def _limit_height(self) -> None:
        """No higher than the map needs, so that what is above and below stays close."""
        if self._image is not None:
            rows, columns = self._rows_and_columns()
            cell = min(LARGEST_CELL, (self.width() - 2 * EDGE) / columns)
            self.setMaximumHeight(max(self.minimumHeight(), round(rows * cell) + 2 * EDGE))

    def _cell(self) -> float:
        rows, columns = self._rows_and_columns()
        return min(
            LARGEST_CELL, (self.width() - 2 * EDGE) / columns, (self.height() - 2 * EDGE) / rows
        )

    def _place(self) -> QRectF:
        """The map with its padding, in the middle."""
        rows, columns = self._rows_and_columns()
        width, height = columns * self._cell(), rows * self._cell()
        return QRectF(
            round((self.width() - width) / 2), round((self.height() - height) / 2), width, height
        )

    def _at(self, position: QPointF) -> tuple[int, int] | None:
        if self._image is None or not self._place().contains(position):
            return None
        top, _, left, _ = self._margins
        rows, columns = self._rows_and_columns()
        row = int((position.y() - self._place().top()) / self._cell())
        column = int((position.x() - self._place().left()) / self._cell())
        return min(row, rows - 1) - top, min(column, columns - 1) - left


def blank(pixels: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """uint8 (h, w, 3) in which what is not seen (h, w) has the colour of an empty place."""
    empty = theme.color("surface_sunken")
    return np.where(seen[:, :, None], pixels, np.array(empty.getRgb()[:3], np.uint8))


def _outline(painter: QPainter, place: QRectF) -> None:
    """White on dark: it shows on any colours."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in (("on_picture_shadow", 4.5), ("on_picture", 2.0)):
        pen = QPen(theme.color(color), width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawRect(place)
