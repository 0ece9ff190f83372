"""Axes whose numbers read as people write them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from cnnstudio.ui import quantities, theme

LOG_STEPS = (1, 2, 5)
Line = tuple[QPen, QPointF, QPointF]


class Axis(pg.AxisItem):
    """An axis whose grid is painted in opaque colours.

    pyqtgraph's are translucent, which takes Qt thirty times as long, spread over threads that
    wait for a core where a network trains.
    """

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self.enableAutoSIPrefix(False)  # it writes `(x0.001)` after the title
        self.overhang = 0, 0  # pixels across and up that labels may reach beyond the axis

    def boundingRect(self) -> QRectF:
        across, up = self.overhang
        return super().boundingRect().adjusted(-across, -up, across, up)

    def drawPicture(
        self,
        p: QPainter,
        axisSpec: Line,
        tickSpecs: list[Line],
        textSpecs: list[tuple[QRectF, int, str]],
    ) -> None:
        opaque = [(_opaque(pen), start, stop) for pen, start, stop in tickSpecs]
        super().drawPicture(p, axisSpec, opaque, textSpecs)


class CountAxis(Axis):
    """Steps or epochs: whole numbers, `12 k` for twelve thousand; parts of one where fewer than
    two whole numbers are in sight, as at a run's beginning."""

    def tickValues(
        self, minVal: float, maxVal: float, size: float
    ) -> list[tuple[float, Sequence[float]]]:
        levels = super().tickValues(minVal, maxVal, size)
        if math.floor(maxVal) - math.ceil(minVal) < 1:
            return levels
        whole = [(spacing, [v for v in values if v == int(v)]) for spacing, values in levels]
        return [(max(spacing, 1.0), values) for spacing, values in whole if values]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        if spacing >= 1000 and all(value % 100 == 0 for value in values):
            return [f"{value / 1000:g} k" if value else "0" for value in values]
        return [f"{value:,.{_digits(spacing)}f}" for value in values]


class ValueAxis(Axis):
    """A quantity, linear or logarithmic, as plain numbers: `0.05`, never `5×10⁻²`."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        if self.logMode:
            return self.logTickStrings(values, scale, spacing)
        return [f"{value:.{_digits(spacing)}f}" for value in values]

    def logTickValues(
        self, minVal: float, maxVal: float, size: float, stdTicks: list
    ) -> list[tuple[float | None, Sequence[float]]]:
        """1, 2 and 5 of each decade that is in sight, as logarithms; decades only if many are."""
        decades = range(math.floor(minVal), math.ceil(maxVal) + 1)
        steps = LOG_STEPS if len(decades) <= 4 else LOG_STEPS[:1]
        if len(decades) <= 2:
            steps = (1, 2, 3, 4, 5, 6, 8)
        ticks = [decade + math.log10(step) for decade in decades for step in steps]
        return [(None, [tick for tick in ticks if minVal <= tick <= maxVal])]

    def logTickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [f"{10**value:.3g}" for value in values]


class PercentAxis(ValueAxis):
    """A share, 0…1, as `80 %`."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [f"{100 * value:.{_digits(100 * spacing)}f} %" for value in values]


class MemoryAxis(ValueAxis):
    """Bytes, as `1.2 GB`, with so many digits that neighbours differ."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        size, unit = quantities.memory_unit(max((abs(value) for value in values), default=0))
        digits = _digits(spacing / size)
        return [f"{value / size:.{digits}f} {unit}" if value else "0" for value in values]


def _digits(spacing: float) -> int:
    """How many digits behind the point tell ticks of this spacing apart."""
    return max(0, math.ceil(-math.log10(spacing) - 1e-9))


def on_surface(color: QColor) -> QColor:
    """The opaque colour that a translucent one has on the plots' ground."""
    ground, share = theme.color("surface"), color.alphaF()
    mixed = (
        share * own + (1 - share) * below
        for own, below in zip(color.getRgbF()[:3], ground.getRgbF()[:3], strict=True)
    )
    return QColor.fromRgbF(*mixed)


def _opaque(pen: QPen) -> QPen:
    made = QPen(pen)
    made.setColor(on_surface(pen.color()))
    return made


def dress(axis: pg.AxisItem) -> None:
    """Gives an axis the current theme's colours and font."""
    axis.setPen(pg.mkPen(theme.color("border")))
    axis.setTextPen(pg.mkPen(theme.color("text_muted")))
    axis.setTickFont(theme.font(11))
    axis.setStyle(tickLength=0, tickTextOffset=6, maxTickLevel=1)
