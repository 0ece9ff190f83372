"""Gradients, updates and dead units of each layer over time, beside a table of exact values."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.ui import theme
from cnnstudio.ui.train.curves import Axis, Curves
from cnnstudio.ui.train.layer_curves import QUANTITIES
from cnnstudio.ui.train.layer_table import TIPS, LayerTable
from cnnstudio.ui.train.plot import BEHIND, GRID_ALPHA, View
from cnnstudio.ui.train.ticks import CountAxis, ValueAxis, dress

REDRAW_MILLISECONDS = 300
MOST_LINES = 200
FEW_LINES = 20  # are drawn with care
SHOWN = {"gradient": "Gradient norms", "update": "Update ratios", "idle": "Idle units"}
TABLE_WIDTH = 344
# Of the colour map's ends the lighter and darker parts are left out: they vanish on a ground.
COLOR_RANGE = {False: (0.0, 0.85), True: (0.25, 1.0)}


class LayersView(QWidget):
    """Shows the layers of `curves`; call `data_changed` when they have grown.

    Emits `layer_wanted(path)` for a layer that the user wants to see on the canvas, and
    `histograms_wanted(path)` for one whose histograms.
    """

    layer_wanted = Signal(str)
    histograms_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layers_view")
        self.setAccessibleName("Layers of the run")
        self.curves = Curves()
        self.axis: Axis = "epoch"
        self.quantity = "gradient"
        self._pointer: float | None = None
        self._stale = True
        self._chosen = ""
        self._lines: dict[str, pg.PlotCurveItem] = {}
        self._timer = QTimer(self, singleShot=True, interval=REDRAW_MILLISECONDS)
        self._timer.timeout.connect(self._draw_if_seen)
        self._across, self._up = CountAxis("bottom"), ValueAxis("left")
        self.plot = pg.PlotItem(
            viewBox=View(), axisItems={"bottom": self._across, "left": self._up}
        )
        self.plot.hideButtons()
        self.plot.setMenuEnabled(False)
        self.plot.showGrid(x=True, y=True)
        self._up.setWidth(58)
        self._mark = pg.InfiniteLine(angle=90)
        self._mark.hide()
        self.plot.addItem(self._mark, ignoreBounds=True)
        self._points = pg.ScatterPlotItem(size=9, pen=None)
        self.plot.addItem(self._points)
        self.canvas = pg.GraphicsLayoutWidget()
        self.canvas.addItem(self.plot)
        self.canvas.ci.setContentsMargins(4, 4, 12, 4)
        self.canvas.setAccessibleName("A line for each layer")
        self.canvas.scene().sigMouseMoved.connect(self._follow_pointer)
        self.canvas.installEventFilter(self)
        self.table = LayerTable()
        self.table.layer_chosen.connect(self._choose)
        self.table.layer_wanted.connect(self.layer_wanted)
        self.place = QLabel()
        self.place.setProperty("role", "muted")
        self._arrange()
        self.redraw()

    def show_curves(self, curves: Curves, axis: Axis) -> None:
        """Shows another run's layers, or the same over another axis."""
        self.curves, self.axis, self._pointer = curves, axis, None
        self.plot.getViewBox().enableAutoRange()
        self.data_changed()

    def data_changed(self) -> None:
        self._stale = True
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def show_quantity(self, quantity: str) -> None:
        """Draws this, and sorts the table by it."""
        self.quantity = quantity
        self.table.sort_by(quantity)
        self.plot.getViewBox().enableAutoRange()
        self.draw()

    def point_at(self, x: float | None) -> None:
        """Shows the values at x on the axis; None for the newest."""
        self._pointer = x
        self._show_values()

    def draw(self) -> None:
        """Draws now."""
        self._stale = False
        layers = self.curves.layers
        if list(self._lines) != layers.names[:MOST_LINES]:
            self._make_lines()
        # A share of units may be 0; gradients of layers differ by orders of magnitude.
        self.plot.setLogMode(y=self.quantity != "idle")
        x, numbers = layers.places(self.axis), layers[self.quantity]
        alone = []
        for column, line in enumerate(self._lines.values()):
            y = numbers[:, column]
            if self.quantity != "idle":
                with np.errstate(divide="ignore", invalid="ignore"):
                    y = np.log10(np.where(y > 0, y, np.nan))
            line.setData(x, y, connect="finite")
            there = np.flatnonzero(np.isfinite(y))
            if len(there) == 1:
                [row] = there
                alone.append({"pos": (x[row], y[row]), "brush": line.opts["pen"].color()})
        self._points.setData(alone)
        if self._across.labelText != self.axis:
            self.plot.setLabel("bottom", self.axis)
        self._show_values()

    def redraw(self) -> None:
        """Takes the current theme's colours."""
        self.canvas.setBackground(theme.color("surface"))
        self._mark.setPen(pg.mkPen(theme.color("text_muted"), width=1))
        for axis in (self._across, self._up):
            dress(axis)
            axis.setGrid(GRID_ALPHA)
            axis.setZValue(BEHIND)
        self._lines_gone()
        self.draw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw_if_seen()

    def eventFilter(self, watched: QWidget, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.point_at(None)
        return False

    def _draw_if_seen(self) -> None:
        if self._stale and self.isVisible():
            self.draw()

    def _arrange(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 4)
        bar.setSpacing(theme.spacing)
        group = QButtonGroup(self)
        self.choices = {}
        for quantity, title in SHOWN.items():
            button = QPushButton(title)
            button.setObjectName(f"show_{quantity}")
            button.setCheckable(True)
            button.setChecked(quantity == self.quantity)
            button.setToolTip(TIPS[quantity].capitalize())
            button.clicked.connect(lambda _=False, quantity=quantity: self.show_quantity(quantity))
            group.addButton(button)
            bar.addWidget(button)
            self.choices[quantity] = button
        bar.addStretch()
        bar.addWidget(self.place)
        self.histograms = QPushButton("Histograms")
        self.histograms.setToolTip(
            "How the chosen layer's weights, gradients and activations are spread over time"
        )
        self.histograms.clicked.connect(self._want_histograms)
        bar.addWidget(self.histograms)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self.canvas)
        splitter.addWidget(self.table)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([3 * TABLE_WIDTH, TABLE_WIDTH])
        self.table.setMinimumWidth(TABLE_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(splitter, 1)

    def _lines_gone(self) -> None:
        for line in self._lines.values():
            self.plot.removeItem(line)
        self._lines = {}

    def _make_lines(self) -> None:
        self._lines_gone()
        names = self.curves.layers.names[:MOST_LINES]
        colors = layer_colors(len(names))
        for name in names:
            line = pg.PlotCurveItem(antialias=len(names) <= FEW_LINES)
            self.plot.addItem(line)
            self._lines[name] = line
        self.table.layers.show_layers(names, colors)
        self._choose(self._chosen)

    def _choose(self, name: str) -> None:
        """Draws a layer's line bold and before the others."""
        self._chosen = name
        colors = layer_colors(len(self._lines))
        for (other, line), color in zip(self._lines.items(), colors, strict=True):
            usual = 1.5 if len(colors) <= FEW_LINES else 1
            line.setPen(pg.mkPen(color, width=3 if other == name else usual))
            line.setZValue(1 if other == name else 0)

    def _want_histograms(self) -> None:
        names = self.curves.layers.names
        self.histograms_wanted.emit(self._chosen or (names[0] if names else ""))

    def _follow_pointer(self, position: QPointF) -> None:
        view = self.plot.getViewBox()
        inside = view.sceneBoundingRect().contains(position)
        self.point_at(view.mapSceneToView(position).x() if inside else None)

    def _show_values(self) -> None:
        layers = self.curves.layers
        x = layers.places(self.axis)
        self._mark.setVisible(self._pointer is not None and len(x) > 0)
        if not len(x):
            self.place.setText("")
            return
        row = len(x) - 1
        if self._pointer is not None and not math.isnan(x[0]):
            row = int(np.abs(x - self._pointer).argmin())
            self._mark.setValue(x[row])
        self.place.setText(f"Values at step {layers.places('step')[row]:,.0f}")
        numbers = np.stack([layers[quantity][row] for quantity in QUANTITIES])
        self.table.layers.show_numbers(numbers[:, : len(self._lines)])


def layer_colors(count: int) -> list[QColor]:
    """From the first layer to the last, along a colour map whose order is seen."""
    low, high = COLOR_RANGE[theme.current().dark]
    return list(pg.colormap.get("viridis").map(np.linspace(low, high, count), mode="qcolor"))
