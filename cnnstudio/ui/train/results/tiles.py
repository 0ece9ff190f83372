"""Metrics side by side, in as many rows as the width asks for."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from cnnstudio.training.metrics import Metric, metrics
from cnnstudio.ui import quantities, theme

TILE_WIDTH = 104
ORDER = sorted(metrics, key=lambda name: not metrics[name].share)  # shares first


class Tile(QWidget):
    """A metric's value above its name; what it means on hover."""

    def __init__(self, metric: Metric) -> None:
        super().__init__()
        self.metric = metric
        self.value = QLabel()
        self.value.setFont(theme.font(17, bold=True))
        self.name = QLabel()
        self.name.setProperty("role", "caption")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.value)
        column.addWidget(self.name)
        lower = "" if metric.higher_is_better else " Lower is better."
        mean = " The mean over the classes." if metric.per_class else ""
        self.setToolTip(f"{metric.doc}{mean}{lower}")

    def show_value(self, value: float | None, k: int) -> None:
        title = self.metric.title_for(k)
        self.name.setText(title)
        self.value.setText(written(self.metric, value) or "–")
        self.setAccessibleName(f"{title}: {self.value.text()}")
        self.setAccessibleDescription(self.metric.doc)


class Tiles(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.tiles = {name: Tile(metrics[name]) for name in ORDER}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(16, 8, 16, 4)
        self._grid.setHorizontalSpacing(theme.spacing)
        self._grid.setVerticalSpacing(6)
        self._columns = 0
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._arrange()

    def show_summary(self, summary: dict[str, Any]) -> None:
        """Shows the metrics of a `predictions.json`."""
        for name, tile in self.tiles.items():
            tile.show_value(summary.get(name), int(summary.get("top_k_of") or 5))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        return QSize(TILE_WIDTH, super().minimumSizeHint().height())

    def _arrange(self) -> None:
        fitting = max(1, min(len(self.tiles), (self.width() - 32) // TILE_WIDTH))
        rows = -(-len(self.tiles) // fitting)
        columns = -(-len(self.tiles) // rows)  # rows of equal length
        if columns == self._columns:
            return
        self._columns = columns
        for number, tile in enumerate(self.tiles.values()):
            place = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(tile, number // columns, number % columns, place)
        for column in range(len(self.tiles) + 1):
            self._grid.setColumnMinimumWidth(column, TILE_WIDTH if column < columns else 0)
            self._grid.setColumnStretch(column, 1 if column == columns else 0)


def written(metric: Metric, value: float | None) -> str:
    """A metric's value as the window writes it; empty for what can't be told."""
    if value is None:
        return ""
    return quantities.percent(value) if metric.share else f"{value:.4f}"
