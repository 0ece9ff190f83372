"""The plot of one quantity: training as it goes, and validation after each epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QPen

from cnnstudio.ui import quantities, theme
from cnnstudio.ui.train.curves import Axis, Curves
from cnnstudio.ui.train.legend import Entry, Legend
from cnnstudio.ui.train.notes import NoteLines
from cnnstudio.ui.train.peaks import Peaks
from cnnstudio.ui.train.smoothing import Smoothing
from cnnstudio.ui.train.ticks import (
    CountAxis,
    MemoryAxis,
    PercentAxis,
    ValueAxis,
    dress,
    on_surface,
)

# More marks than this would hide the line that they stand on.
MAXIMUM_MARKS = 50
# So many points are drawn for a pixel; more would not be seen.
POINTS_PER_PIXEL = 2
# Dense lines look the same without, and are drawn twenty times faster.
MAXIMUM_ANTIALIASED = 1500
MAXIMUM_FINE_EPOCHS = 300
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
    validated: bool = True  # epochs have it of validation
    trained: bool = True  # epochs have it of training
    log: bool = False


def _loss(value: float) -> str:
    return f"{value:.4f}" if 1e-3 <= abs(value) < 100 or not value else f"{value:.3g}"


def _short(value: float) -> str:
    return f"{value:.3g}"


LOSS = Quantity("loss", "Loss", ValueAxis, _loss, "00.0000")
ACCURACY = Quantity("accuracy", "Accuracy", PercentAxis, quantities.percent, "100.0 %")
MACHINE = (
    Quantity("learning_rate", "Learning rate", ValueAxis, _short, "0.00e-00", validated=False),
    Quantity(
        "gradient_norm", "Norm of the gradient", ValueAxis, _short, "0.00e-00", False, log=True
    ),
    Quantity(
        "samples_per_second", "Images a second", ValueAxis, quantities.count, "000,000", False
    ),
    Quantity("memory_bytes", "Memory", MemoryAxis, quantities.memory, "000.0 GB", False),
)


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
        self.train = self._line(symbolSize=7)  # of a single point, which is no line
        self.validation = self._line(symbolSize=7)
        self.means = self._line(symbolSize=7)
        self._smoothing = Smoothing(0)
        self._smoothed: Curves | None = None
        self._peaks = {line: Peaks() for line in (self.raw, self.train)}
        self._best = pg.InfiniteLine(angle=90, label="", labelOpts={"position": 0.06})
        self._pointer = pg.InfiniteLine(angle=90)
        for line in (self._best, self._pointer):
            line.hide()
            self.item.addItem(line, ignoreBounds=True)
        self._up.setWidth(58)
        # What the epochs' lines show: redrawing them each step would take longer than the step's.
        self._epochs_told: tuple[Curves, Axis, int] | None = None
        self._notes = NoteLines(self.item)
        if quantity.log:
            self.set_log(True)
        self.dress()

    def draw(
        self, curves: Curves, axis: Axis, span: int, seen: tuple[float, float] | None = None
    ) -> None:
        """Shows the curves; training is averaged over `span` steps, 0 for as it is. `seen` are the
        ends of the x axis, None where it shows everything."""
        steps, epochs = curves.steps, curves.epochs
        averages = self.averages(curves, span)
        values = steps.told(self.quantity.name)
        self._draw_line(self.raw, steps[axis], values if span else values[:0], seen)
        self._draw_line(self.train, steps[axis], averages, seen)
        self._notes.show(curves.notes, axis)
        told = curves, axis, len(epochs)
        if self.quantity.validated and told != self._epochs_told:
            self._epochs_told = told
            self._draw_epochs(curves, axis)

    def show_quantity(self, quantity: Quantity) -> None:
        """Shows another quantity, with the same kind of axis, from the next drawing on."""
        self.quantity = quantity
        self.legend.show_title(quantity.title)
        self._epochs_told = self._smoothed = None

    def averages(self, curves: Curves, span: int) -> np.ndarray:
        """Training by told step, averaged over so many steps."""
        if curves is not self._smoothed or span != self._smoothing.span:
            self._smoothed, self._smoothing = curves, Smoothing(span)
            self._peaks = {line: Peaks() for line in self._peaks}
        return self._smoothing(curves.steps.told(self.quantity.name), curves.steps["step"])

    def show_title(self, axis: Axis, note: str = "") -> None:
        """Writes below the plot what its x axis counts, and a note that pictures of it carry."""
        title = f"{axis} · {note}" if note else axis
        if self._across.labelText != title:
            self.item.setLabel("bottom", title)

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
        if not self.quantity.validated:
            entries = [entry("", train, "train", "line")]
        elif not self.quantity.trained:
            entries = [entry("Validation", validation, "validation", "dotted line")]
        self.legend.show_values(entries, place)

    def dress(self) -> None:
        """Takes the current theme's colours."""
        train, validation = theme.color("train"), theme.color("validation")
        for line in (self.raw, self.train, self.validation):
            line.setPen(self._pen(line, line.opts["antialias"]))
        self.train.setSymbolBrush(train)
        self.train.setSymbolPen(None)
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
        self._notes.dress()
        self.legend.update()

    def _draw_line(
        self,
        line: pg.PlotDataItem,
        x: np.ndarray,
        y: np.ndarray,
        seen: tuple[float, float] | None,
    ) -> None:
        """As many points as can be seen, of those that are in sight."""
        x, first, last = x[: len(y)], 0, len(y)
        if seen is not None:
            first = max(int(np.searchsorted(x, seen[0])) - 1, 0)
            last = min(int(np.searchsorted(x, seen[1])) + 1, len(y))
        most = POINTS_PER_PIXEL * max(int(self.item.getViewBox().width()), 100)
        fine = last - first <= MAXIMUM_ANTIALIASED
        points = self._peaks[line](x, y, first, last, most)
        alone = line is self.train and np.count_nonzero(np.isfinite(points[1])) == 1
        line.setData(
            *points, antialias=fine, pen=self._pen(line, fine), symbol="o" if alone else None
        )

    def _pen(self, line: pg.PlotDataItem, fine: bool) -> QPen:
        """Qt takes fifty times as long for a dense line that is wider than a pixel."""
        color = theme.color("validation" if line is self.validation else "train")
        if line is self.raw:
            color.setAlpha(RAW_ALPHA)
            return pg.mkPen(on_surface(color), width=1)
        return pg.mkPen(color, width=2 if fine else 1)

    def _draw_epochs(self, curves: Curves, axis: Axis) -> None:
        epochs, name = curves.epochs, self.quantity.name
        fine = len(epochs) <= MAXIMUM_FINE_EPOCHS
        marks = "o" if len(epochs) <= MAXIMUM_MARKS else None
        there = np.isfinite(epochs[f"val_{name}"])
        self.validation.setData(
            epochs[axis][there], epochs[f"val_{name}"][there], symbol=marks, antialias=fine,
            pen=self._pen(self.validation, fine),
        )  # fmt: skip
        means = epochs.told(f"train_{name}")
        self.means.setData(epochs[axis][: len(means)], means, symbol=marks)
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

    def childrenBounds(self, *arguments, **options) -> list:
        """A constant is shown between 0 and twice its value; by itself it would be ±0.5 around it,
        in which a learning rate of 0.001 can't be told from 0. So is a single place across."""
        across, up = super().childrenBounds(*arguments, **options)
        if across is not None and across[0] == across[1] > 0:
            across = [0.0, 2.0 * across[0]]
        if up is not None and up[0] == up[1] and not self.state["logMode"][1]:
            up = sorted((0.0, 2.0 * up[0]))
        return [across, up]

    def mouseDoubleClickEvent(self, event) -> None:
        event.accept()
        self.on_reset()
