"""The plot of one quantity: training as it goes, and validation after each epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from cnnstudio.ui import quantities, theme
from cnnstudio.ui.train.curves import Axis, Curves
from cnnstudio.ui.train.legend import Entry, Legend
from cnnstudio.ui.train.smoothing import smoothed
from cnnstudio.ui.train.ticks import CountAxis, PercentAxis, ValueAxis, dress, on_surface

# More marks than this would hide the line that they stand on.
MAXIMUM_MARKS = 50
# Of each group of samples the lowest and the highest are drawn; more would not be seen.
SAMPLES_PER_PIXEL = 1.0
# Dense lines look the same without, and are drawn twenty times faster.
MAXIMUM_ANTIALIASED = 1500
RAW_ALPHA = 70
GRID_ALPHA = 110
# The grid, which is opaque, is no lattice before the curves.
BEHIND = -1


@dataclass(frozen=True)
class Quantity:
    """What a plot shows: the name in the events, and how its numbers are written."""

    name: str
    title: str
    axis: type[ValueAxis]
    written: Callable[[float], str]
    widest: str


def _loss(value: float) -> str:
    return f"{value:.4f}" if 1e-3 <= abs(value) < 100 or not value else f"{value:.3g}"


LOSS = Quantity("loss", "Loss", ValueAxis, _loss, "00.0000")
ACCURACY = Quantity("accuracy", "Accuracy", PercentAxis, quantities.percent, "100.0 %")


class QuantityPlot:
    """A plot with the legend above it. `item` and `legend` are placed by their owner.

    `train` is the smoothed curve over the told steps with the `raw` one faint behind it, `means`
    are the epochs' means of training, `validation` the epochs' validation.
    """

    def __init__(self, quantity: Quantity) -> None:
        self.quantity = quantity
        self.legend = Legend(quantity.title)
        self._across = CountAxis("bottom")
        self._up = quantity.axis("left")
        self.item = pg.PlotItem(
            viewBox=View(), axisItems={"bottom": self._across, "left": self._up}
        )
        self.item.hideButtons()
        self.item.setMenuEnabled(False)
        self.item.showGrid(x=True, y=True)
        self.raw = self._line()
        self.train = self._line()
        self.validation = self._line(symbolSize=7)
        self.means = self._line(symbolSize=7)
        for line in (self.raw, self.train):
            line.setDownsampling(auto=True, method="peak")
            line.setClipToView(True)
            line.opts["autoDownsampleFactor"] = SAMPLES_PER_PIXEL
        self._best = pg.InfiniteLine(angle=90, label="", labelOpts={"position": 0.06})
        self._pointer = pg.InfiniteLine(angle=90)
        for line in (self._best, self._pointer):
            line.hide()
            self.item.addItem(line, ignoreBounds=True)
        self._up.setWidth(58)
        # What the epochs' lines show: redrawing them each step would take longer than the step's.
        self._epochs_told: tuple[Curves, Axis, int] | None = None
        self.dress()

    def draw(self, curves: Curves, axis: Axis, span: int) -> None:
        """Shows the curves; training is averaged over `span` steps, 0 for as it is."""
        steps, epochs, name = curves.steps, curves.epochs, self.quantity.name
        values = steps[name]
        faint = values if span else values[:0]
        fine = len(values) <= MAXIMUM_ANTIALIASED
        self.raw.setData(steps[axis][: len(faint)], faint, antialias=fine)
        self.train.setData(steps[axis], smoothed(values, steps["step"], span), antialias=fine)
        told = curves, axis, len(epochs)
        if told != self._epochs_told:
            self._epochs_told = told
            self._draw_epochs(curves, axis)

    def show_title(self, axis: Axis) -> None:
        """Writes below the plot what its x axis counts."""
        if self._across.labelText != axis:
            self.item.setLabel("bottom", axis)

    def set_log(self, log: bool) -> None:
        self.item.setLogMode(y=log)

    def point_at(self, x: float | None) -> None:
        """Puts the pointer's line there; None takes it away."""
        self._pointer.setVisible(x is not None)
        if x is not None:
            self._pointer.setValue(x)

    def show_values(self, train: float, mean: float, validation: float, place: str) -> None:
        """Writes values into the legend; those that are not a number stay empty."""
        widest = self.quantity.widest

        def entry(label: str, value: float, token: str, mark) -> Entry:
            text = self.quantity.written(value) if np.isfinite(value) else ""
            return Entry(label, text, token, mark, widest)

        entries = [
            entry("Train", train, "train", "line"),
            entry("Validation", validation, "validation", "dotted line"),
            entry("Train, epoch mean", mean, "train", "ring"),
        ]
        self.legend.show_values(entries, place)

    def dress(self) -> None:
        """Takes the current theme's colours."""
        train, validation = theme.color("train"), theme.color("validation")
        faint = QColor(train)
        faint.setAlpha(RAW_ALPHA)
        self.raw.setPen(pg.mkPen(on_surface(faint), width=1))
        self.train.setPen(pg.mkPen(train, width=2))
        self.validation.setPen(pg.mkPen(validation, width=2))
        self.validation.setSymbolBrush(validation)
        self.validation.setSymbolPen(pg.mkPen(theme.color("surface"), width=1))
        self.means.setPen(None)
        self.means.setSymbolBrush(theme.color("surface"))
        self.means.setSymbolPen(pg.mkPen(train, width=1.5))
        self._pointer.setPen(pg.mkPen(theme.color("text_muted"), width=1))
        self._best.setPen(pg.mkPen(theme.color("text_muted"), width=1, style=Qt.PenStyle.DashLine))
        self._best.label.setColor(theme.color("text_muted"))
        self._best.label.setFont(theme.font(11))
        for axis in (self._across, self._up):
            dress(axis)
            axis.setGrid(GRID_ALPHA)
            axis.setZValue(BEHIND)
        self.legend.update()

    def _draw_epochs(self, curves: Curves, axis: Axis) -> None:
        epochs, name = curves.epochs, self.quantity.name
        marks = "o" if len(epochs) <= MAXIMUM_MARKS else None
        there = np.isfinite(epochs[f"val_{name}"])
        self.validation.setData(epochs[axis][there], epochs[f"val_{name}"][there], symbol=marks)
        self.means.setData(epochs[axis], epochs[f"train_{name}"], symbol=marks)
        self._mark_best(curves, axis)

    def _line(self, **options) -> pg.PlotDataItem:
        line = pg.PlotDataItem(antialias=True, connect="finite", **options)
        self.item.addItem(line)
        return line

    def _mark_best(self, curves: Curves, axis: Axis) -> None:
        self._best.setVisible(curves.best is not None)
        if curves.best is not None:
            epoch = curves.epochs["epoch"][curves.best]
            self._best.setValue(curves.epochs[axis][curves.best])
            self._best.label.setFormat(f"best: epoch {epoch:.0f}")


class View(pg.ViewBox):
    """Zooms with the wheel, pans with a drag; a double click shows everything again."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.03)
        self.on_reset: Callable[[], object] = self.enableAutoRange

    def mouseDoubleClickEvent(self, event) -> None:
        event.accept()
        self.on_reset()
