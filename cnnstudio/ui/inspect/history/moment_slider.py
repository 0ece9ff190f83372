"""The moments of a run on a line, with a handle on the one that is looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QSlider, QToolTip, QWidget

from cnnstudio.training.moments import Moment
from cnnstudio.ui import theme

HEIGHT = 46
MARGIN = 10
CURVE_TOP, CURVE_BOTTOM = 3.0, 25.0
LINE = 27.0
LABEL_PIXELS = 10
LABELS_APART = 14
HANDLE = 7.0


class MomentSlider(QSlider):
    """Moments are evenly apart, since most are early, where most happens. The keys of sliders
    work; Space is told by `space_pressed`. Behind it runs the curve of a metric."""

    space_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._moments: list[Moment] = []
        self._curve: list[float | None] = []
        self._metric = ""
        self.setAccessibleName("Moment of the training")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setRange(0, 0)
        self.valueChanged.connect(lambda _: self._describe())

    def show_moments(self, moments: Sequence[Moment]) -> None:
        """The moments to choose from. No signal: the owner says which is looked at."""
        self._moments = list(moments)
        blocked = self.blockSignals(True)
        self.setRange(0, max(0, len(self._moments) - 1))
        self.setPageStep(max(1, len(self._moments) // 10))
        self.blockSignals(blocked)
        self._describe()
        self.update()

    def show_curve(self, values: Sequence[float | None], metric: str) -> None:
        """A number for each moment; None where there is none."""
        self._curve, self._metric = list(values), metric
        self.update()

    def show_index(self, index: int) -> None:
        """Puts the handle there, without a signal."""
        blocked = self.blockSignals(True)
        self.setValue(index)
        self.blockSignals(blocked)
        self._describe()
        self.update()

    def place_of(self, index: int) -> float:
        """Where a moment stands, in the widget's pixels."""
        last = max(1, len(self._moments) - 1)
        return MARGIN + (self.width() - 2 * MARGIN) * index / last

    def index_at(self, x: float) -> int:
        """The moment nearest to a place."""
        last = max(1, len(self._moments) - 1)
        share = (x - MARGIN) / max(1, self.width() - 2 * MARGIN)
        return max(0, min(len(self._moments) - 1, round(share * last)))

    # Qt's events

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._moments:
            self.setSliderDown(True)
            self.setValue(self.index_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setValue(self.index_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.space_pressed.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.index_at(event.pos().x())
            if self._moments:
                QToolTip.showText(event.globalPos(), self._text(index), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_curve(painter)
        self._paint_line(painter)
        self._paint_labels(painter)
        if self._moments:
            self._paint_handle(painter)

    # Drawing

    def _paint_curve(self, painter: QPainter) -> None:
        known = [(n, value) for n, value in enumerate(self._curve) if value is not None]
        if len(known) < 2:
            return
        low, high = min(v for _, v in known), max(v for _, v in known)
        spread = (high - low) or 1.0
        points = [
            QPointF(
                self.place_of(n), CURVE_BOTTOM - (v - low) / spread * (CURVE_BOTTOM - CURVE_TOP)
            )
            for n, v in known
        ]
        color = theme.color("validation")
        under = QPolygonF([*points, QPointF(points[-1].x(), LINE), QPointF(points[0].x(), LINE)])
        faint = theme.color("validation")
        faint.setAlphaF(0.12)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faint)
        painter.drawPolygon(under)
        color.setAlphaF(0.7)
        painter.setPen(QPen(color, 1.5))
        painter.drawPolyline(QPolygonF(points))

    def _paint_line(self, painter: QPainter) -> None:
        enabled = self.isEnabled()
        begin, end = self.place_of(0), self.width() - MARGIN
        painter.setPen(QPen(theme.color("border_strong"), 2))
        painter.drawLine(QPointF(begin, LINE), QPointF(end, LINE))
        if enabled and self._moments:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawLine(QPointF(begin, LINE), QPointF(self.place_of(self.value()), LINE))
        for index, moment in enumerate(self._moments):
            at = self.place_of(index)
            painter.setPen(QPen(theme.color("border_strong"), 1))
            painter.drawLine(QPointF(at, LINE - 3), QPointF(at, LINE + 3))
            if "best" in moment.marks:
                self._paint_star(painter, at)
            elif "last" in moment.marks:
                painter.setPen(QPen(theme.color("text_muted"), 2))
                painter.drawLine(QPointF(at, LINE - 6), QPointF(at, LINE + 6))

    def _paint_star(self, painter: QPainter, at: float) -> None:
        """Five points above the line, for the best."""
        points = []
        for corner in range(10):
            far = 6.0 if corner % 2 == 0 else 2.6
            angle = math.pi * (corner / 5 - 0.5)
            points.append(QPointF(at + far * math.cos(angle), 10 + far * math.sin(angle)))
        painter.setPen(QPen(theme.color("surface"), 1))
        painter.setBrush(theme.color("text"))
        painter.drawPolygon(QPolygonF(points))
        painter.setPen(QPen(theme.color("text_muted"), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(at, 16), QPointF(at, LINE))

    def _paint_labels(self, painter: QPainter) -> None:
        """The epoch that a moment is in, where there is room."""
        painter.setPen(theme.color("text_muted"))
        painter.setFont(theme.font(LABEL_PIXELS))
        free, before, told = -100.0, -1, False
        below = LINE + 6
        for index, moment in enumerate(self._moments):
            epoch = int(moment.epoch + 1e-9)
            if epoch == before:
                continue
            before = epoch
            at = self.place_of(index)
            if at - LABELS_APART < free or (epoch == 0 and index):
                continue
            text = "Start" if moment.step == 0 else str(epoch) if told else f"Epoch {epoch}"
            told = told or moment.step > 0
            width = painter.fontMetrics().horizontalAdvance(text)
            left = max(0.0, min(at - width / 2, self.width() - width))
            place = QRectF(left, below, width + 2, HEIGHT - below)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, text)
            free = at + width / 2

    def _paint_handle(self, painter: QPainter) -> None:
        at = QPointF(self.place_of(self.value()), LINE)
        if self.hasFocus():
            ring = theme.color("accent")
            ring.setAlphaF(0.3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ring)
            painter.drawEllipse(at, HANDLE + 4, HANDLE + 4)
        painter.setPen(QPen(theme.color("surface"), 2))
        painter.setBrush(theme.color("accent"))
        painter.drawEllipse(at, HANDLE, HANDLE)

    def _text(self, index: int) -> str:
        parts = [moment_text(self._moments[index])]
        value = self._curve[index] if index < len(self._curve) else None
        if value is not None:
            parts.append(f"{self._metric} {value:.3g}")
        return " · ".join(parts)

    def _describe(self) -> None:
        if self._moments:
            self.setAccessibleDescription(self._text(min(self.value(), len(self._moments) - 1)))


def moment_text(moment: Moment) -> str:
    """`Step 297 · epoch 9.0 · best`."""
    marks = [mark for mark in moment.marks if not mark.startswith("epoch-")]
    return " · ".join([f"Step {moment.step:,}", f"epoch {moment.epoch:.1f}", *marks])
