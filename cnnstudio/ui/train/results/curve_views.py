"""ROC of each class, and reliability: two plots that lead to the samples behind them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent

from cnnstudio.ui import quantities, theme
from cnnstudio.ui.train.plot import View
from cnnstudio.ui.train.ticks import PercentAxis, dress, on_surface

GRID_ALPHA = 110
FAINT_ALPHA = 110
CURVE_ALPHA = {False: 190, True: 210}  # a thin line on a dark ground needs more
OVERHANG = 20, 8  # half of `100 %`, which stands at the ends of both axes
MARGINS = 8, 12, 28, 4  # left, top, right, bottom
NEAR_PIXELS = 24


class SharePlot(pg.PlotWidget):
    """Two shares against each other, 0…1 both ways, with the diagonal. `described(text)` tells in
    words what is shown."""

    chosen = Signal(int)
    described = Signal(str)

    def __init__(self, name: str, across: str, up: str) -> None:
        self._axes = {"bottom": PercentAxis("bottom"), "left": PercentAxis("left")}
        super().__init__(viewBox=View(), axisItems=self._axes)
        self.setAccessibleName(name)
        self.current = -1
        item = self.getPlotItem()
        item.hideButtons()
        item.setMenuEnabled(False)
        item.showGrid(x=True, y=True)
        item.setLabel("bottom", across)
        item.setLabel("left", up)
        item.getViewBox().on_reset = self.show_all
        item.layout.setContentsMargins(*MARGINS)
        for axis in self._axes.values():
            axis.setStyle(hideOverlappingLabels=False)
            axis.overhang = OVERHANG
        self.diagonal = item.plot([0, 1], [0, 1])
        self.scene().sigMouseClicked.connect(self._click)
        self.show_all()

    def show_all(self) -> None:
        self.getPlotItem().getViewBox().setRange(xRange=(0, 1), yRange=(0, 1), padding=0.02)

    def redraw(self) -> None:
        """Takes the current theme's colours."""
        self.setBackground(theme.color("surface"))
        self.diagonal.setPen(
            pg.mkPen(theme.color("text_muted"), width=1, style=Qt.PenStyle.DashLine)
        )
        for axis in self._axes.values():
            dress(axis)
            axis.setGrid(GRID_ALPHA)
            axis.setZValue(-1)

    def choose(self, number: int) -> None:
        """Marks a class or bin and tells."""
        self.current = number
        self.redraw()
        self.chosen.emit(number)

    def describe(self, text: str) -> None:
        """Tells in words what is shown."""
        self.setAccessibleDescription(text)
        self.described.emit(text)

    def number_at(self, x: float, y: float) -> int | None:
        """What lies at this place of the plot."""
        raise NotImplementedError

    def count(self) -> int:
        """How many there are to choose from."""
        raise NotImplementedError

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in steps and self.count():
            self.choose((self.current + steps[event.key()]) % self.count())
        else:
            super().keyPressEvent(event)

    def _click(self, event) -> None:
        place = self.getPlotItem().getViewBox().mapSceneToView(event.scenePos())
        number = self.number_at(place.x(), place.y())
        if number is not None:
            self.choose(number)


