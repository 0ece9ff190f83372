"""The curves of several runs in one plot: a colour a run, validation solid, training dashed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cnnstudio.training.metrics import metrics
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.train.plot import GRID_ALPHA, View
from cnnstudio.ui.train.run_words import name_of
from cnnstudio.ui.train.ticks import CountAxis, PercentAxis, ValueAxis, dress

STYLES = {"val": Qt.PenStyle.SolidLine, "train": Qt.PenStyle.DashLine}
SPLITS = {"val": "Validation", "train": "Train"}
MOST_MARKS = 50
MOST_TOLD = 6  # runs whose values are told under the pointer

Epochs = Sequence[Mapping[str, Any]]


class Overlay(QWidget):
    """Shows the runs it is given with their epochs, one metric at a time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_overlay")
        self._epochs: dict[RunDirectory, Epochs] = {}
        self._colors: Mapping[RunDirectory, QColor] = {}
        self.lines: dict[tuple[RunDirectory, str], pg.PlotDataItem] = {}
        self.quantity = ChoiceBox(
            "Metric of the curves", [("Loss", "loss"), ("Accuracy", "accuracy")]
        )
        self.quantity.choose("accuracy")
        self.quantity.currentIndexChanged.connect(lambda _: self.draw())
        self.told = QLabel()
        self.told.setTextFormat(Qt.TextFormat.RichText)
        self.told.setAccessibleName("Values of the curves")
        self._across = CountAxis("bottom")
        self._value, self._share = ValueAxis("left"), PercentAxis("left")
        self.plot = pg.PlotWidget(
            plotItem=pg.PlotItem(
                viewBox=View(), axisItems={"bottom": self._across, "left": self._share}
            )
        )
        self.plot.setAccessibleName("Curves of the selected runs")
        self.plot.getPlotItem().hideButtons()
        self.plot.getPlotItem().setMenuEnabled(False)
        self.plot.showGrid(x=True, y=True)
        self.plot.setLabel("bottom", "epoch")
        self._pointer = pg.InfiniteLine(angle=90)
        self._pointer.hide()
        self.plot.addItem(self._pointer, ignoreBounds=True)
        self.plot.scene().sigMouseMoved.connect(self._follow)
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 4)
        row.addWidget(self.quantity)
        row.addSpacing(theme.spacing)
        row.addWidget(self.told, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.plot, 1)
        self.redraw()

    @property
    def _name(self) -> str:
        return str(self.quantity.currentData())

    def show_runs(
        self,
        epochs: dict[RunDirectory, Epochs],
        colors: Mapping[RunDirectory, QColor],
        note: str = "",
    ) -> None:
        """Draws these runs, in their colours; a note on their images stands beneath."""
        self.plot.setLabel("bottom", f"epoch · {note}" if note else "epoch")
        self._epochs, self._colors = epochs, colors
        told = {name for one in epochs.values() for epoch in one for name in epoch}
        names = [n for n in metrics if any(f"{split}_{n}" in told for split in STYLES)]
        self.quantity.show_items(
            [(metrics[name].title_for(5), name) for name in names or ["loss", "accuracy"]]
        )
        self.draw()

    def draw(self) -> None:
        for line in self.lines.values():
            self.plot.removeItem(line)
        self.lines = {}
        metric = metrics[self._name]
        axis = self._share if metric.share else self._value
        if self.plot.getPlotItem().getAxis("left") is not axis:
            self.plot.setAxisItems({"left": axis})
            self._dress()
        for run, epochs in self._epochs.items():
            for split, style in STYLES.items():
                x, y = _points(epochs, f"{split}_{metric.name}")
                if len(x):
                    self.lines[run, split] = self._line(run, split, style, x, y)
        self._tell(None)

    def redraw(self) -> None:
        """Takes the current theme's colours."""
        self.plot.setBackground(theme.color("surface"))
        self._pointer.setPen(pg.mkPen(theme.color("text_muted"), width=1))
        self._dress()
        self.draw()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._tell(None)

    def _line(self, run, split: str, style, x: np.ndarray, y: np.ndarray) -> pg.PlotDataItem:
        color = self._colors.get(run, theme.color("text_muted"))
        marks = "o" if len(x) <= MOST_MARKS and split == "val" else None
        line = pg.PlotDataItem(
            x, y, pen=pg.mkPen(color, width=2, style=style), antialias=True, symbol=marks,
            symbolSize=6, symbolBrush=color, symbolPen=None, connect="finite",
        )  # fmt: skip
        self.plot.addItem(line)
        return line

    def _dress(self) -> None:
        for axis in (self._across, self._value, self._share):
            dress(axis)
            axis.setGrid(GRID_ALPHA)
            axis.setZValue(-1)
        for axis in (self._value, self._share):
            axis.setWidth(58)

    def _follow(self, position: QPointF) -> None:
        view = self.plot.getPlotItem().getViewBox()
        inside = view.sceneBoundingRect().contains(position)
        self._tell(view.mapSceneToView(position).x() if inside else None)

    def _tell(self, x: float | None) -> None:
        """The values at the nearest epoch, or what the lines mean without a pointer."""
        epoch = None if x is None else max(1, round(x))
        self._pointer.setVisible(epoch is not None)
        if epoch is None:
            self.told.setText("━ validation &nbsp; ╍ train" if self.lines else "")
            return
        self._pointer.setValue(epoch)
        metric = metrics[self._name]
        parts = [f"epoch {epoch}"]
        for run in list(self._epochs)[:MOST_TOLD]:
            found = next((e for e in self._epochs[run] if e.get("epoch") == epoch), {})
            value = found.get(f"val_{metric.name}", found.get(f"train_{metric.name}"))
            if value is not None:
                written = quantities.percent(value) if metric.share else f"{value:.4f}"
                color = self._colors.get(run, theme.color("text")).name()
                parts.append(f"<span style='color:{color}'>{name_of(run.name)}</span> {written}")
        self.told.setText(" &nbsp; ".join(parts))


def _points(epochs: Epochs, name: str) -> tuple[np.ndarray, np.ndarray]:
    there = [(epoch["epoch"], epoch[name]) for epoch in epochs if epoch.get(name) is not None]
    found = np.array(there, float).reshape(-1, 2)
    return found[:, 0], found[:, 1]
