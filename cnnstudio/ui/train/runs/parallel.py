"""Parallel coordinates: an axis for each setting that differs, the last for a metric, a line a run.

A drag along an axis brushes it: the runs whose lines pass through all brushes are chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from cnnstudio.training.run_rows import RunRow
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui import theme
from cnnstudio.ui.train.runs.axes import Scale, scale_of

TOP, BOTTOM, SIDE = 44, 24, 88
REACH = 24  # pixels beside an axis in which a press is meant for it
BRUSH_WIDTH = 12
LEAST_DRAG = 0.02  # of an axis; less is a click
KEY_STEP = 0.05
FAINT = 70  # of a brush
LINE_ALPHA = 170

Brush = tuple[float, float]


class Parallel(QWidget):
    """`brushed(runs)` tells the runs within the brushes, None when there is no brush left.

    Left and Right go from axis to axis; Up and Down move the lower end of its brush, with Shift the
    upper one; Escape takes all brushes away.
    """

    brushed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[RunRow] = []
        self.scales: list[Scale] = []
        self.brushes: dict[str, Brush] = {}
        self._colors: Mapping[RunDirectory, QColor] = {}
        self._drag: tuple[Scale, float] | None = None
        self._current = 0
        self.setObjectName("parallel_coordinates")
        self.setAccessibleName("Settings against a metric")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(160)
        self.setToolTip("Drag along an axis to choose runs; click it to take that back")

    def show_rows(
        self, rows: Sequence[RunRow], columns: Sequence[str], colors: Mapping[RunDirectory, QColor]
    ) -> None:
        """Shows the runs over these columns, the metric last; chosen ones in their colours."""
        self.rows, self._colors = list(rows), colors
        found = [scale_of(rows, column) for column in columns]
        self.scales = [scale for scale in found if scale is not None]
        known = {scale.column for scale in self.scales}
        self.brushes = {name: brush for name, brush in self.brushes.items() if name in known}
        self._current = min(self._current, max(0, len(self.scales) - 1))
        self._describe()
        self.update()

    @property
    def within(self) -> list[RunDirectory]:
        """The runs whose lines pass through all brushes."""
        return [row.run for row in self.rows if self._passes(row)]

    def brush(self, column: str, brush: Brush | None) -> None:
        """Puts a brush (lower and upper end, 0…1) on an axis, or takes it away."""
        if brush is None:
            self.brushes.pop(column, None)
        else:
            low, high = sorted(min(max(end, 0.0), 1.0) for end in brush)
            self.brushes[column] = low, high
        self._describe()
        self.update()
        self.brushed.emit(self.within if self.brushes else None)

    # Places

    def axis_x(self, number: int) -> float:
        """Where an axis stands, in pixels."""
        gaps = max(1, len(self.scales) - 1)
        return SIDE + (self.width() - 2 * SIDE) * number / gaps if len(self.scales) > 1 else SIDE

    def axis_y(self, place: float) -> float:
        return self.height() - BOTTOM - place * (self.height() - TOP - BOTTOM)

    def _place_at(self, y: float) -> float:
        span = max(1, self.height() - TOP - BOTTOM)
        return min(max((self.height() - BOTTOM - y) / span, 0.0), 1.0)

    def _axis_at(self, x: float) -> Scale | None:
        near = [
            (abs(self.axis_x(number) - x), number) for number in range(len(self.scales))
        ]  # fmt: skip
        distance, number = min(near, default=(REACH + 1, 0))
        return self.scales[number] if distance <= REACH else None

    def _passes(self, row: RunRow) -> bool:
        for scale in self.scales:
            brush = self.brushes.get(scale.column)
            if brush is None:
                continue
            place = scale.place(row[scale.column])
            if place is None or not brush[0] - 1e-9 <= place <= brush[1] + 1e-9:
                return False
        return True

    # Gestures and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        scale = self._axis_at(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and scale is not None:
            self._drag = scale, self._place_at(event.position().y())
            self._current = self.scales.index(scale)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            scale, begun = self._drag
            self.brush(scale.column, (begun, self._place_at(event.position().y())))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            (scale, begun), self._drag = self._drag, None
            if abs(self._place_at(event.position().y()) - begun) < LEAST_DRAG:
                self.brush(scale.column, None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if not self.scales:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if key == Qt.Key.Key_Right else -1
            self._current = (self._current + step) % len(self.scales)
            self._describe()
            self.update()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            upper = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            step = KEY_STEP if key == Qt.Key.Key_Up else -KEY_STEP
            column = self.scales[self._current].column
            low, high = self.brushes.get(column, (0.0, 1.0))
            moved = (low, max(low, high + step)) if upper else (min(high, low + step), high)
            self.brush(column, moved)
        elif key == Qt.Key.Key_Escape and self.brushes:
            self.brushes = {}
            self.brush(self.scales[self._current].column, None)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _describe(self) -> None:
        if not self.scales:
            self.setAccessibleDescription("")
            return
        scale = self.scales[self._current]
        brush = self.brushes.get(scale.column)
        told = f", from {brush[0]:.0%} to {brush[1]:.0%}" if brush else ""
        self.setAccessibleDescription(
            f"Axis {scale.title}{told}; {len(self.within)} of {len(self.rows)} runs"
        )

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.color("surface"))
        chosen = [row for row in self.rows if row.run in self._colors]
        for row in self.rows:
            if row.run not in self._colors:
                self._draw_line(painter, row, QPen(self._quiet_color(row), 1.2))
        for row in chosen:
            self._draw_line(painter, row, QPen(self._colors[row.run], 2.2))
        for number, scale in enumerate(self.scales):
            self._draw_axis(painter, number, scale)

    def _quiet_color(self, row: RunRow) -> QColor:
        """Of a run that isn't chosen: with brushes, those within stand out from the others."""
        color = theme.color("text_muted" if self._passes(row) else "border_strong")
        if not self.brushes:
            color.setAlpha(LINE_ALPHA)
        return color

    def _draw_line(self, painter: QPainter, row: RunRow, pen: QPen) -> None:
        path, begun = QPainterPath(), False
        for number, scale in enumerate(self.scales):
            place = scale.place(row[scale.column])
            if place is None:
                begun = False
                continue
            point = QPointF(self.axis_x(number), self.axis_y(place))
            if begun:
                path.lineTo(point)
            else:
                path.moveTo(point)
                path.addEllipse(point, 1.5, 1.5)
                path.moveTo(point)
            begun = True
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def _draw_axis(self, painter: QPainter, number: int, scale: Scale) -> None:
        x, current = self.axis_x(number), number == self._current and self.hasFocus()
        painter.setPen(QPen(theme.color("accent" if current else "text_muted"), 1.5))
        painter.drawLine(QPointF(x, self.axis_y(0)), QPointF(x, self.axis_y(1)))
        brush = self.brushes.get(scale.column)
        if brush is not None:
            top, bottom = self.axis_y(brush[1]), self.axis_y(brush[0])
            fill = theme.color("accent")
            fill.setAlpha(FAINT)
            painter.setBrush(fill)
            painter.setPen(QPen(theme.color("accent"), 1))
            left = x - BRUSH_WIDTH / 2
            painter.drawRect(QRectF(left, top, BRUSH_WIDTH, max(2.0, bottom - top)))
        room = (self.width() - 2 * SIDE) / max(1, len(self.scales) - 1) - 12
        width = max(60.0, min(170.0, room))
        painter.setFont(theme.font(12, bold=True))
        painter.setPen(theme.color("text"))
        elide = Qt.TextElideMode.ElideMiddle
        told = painter.fontMetrics().elidedText(scale.title, elide, int(width))
        head = QRectF(x - width / 2, 8, width, 18)
        painter.drawText(head, Qt.AlignmentFlag.AlignCenter, told)
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("text_muted"))
        last = number == len(self.scales) - 1
        side = Qt.AlignmentFlag.AlignLeft if last else Qt.AlignmentFlag.AlignRight
        for place, word in scale.marks():
            left = x + 8 if last else x - 8 - SIDE
            row = QRectF(left, self.axis_y(place) - 8, SIDE, 16)
            shown = painter.fontMetrics().elidedText(word, elide, SIDE - 8)
            ground = painter.fontMetrics().horizontalAdvance(shown) + 4
            behind = QRectF(row)
            if last:
                behind.setWidth(ground)
            else:
                behind.setLeft(row.right() - ground)
            painter.fillRect(behind, theme.color("surface"))
            painter.drawText(row, side | Qt.AlignmentFlag.AlignVCenter, shown)