class RocPlot(SharePlot):
    """A curve for each class; the chosen one stands out. `chosen(class)`."""

    def __init__(self) -> None:
        super().__init__("ROC of each class", "false positives", "true positives")
        self._names: list[str] = []
        self._areas: list[float | None] = []
        self.curves: list[pg.PlotDataItem] = []
        self.redraw()

    def show_curves(self, roc: list[dict[str, Any]], areas: list[float | None]) -> None:
        """Shows the `roc` of a `curves.json`, with the area under each."""
        for curve in self.curves:
            self.removeItem(curve)
        self._names, self._areas = [str(one["class"]) for one in roc], areas
        self.curves = [
            self.plot(
                np.array(one["false_positive_rate"], float),
                np.array(one["true_positive_rate"], float),
                antialias=True,
            )
            for one in roc
        ]
        self.current = -1
        self.redraw()

    def count(self) -> int:
        return len(self.curves)

    def number_at(self, x: float, y: float) -> int | None:
        pixel_x, pixel_y = self.getPlotItem().getViewBox().viewPixelSize()
        best, nearest = None, float(NEAR_PIXELS)
        for number, curve in enumerate(self.curves):
            across, up = curve.getOriginalDataset()
            if across is None or not len(across):
                continue
            away = _distance(across / pixel_x, up / pixel_y, x / pixel_x, y / pixel_y)
            if away < nearest:
                best, nearest = number, away
        return best

    def redraw(self) -> None:
        super().redraw()
        faint = QColor(theme.color("train"))
        faint.setAlpha(CURVE_ALPHA[theme.current().dark])
        for number, curve in enumerate(self.curves):
            current = number == self.current
            color = theme.color("validation") if current else on_surface(faint)
            curve.setPen(pg.mkPen(color, width=3 if current else 1.5))
            curve.setZValue(1 if current else 0)
        text = "What share of a class is found as the threshold falls, against that of the others. "
        if 0 <= self.current < len(self._names):
            area = quantities.percent(self._areas[self.current]) or "can't be told"
            text += f"{self._names[self.current]}: area {area}."
        else:
            text += "Click a curve for its class."
        self.describe(text)


class ReliabilityPlot(SharePlot):
    """How often the network is right, by how sure it is. `chosen(bin)`."""

    def __init__(self) -> None:
        super().__init__("Reliability", "confidence", "right")
        self.diagonal.setZValue(1)
        self._edges = np.zeros(1)
        self._samples = np.zeros(0, int)
        self._bars = pg.BarGraphItem(x0=[], x1=[], height=[])
        self._marks = pg.ScatterPlotItem()
        self._marks.setZValue(2)
        self.addItem(self._bars)
        self.addItem(self._marks)
        self.redraw()

    def show_reliability(self, found: dict[str, Any], error: float) -> None:
        """Shows the `reliability` of a `curves.json`, with the calibration error."""
        self.describe(
            "How often the network is right, by how sure it is: on the line, as often as it is "
            f"sure. On average it is off by {quantities.percent(error)}."
        )
        self._edges = np.array(found.get("edges") or [0.0], float)
        self._samples = np.array(found.get("samples") or [], int)
        accuracy = np.array(found.get("accuracy") or [], float)
        confidence = np.array(found.get("confidence") or [], float)
        there = self._samples > 0
        self._bars.setOpts(
            x0=self._edges[:-1], x1=self._edges[1:],
            height=np.nan_to_num(accuracy),
        )  # fmt: skip
        self._marks.setData(confidence[there], accuracy[there])
        self.current = -1
        self.redraw()

    def count(self) -> int:
        return len(self._samples)

    def number_at(self, x: float, y: float) -> int | None:
        number = int(np.searchsorted(self._edges, x, side="right")) - 1
        return number if 0 <= number < len(self._samples) and self._samples[number] else None

    def bin_in_words(self, number: int) -> str:
        """`87 % to 93 % sure`."""
        low, high = (quantities.percent(self._edges[number + end]) for end in (0, 1))
        return f"{low} to {high} sure"

    def redraw(self) -> None:
        super().redraw()
        faint, chosen = QColor(theme.color("train")), QColor(theme.color("validation"))
        faint.setAlpha(FAINT_ALPHA)
        chosen.setAlpha(FAINT_ALPHA)
        brushes = [
            pg.mkBrush(on_surface(chosen if number == self.current else faint))
            for number in range(len(self._samples))
        ]
        self._bars.setOpts(brushes=brushes, pen=pg.mkPen(theme.color("surface")))
        self._marks.setBrush(pg.mkBrush(theme.color("text")))
        self._marks.setPen(pg.mkPen(theme.color("surface")))
        self._marks.setSize(7)


def _distance(x: np.ndarray, y: np.ndarray, to_x: float, to_y: float) -> float:
    """How far a point is from a line of straight pieces."""
    start, step = np.stack([x[:-1], y[:-1]], 1), np.stack([np.diff(x), np.diff(y)], 1)
    away = np.array([to_x, to_y]) - start
    length = np.maximum((step**2).sum(axis=1), 1e-12)
    share = np.clip((away * step).sum(axis=1) / length, 0, 1)
    return float(np.sqrt(((away - share[:, None] * step) ** 2).sum(axis=1)).min())
