"""Wires whose width and colour show how strong what they carry is, and the legend to that."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from cnnstudio.interpret.figures.colour import colour_maps
from cnnstudio.ui import quantities, theme

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView

LEVELS = 12
THINNEST, THICKEST = 1.4, 6.0
# Of the colour map, from its end that is nearer to the ground's lightness to the other.
FROM, TO = 0.12, 0.95
LEAST_DECADES = 1.0
LEGEND_WIDTH = 232
LEGEND_HEIGHT = 46
TITLES = {
    "activation": "Activations (root mean square)",
    "gradient": "Gradients (root mean square)",
}


class Strengths:
    """The levels of nodes' outputs, 0 to LEVELS − 1 along the logarithm from `low` to `high`.

    Activations differ by factors, gradients by orders of magnitude: in both the ratio tells.
    """

    def __init__(self, strengths: Mapping[str, float]) -> None:
        positive = [value for value in strengths.values() if value > 0 and math.isfinite(value)]
        self.high = max(positive, default=0.0)
        self.low = min(positive, default=0.0)
        self.levels: dict[str, int] = {}
        if not positive:
            return
        self.low = min(self.low, self.high / 10**LEAST_DECADES)
        span = math.log(self.high / self.low)
        for id, value in strengths.items():
            share = math.log(value / self.low) / span if value > 0 else 0.0
            self.levels[id] = round(min(max(share, 0.0), 1.0) * (LEVELS - 1))


def strength_pens(dark: bool) -> list[QPen]:
    """A pen for each level: the stronger, the wider and the farther from the ground."""
    pens = []
    for level in range(LEVELS):
        width = THINNEST + (THICKEST - THINNEST) * level / (LEVELS - 1)
        pens.append(
            QPen(_color(level, dark), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap,
                 Qt.PenJoinStyle.RoundJoin)
        )  # fmt: skip
    return pens


def _color(level: int, dark: bool) -> QColor:
    share = FROM + (TO - FROM) * level / (LEVELS - 1)
    table = colour_maps["viridis"]
    return QColor(*table[round((share if dark else 1.0 - share) * 255)].tolist())


class StrengthLegend(QWidget):
    """In the lower left corner of the canvas, while wires show strengths."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._kind = ""
        self._range = (0.0, 0.0)
        self.setObjectName("strength_legend")
        self.setAccessibleName("What the wires' width and colour mean")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(LEGEND_WIDTH, LEGEND_HEIGHT)
        self.hide()

    def show_range(self, kind: str, low: float, high: float) -> None:
        """Shows the scale of a kind of TITLES; nothing if there is none."""
        shown = kind in TITLES and high > 0
        if (kind, (low, high)) != (self._kind, self._range):
            self._kind, self._range = kind, (low, high)
            self.update()
        if shown == self.isHidden():  # also while the canvas itself is out of sight
            self.setVisible(shown)
            self.place()

    def place(self) -> None:
        corner = self._canvas.viewport().geometry().bottomLeft()
        above = self._canvas.legend.height() + 8 if self._canvas.legend.isVisible() else 0
        foot = self._canvas.foot
        self.move(corner.x() + 16, corner.y() - self.height() - 16 - foot - above)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = self._canvas.canvas_scene.look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.border)
        painter.setBrush(look.surface)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setFont(theme.font(11))
        painter.setPen(look.muted)
        words = QRectF(12, 6, self.width() - 24, 16)
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft, TITLES.get(self._kind, ""))
        low, high = (quantities.short(value) for value in self._range)
        metrics = painter.fontMetrics()
        left = 12 + metrics.horizontalAdvance(low) + 8
        right = self.width() - 12 - metrics.horizontalAdvance(high) - 8
        line = QRectF(12, 24, self.width() - 24, 16)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, low)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, high)
        dark = theme.current().dark
        ramp = QLinearGradient(left, 0, right, 0)
        for level in range(LEVELS):
            ramp.setColorAt(level / (LEVELS - 1), _color(level, dark))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ramp)
        middle = line.center().y() + 0.5
        painter.drawPolygon(
            [
                QPointF(left, middle - THINNEST / 2), QPointF(right, middle - THICKEST / 2),
                QPointF(right, middle + THICKEST / 2), QPointF(left, middle + THINNEST / 2),
            ]
        )  # fmt: skip
