"""Histograms over time: as heat, time across and values up, or as ridges, one behind the other."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.interpret.figures.colour import colour_maps, coloured
from cnnstudio.training.histograms import Series, log_levels, picture_rows
from cnnstudio.ui import theme
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.inspect.number import number_text

LEFT, TOP, RIGHT, BOTTOM = 56, 8, 8, 24
COLUMNS = 240  # of the heat
STEP_LABELS = 7  # below the heat, at most
MOST_RIDGES = 18
RIDGE_OVERLAP = 3.0  # how far a ridge may rise, in distances to the one behind
LARGEST_DISTANCE = 44.0  # of few ridges
# Of the colour map, the parts that stand out from a light and from a dark ground.
RIDGE_COLORS = {False: (0.0, 0.8), True: (0.3, 1.0)}


class SpreadPlot(QWidget):
    """Shows a series. `pointed(moment)` tells the moment under the pointer or the keyboard, -1 for
    none."""

    pointed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.series: Series | None = None
        self.moment = -1
        self._ridges, self._log = False, False
        self._image: QImage | None = None
        self._edges = np.zeros(2)
        self._shares = np.zeros((0, 1))
        self.setAccessibleName("Histograms over time")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_series(self, series: Series, ridges: bool, log: bool) -> None:
        """As ridges or as heat, of the shares or of their logarithms."""
        self.series, self._ridges, self._log = series, ridges, log
        self._edges, self._shares = series.density()
        self._image = None
        if not ridges:
            levels = self._levels(picture_rows(series, COLUMNS)[1])
            self._image = image_of(
                np.ascontiguousarray(coloured(levels, "magma").swapaxes(0, 1)[::-1])
            )
        self.moment = min(self.moment, len(series.moments) - 1)
        self.update()

    @property
    def largest(self) -> float:
        """The largest share of the values in one bin."""
        return float(self._shares.max()) if self._shares.size else 0.0

    def point_at(self, moment: int) -> None:
        """Marks a moment; -1 for none."""
        if moment != self.moment:
            self.moment = moment
            self.pointed.emit(moment)
            self.update()

    def moment_at(self, position: QPointF) -> int:
        """The moment whose histogram stands at a point of the widget; -1 if none."""
        area, steps = self._area(), self._steps()
        if not len(steps) or not area.contains(position):
            return -1
        if self._ridges:
            shown = self._ridges_shown()
            near = [abs(self._baseline(place) - position.y()) for place in range(len(shown))]
            return shown[int(np.argmin(near))]
        step = steps[0] + (position.x() - area.left()) / area.width() * (steps[-1] - steps[0])
        return max(0, int(np.searchsorted(steps, step, "right")) - 1)

    def sizeHint(self) -> QSize:
        return QSize(360, 320)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 140)

    # Qt's events

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.point_at(self.moment_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self.point_at(-1)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._steps()) - 1
        match event.key():
            case Qt.Key.Key_Right | Qt.Key.Key_Down:
                self.point_at(min(last, self.moment + 1))
            case Qt.Key.Key_Left | Qt.Key.Key_Up:
                self.point_at(max(0, self.moment - 1) if last >= 0 else -1)
            case Qt.Key.Key_Home:
                self.point_at(min(0, last))
            case Qt.Key.Key_End:
                self.point_at(last)
            case Qt.Key.Key_Escape if self.moment >= 0:
                self.point_at(-1)
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.series is None:
            return
        painter = QPainter(self)
        painter.setFont(theme.font(11))
        if self._ridges:
            self._paint_ridges(painter)
        else:
            self._paint_heat(painter)

    # As heat

    def _paint_heat(self, painter: QPainter) -> None:
        area = self._area()
        assert self._image is not None, "it was made with the series"
        painter.drawImage(area, self._image)
        self._paint_values_up(painter, area)
        self._paint_steps_across(painter, area)
        if self.moment >= 0:
            x = self._x_of(self.moment)
            for color, width in (("on_picture_shadow", 3.0), ("on_picture", 1.0)):
                painter.setPen(QPen(theme.color(color), width))
                painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def _paint_values_up(self, painter: QPainter, area: QRectF) -> None:
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        low, high = float(self._edges[0]), float(self._edges[-1])
        taken: list[float] = []
        for value in (low, high, 0.0):
            if not low <= value <= high:
                continue
            y = area.bottom() - (value - low) / (high - low) * area.height()
            if any(abs(y - other) < 14 for other in taken):
                continue
            taken.append(y)
            painter.setPen(theme.color("border_strong"))
            painter.drawLine(QPointF(area.left() - 4, y), QPointF(area.left(), y))
            painter.setPen(theme.color("text_muted"))
            place = QRectF(0, min(max(y - 8, 0), self.height() - BOTTOM - 8), LEFT - 8, 16)
            painter.drawText(place, right, number_text(value))

    def _paint_steps_across(self, painter: QPainter, area: QRectF) -> None:
        for moment, place in self.step_labels():
            x, strong = self._x_of(moment), moment == self.moment
            painter.setPen(theme.color("border_strong"))
            painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 4))
            painter.setPen(theme.color("text" if strong else "text_muted"))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._step_text(moment))

    def step_labels(self) -> list[tuple[int, QRectF]]:
        """The moments whose steps stand below the heat, and where: the ends, and those evenly
        between for which there is room."""
        area, steps = self._area(), self._steps()
        if not len(steps):
            return []
        metrics, last = QFontMetricsF(theme.font(11)), len(steps) - 1
        evenly = np.linspace(steps[0], steps[-1], STEP_LABELS)
        between = [int(np.abs(steps - step).argmin()) for step in evenly]
        taken: list[tuple[int, QRectF]] = []
        for moment in dict.fromkeys((0, last, *between)):
            width = metrics.horizontalAdvance(self._step_text(moment)) + 2
            left = min(max(area.left(), self._x_of(moment) - width / 2), area.right() - width)
            place = QRectF(left, area.bottom() + 5, width, 16)
            near = place.adjusted(-12, 0, 12, 0)
            if not any(near.intersects(other) for _, other in taken):
                taken.append((moment, place))
        return taken

    def _step_text(self, moment: int) -> str:
        step = f"{self._steps()[moment]:,}"
        return f"step {step}" if moment == 0 else step

    # As ridges

    def _paint_ridges(self, painter: QPainter) -> None:
        area, shown = self._area(), self._ridges_shown()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        heights = self._levels(self._shares)
        x = np.linspace(area.left(), area.right(), len(self._edges))
        centres = (x[:-1] + x[1:]) / 2
        far, near = RIDGE_COLORS[theme.current().dark]
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        labelled = {0, len(shown) - 1, len(shown) // 2}
        for place, moment in enumerate(shown):
            base = self._baseline(place)
            rise = RIDGE_OVERLAP * self._distance()
            tops = base - heights[moment] * rise
            points = [QPointF(area.left(), base)]
            points += [QPointF(float(a), float(b)) for a, b in zip(centres, tops, strict=True)]
            points.append(QPointF(area.right(), base))
            share = far + (near - far) * place / max(1, len(shown) - 1)
            red, green, blue = (int(part) for part in colour_maps["viridis"][round(share * 255)])
            fill, marked = QColor(red, green, blue), moment == self.moment
            painter.setBrush(fill)
            painter.setPen(QPen(theme.color("text" if marked else "surface"), 2 if marked else 1))
            painter.drawPolygon(QPolygonF(points))
            if place in labelled or marked:
                painter.setPen(theme.color("text" if marked else "text_muted"))
                label = QRectF(0, base - 12, LEFT - 8, 16)
                painter.drawText(label, right, f"{self._steps()[moment]:,}")
        self._paint_values_across(painter, area)

    def _paint_values_across(self, painter: QPainter, area: QRectF) -> None:
        low, high = float(self._edges[0]), float(self._edges[-1])
        below = QRectF(area.left(), area.bottom() + 6, area.width(), 16)
        painter.setPen(theme.color("text_muted"))
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, number_text(low))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, number_text(high))
        zero = area.left() - low / (high - low) * area.width()
        if area.left() + 48 < zero < area.right() - 48:
            painter.drawText(
                QRectF(zero - 24, below.top(), 48, 16), Qt.AlignmentFlag.AlignHCenter, "0"
            )

    def _ridges_shown(self) -> list[int]:
        """Which moments: the first, the newest and those evenly between."""
        count = len(self._steps())
        places = np.linspace(0, count - 1, min(count, MOST_RIDGES)).round().astype(int)
        return sorted(set(places.tolist()))

    def _distance(self) -> float:
        room = self._area().height() / (len(self._ridges_shown()) - 1 + RIDGE_OVERLAP)
        return min(room, LARGEST_DISTANCE)

    def _baseline(self, place: int) -> float:
        behind = len(self._ridges_shown()) - 1 - place
        return self._area().bottom() - behind * self._distance()

    def _levels(self, shares: np.ndarray) -> np.ndarray:
        return log_levels(shares) if self._log else shares / max(float(shares.max()), 1e-12)

    def _area(self) -> QRectF:
        width, height = self.width() - LEFT - RIGHT, self.height() - TOP - BOTTOM
        return QRectF(LEFT, TOP, max(1, width), max(1, height))

    def _steps(self) -> np.ndarray:
        return np.zeros(0, np.int64) if self.series is None else self.series.steps

    def _x_of(self, moment: int) -> float:
        area, steps = self._area(), self._steps()
        whole = max(1, int(steps[-1] - steps[0]))
        return float(area.left() + (steps[moment] - steps[0]) / whole * area.width())
