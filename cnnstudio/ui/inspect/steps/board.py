"""Grids of numbers side by side, as an equation: window × weights = products."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.interpret.figures.colour import colour_maps
from cnnstudio.ui import theme
from cnnstudio.ui.inspect.number import number_text

LARGEST_CELL, SMALLEST_CELL = 84.0, 2.0
SINGLE = 84.0  # a single value among larger grids
SIGN, TITLE, GAP = 32.0, 24.0, 12.0
SMALLEST_FONT, LARGEST_FONT = 9, 20
READABLE_FONT = 12
NEGATIVE, POSITIVE = 48, 224  # of 255
DARK_FROM = 140  # of 255: from this lightness on, a colour carries dark text


@dataclass(frozen=True, eq=False)
class Grid:
    """Numbers (h, w) with their colours uint8 (h, w, 3). `sign` stands before it; `padded` cells
    are hatched, `mark` is outlined."""

    title: str
    values: np.ndarray
    colors: np.ndarray
    sign: str = ""
    padded: np.ndarray | None = None
    mark: tuple[int, int] | None = None
    texts: list[list[str]] = field(default_factory=list)
    short: list[list[str]] = field(default_factory=list)  # where there is little room

    def __post_init__(self) -> None:
        for name, written in (("texts", cell_text), ("short", short_text)):
            texts = [[written(value) for value in row] for row in self.values.tolist()]
            object.__setattr__(self, name, texts)


class Board(QWidget):
    """All grids have cells of one size, as large as there is room; numbers stand in them where they
    can be read. `pointed(text)` tells the values of the cell under the pointer, "" for none."""

    pointed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grids: Sequence[Grid] = ()
        self._under: tuple[int, int] | None = None
        self.setAccessibleName("Numbers")
        self.setMouseTracking(True)
        self.setMinimumSize(200, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def grids(self) -> Sequence[Grid]:
        return self._grids

    @property
    def shows_numbers(self) -> bool:
        """Whether the cells have room for their numbers."""
        return self._lettering()[0] >= SMALLEST_FONT

    def show_grids(self, grids: Sequence[Grid]) -> None:
        self._grids = grids
        self.update()
        self._tell()

    def sizeHint(self) -> QSize:
        return QSize(480, 320)

    def cell_rect(self, number: int, row: int, column: int) -> QRectF:
        """Where a cell of a grid stands."""
        place, cell = self._places()[number], self._cell(number)
        return QRectF(place.left() + column * cell, place.top() + row * cell, cell, cell)

    # Qt's events

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        (size, short), places = self._lettering(), self._places()
        for number, grid in enumerate(self._grids):
            self._paint_grid(painter, number, grid, size, short)
            place = places[number]
            painter.setPen(theme.color("text_muted"))
            painter.setFont(theme.font(13))
            title = QRectF(place.left() - 40, place.top() - TITLE, place.width() + 80, TITLE - 4)
            centre = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
            painter.drawText(title, centre, grid.title)
            if grid.sign:
                painter.setPen(theme.color("text"))
                painter.setFont(theme.font(24))
                sign = QRectF(place.left() - SIGN, place.top(), SIGN, place.height())
                painter.drawText(sign, Qt.AlignmentFlag.AlignCenter, grid.sign)

    def _paint_grid(
        self, painter: QPainter, number: int, grid: Grid, size: int, short: bool
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self._is_single(grid):
            size, short = LARGEST_FONT, False
        painter.setFont(theme.font(max(1, size), bold=self._is_single(grid)))
        line = theme.color("surface")
        place, width = self._places()[number], self._cell(number)
        for row, texts in enumerate(grid.short if short else grid.texts):
            for column, text in enumerate(texts):
                corner = QPointF(place.left() + column * width, place.top() + row * width)
                cell = QRectF(corner, QSizeF(width, width))
                color = QColor(*(int(part) for part in grid.colors[row, column]))
                is_padded = grid.padded is not None and bool(grid.padded[row, column])
                if is_padded and grid.values[row, column] == 0:
                    color = theme.color("surface_sunken")
                painter.fillRect(cell, color)
                if is_padded:
                    hatch = QBrush(theme.color("border_strong"), Qt.BrushStyle.BDiagPattern)
                    painter.fillRect(cell, hatch)
                if cell.width() >= 6:
                    painter.setPen(QPen(line, 1))
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.drawRect(cell)
                if size >= SMALLEST_FONT:
                    dark = _lightness(color) >= DARK_FROM
                    painter.setPen(theme.color("on_picture_shadow" if dark else "on_picture"))
                    painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for marked in (grid.mark, self._under):
            if marked is not None and marked[0] < len(grid.texts):
                for color, width in (("on_picture_shadow", 4.5), ("on_picture", 2.0)):
                    painter.setPen(QPen(theme.color(color), width))
                    painter.drawRect(self.cell_rect(number, *marked).adjusted(1, 1, -1, -1))

    # Where things are

    def _in_rows(self) -> list[list[int]]:
        """The grids' numbers, in one row, or in two where the cells get larger by it."""
        count = len(self._grids)
        one = [list(range(count))]
        two = [list(range(count - 1)), [count - 1]]
        return two if count > 2 and self._cell_of(two) > self._cell_of(one) * 1.15 else one

    def _cell_of(self, rows: list[list[int]]) -> float:
        """What the cells can measure at most. A single value among grids keeps its size."""
        most = LARGEST_CELL
        for row in rows:
            grids = [self._grids[n] for n in row]
            columns = sum(grid.values.shape[1] for grid in grids if not self._is_single(grid))
            singles = sum(SINGLE for grid in grids if self._is_single(grid))
            room = self.width() - GAP - SIGN * (len(row) - 1) - singles
            most = min(most, room / max(1, columns))
        heights = sum(max(self._grids[n].values.shape[0] for n in row) for row in rows)
        room = self.height() - len(rows) * (TITLE + GAP)
        return max(SMALLEST_CELL, min(most, room / max(1, heights)))

    def _is_single(self, grid: Grid) -> bool:
        return grid.values.size == 1 and any(other.values.size > 1 for other in self._grids)

    def _cell(self, number: int = 0) -> float:
        if number < len(self._grids) and self._is_single(self._grids[number]):
            return SINGLE
        return self._cell_of(self._in_rows()) if self._grids else LARGEST_CELL

    def _places(self) -> list[QRectF]:
        if not self._grids:
            return []
        rows = self._in_rows()
        sizes = [
            QSizeF(grid.values.shape[1] * self._cell(n), grid.values.shape[0] * self._cell(n))
            for n, grid in enumerate(self._grids)
        ]
        heights = [max(sizes[n].height() for n in row) for row in rows]
        top = (self.height() - sum(heights) - len(rows) * TITLE - GAP * (len(rows) - 1)) / 2
        places: list[QRectF] = []
        for row, height in zip(rows, heights, strict=True):
            top += TITLE
            left = (self.width() - sum(sizes[n].width() for n in row) - SIGN * (len(row) - 1)) / 2
            for number in row:
                down = top + (height - sizes[number].height()) / 2
                places.append(QRectF(QPointF(round(left), round(down)), sizes[number]))
                left += sizes[number].width() + SIGN
            top += height + GAP
        return places

    def _lettering(self) -> tuple[int, bool]:
        """The size of the font that fits the cells, and whether numbers are shortened for it."""
        grids = [grid for grid in self._grids if not self._is_single(grid)]
        full = self._fitting(text for grid in grids for row in grid.texts for text in row)
        if full >= READABLE_FONT:
            return full, False
        return self._fitting(text for grid in grids for row in grid.short for text in row), True

    def _fitting(self, texts: Iterable[str]) -> int:
        cell, metrics = self._cell(), QFontMetricsF(theme.font(100))
        wide = max((metrics.horizontalAdvance(text) for text in set(texts)), default=100) / 100
        return int(min(LARGEST_FONT, (cell - 6) / max(wide, 1.0), cell * 0.5))

    def _at(self, position: QPointF) -> tuple[int, int] | None:
        for number, place in enumerate(self._places()):
            cell = self._cell(number)
            if place.contains(position):
                return (
                    int((position.y() - place.top()) / cell),
                    int((position.x() - place.left()) / cell),
                )
        return None

    def _point(self, under: tuple[int, int] | None) -> None:
        if under != self._under:
            self._under = under
            self.update()
            self._tell()

    def _tell(self) -> None:
        if self._under is None:
            self.pointed.emit("")
            return
        row, column = self._under
        told = [
            f"{grid.title} {number_text(float(grid.values[row, column]))}"
            for grid in self._grids
            if row < grid.values.shape[0] and column < grid.values.shape[1]
        ]
        self.pointed.emit(" · ".join(told))


def cell_text(value: float) -> str:
    """A number in at most six characters, where it isn't huge."""
    return "≈ 0" if value and abs(value) < 5e-4 else number_text(value)


def short_text(value: float) -> str:
    """Two digits: `.42`, `−.05`, `1.4`, `−12`."""
    size = abs(value)
    if size < 0.005:
        return "0"
    text = f"{size:.2f}".lstrip("0") if size < 1 else f"{size:.{1 if size < 10 else 0}f}"
    if size >= 1e4:
        text = f"{size:.0e}".replace("e+0", "e")
    return f"−{text}" if value < 0 else text


def sign_color(value: float) -> QColor:
    """The diverging colours' blue for what is negative, their red for what is positive."""
    level = NEGATIVE if value < 0 else POSITIVE
    return QColor(*(int(part) for part in colour_maps["coolwarm"][level]))


def _lightness(color: QColor) -> float:
    return 0.299 * color.red() + 0.587 * color.green() + 0.114 * color.blue()
