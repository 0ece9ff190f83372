"""The plots of a run, one above the other, over the same steps or epochs."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from cnnstudio.training.metrics import metrics
from cnnstudio.ui import theme
from cnnstudio.ui.train.curves import Axis, Curves
from cnnstudio.ui.train.notes import near_notes
from cnnstudio.ui.train.plot import ACCURACY, LOSS, Quantity, QuantityPlot

# Between two drawings, at least and at most; in between so long that drawing takes no more than
# a small share of the window's time, which beside a training is shared with it.
REDRAW_MILLISECONDS = 100
SLOWEST_REDRAW_MILLISECONDS = 500
LARGEST_SHARE = 1 / 30
NOTE_SHARE = 0.01  # of the axis: so near to the pointer a note is told
# How far a key moves the pointer, as a share of the curve.
KEY_SHARES = {
    Qt.Key.Key_Left: -0.01,
    Qt.Key.Key_Right: 0.01,
    Qt.Key.Key_Home: -1.0,
    Qt.Key.Key_End: 1.0,
}


class Plots(pg.GraphicsLayoutWidget):
    """Draws `curves`; call `data_changed` when they have grown, or `show_curves` for others.

    However often that is, it draws ten times a second at most, and nothing while it is hidden.
    `drawn` is emitted after each time. The arrow keys move the pointer too.
    """

    drawn = Signal()

    def __init__(
        self, quantities: Sequence[Quantity] = (LOSS, ACCURACY), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("plots")
        self.setAccessibleName("Curves of the run")
        self.curves = Curves()
        self.axis: Axis = "epoch"
        self.span = 0
        self.log = False
        self.all = tuple(QuantityPlot(quantity) for quantity in quantities)
        self._first, self._last = self.all[0], self.all[-1]
        self._pointer: float | None = None
        self._stale = True
        self._drawing = self._painting = 0.0  # seconds that the last one took
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._draw_in_turns)
        self._turns: list[Callable[[], object]] = []
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._take_turn)
        self.ci.setContentsMargins(4, 4, 12, 4)
        self.ci.setSpacing(0)
        for plot in self.all:
            self.addItem(plot.legend)
            self.nextRow()
            self.addItem(plot.item)
            self.nextRow()
            plot.item.getViewBox().on_reset = self.reset_view
        for plot in self.all[1:]:
            plot.item.setXLink(self._first.item)
        self._first.item.getViewBox().sigXRangeChanged.connect(self._look_closer)
        self.scene().sigMouseMoved.connect(self._follow_pointer)
        self.redraw()

    @property
    def loss(self) -> QuantityPlot:
        return self.all[0]

    @property
    def accuracy(self) -> QuantityPlot:
        return self.all[1]

    def show_curves(self, curves: Curves) -> None:
        """Shows another run's curves, all of them."""
        self.curves = curves
        self._pointer = None
        self.reset_view()
        self.data_changed()

    def data_changed(self) -> None:
        self._stale = True
        if self.isVisible() and not self._timer.isActive():
            least = 1000 * (self._drawing + self._painting) / LARGEST_SHARE
            self._timer.start(
                round(min(max(least, REDRAW_MILLISECONDS), SLOWEST_REDRAW_MILLISECONDS))
            )

    def set_axis(self, axis: Axis) -> None:
        if axis != self.axis:
            self.axis, self._pointer = axis, None
            self.reset_view()
            self.draw()

    def set_metric(self, name: str, k: int) -> None:
        """Draws another metric than accuracy below the loss: one that each epoch tells."""
        metric = metrics[name]
        title, trained = metric.title_for(k), name == ACCURACY.name
        self.accuracy.show_quantity(replace(ACCURACY, name=name, title=title, trained=trained))
        self.reset_view()
        self.draw()

    def set_log(self, log: bool) -> None:
        """Draws the loss on a logarithmic scale, or not."""
        self.log = log
        self.loss.set_log(log)
        self.reset_view()

    def set_smoothing(self, span: int) -> None:
        """Averages training over about so many steps; 0 for not at all."""
        self.span = span
        self.draw()

    def reset_view(self) -> None:
        """Shows everything again, and goes on doing so as it grows."""
        for plot in self.all:
            plot.item.getViewBox().enableAutoRange()

    def draw(self) -> None:
        """Draws now."""
        self._draw_lines()
        self._fit()

    def redraw(self) -> None:
        """Takes the current theme's colours."""
        self.setBackground(theme.color("surface"))
        for plot in self.all:
            plot.dress()
        self.draw()

    def paintEvent(self, event: QPaintEvent) -> None:
        begun = time.perf_counter()
        super().paintEvent(event)
        self._painting = time.perf_counter() - begun

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw_if_seen()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        x = self.curves.steps[self.axis]
        if not len(x) or event.key() not in (*KEY_SHARES, Qt.Key.Key_Escape):
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape:
            self.point_at(None)
        else:
            rows = math.ceil(len(x) * abs(KEY_SHARES[event.key()]))
            away = math.copysign(rows, KEY_SHARES[event.key()])
            row = _nearest(x, self._pointer) + int(away)
            self.point_at(float(x[min(max(row, 0), len(x) - 1)]))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.point_at(None)

    def _draw_if_seen(self) -> None:
        if self._stale and self.isVisible():
            self.draw()

    def _draw_in_turns(self) -> None:
        """Draws and paints in turns of the event loop: what waits for it comes in between."""
        if self._stale and self.isVisible() and not self._turns:
            averages = [partial(plot.averages, self.curves, self.span) for plot in self.all]
            paint = partial(self.viewport().setUpdatesEnabled, True)
            self._turns = [*averages, self._draw_unseen, self._fit, paint]
            self._turn.start()

    def _draw_unseen(self) -> None:
        """Each line would have everything painted anew."""
        self.viewport().setUpdatesEnabled(False)
        self._draw_lines()

    def _take_turn(self) -> None:
        turn = self._turns.pop(0)
        if not self._turns:
            self._turn.stop()
        turn()

    def _draw_lines(self) -> None:
        begun = time.perf_counter()
        self._stale = False
        for plot in self.all:
            plot.draw(self.curves, self.axis, self.span, self._seen)
        note = "generated images" if self.curves.generated else ""
        self._last.show_title(self.axis, note)
        self._show_values()
        self._drawing = time.perf_counter() - begun

    def _look_closer(self) -> None:
        """What comes into sight is drawn with all that can be seen of it."""
        if self._seen is not None:
            self.data_changed()

    @property
    def _seen(self) -> tuple[float, float] | None:
        """The ends of the x axis; None where it shows everything, and goes on doing so."""
        view = self._first.item.getViewBox()
        if view.state["autoRange"][0]:
            return None
        left, right = view.viewRange()[0]
        return left, right

    def _fit(self) -> None:
        begun = time.perf_counter()
        # Fits the axes now; left to the painting it would lead to a second one each time.
        self.scene().prepareForPaint()
        self._drawing += time.perf_counter() - begun
        self.drawn.emit()

    def _follow_pointer(self, position: QPointF) -> None:
        for plot in self.all:
            view = plot.item.getViewBox()
            if view.sceneBoundingRect().contains(position):
                self.point_at(view.mapSceneToView(position).x())
                return
        self.point_at(None)

    def point_at(self, x: float | None) -> None:
        """Shows the values at x on the axis; None for the newest."""
        self._pointer = x
        self._show_values()

    def _show_values(self) -> None:
        """The values under the pointer, or the newest without one."""
        curves, axis = self.curves, self.axis
        step_row = _nearest(curves.steps[axis], self._pointer)
        epoch_row = _nearest(curves.epochs[axis], self._pointer)
        place, x = self._place(step_row, epoch_row)
        for plot in self.all:
            name, validated = plot.quantity.name, plot.quantity.validated
            plot.point_at(x if self._pointer is not None else None)
            plot.show_values(
                _at(plot.averages(curves, self.span), step_row),
                _at(curves.epochs.told(f"train_{name}"), epoch_row) if validated else math.nan,
                _at(curves.epochs[f"val_{name}"], epoch_row) if validated else math.nan,
                place if plot is self._first else "",
            )
        self.setAccessibleDescription("; ".join(plot.legend.text for plot in self.all))

    def _place(self, step_row: int | None, epoch_row: int | None) -> tuple[str, float | None]:
        """Where the values are from, in words and on the x axis."""
        series, row = self.curves.steps, step_row
        if row is None:
            series, row = self.curves.epochs, epoch_row
        if row is None:
            return "", None
        epoch = series["epoch"][row]
        passed = f"{epoch:.2f}".rstrip("0").rstrip(".")
        told = f"step {series['step'][row]:,.0f} · epoch {passed}"
        x = series[self.axis][row]
        if self._pointer is not None and series is self.curves.steps:
            reach = NOTE_SHARE * abs(series[self.axis][-1])
            near = near_notes(self.curves.notes, self.axis, x, reach)
            told = " · ".join([*(note.text for note in near), told])
        return told, x


def _nearest(sorted_values: np.ndarray, x: float | None) -> int | None:
    """The row whose value is nearest to x, or the last; None if there is none."""
    count = len(sorted_values)
    if not count or x is None:
        return count - 1 if count else None
    after = int(np.searchsorted(sorted_values, x))
    if after == count:
        return count - 1
    before = max(0, after - 1)
    return after if sorted_values[after] - x < x - sorted_values[before] else before


def _at(values: np.ndarray, row: int | None) -> float:
    return float("nan") if row is None or not len(values) else float(values[row])
