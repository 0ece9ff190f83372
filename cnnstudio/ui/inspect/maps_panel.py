"""The feature maps of one node."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.ui import quantities, theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.inspect.color_bar import ColorBar
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.layer_box import LayerBox
from cnnstudio.ui.inspect.map_view import MapView
from cnnstudio.ui.inspect.mosaic import Mosaic
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.panel import Panel
from cnnstudio.ui.inspect.scale import range_of
from cnnstudio.ui.inspect.vector_plot import VectorPlot

SCALES = (("Own scales", False), ("Common scale", True))


class MapsPanel(Panel):
    """Choosing the node, and its maps or values."""

    def __init__(self, focus: Focus, parent: QWidget | None = None) -> None:
        content = QWidget()
        super().__init__("Feature maps", content, parent)
        self._maps = np.zeros((0, 1, 1), np.float32)
        self._channels = 0
        self._names: list[str] = []
        self.layer = LayerBox(focus)
        self.scale = ChoiceBox("Scale of the colours", SCALES)
        self.scale.setToolTip(
            "Colours from each map's own lowest to highest value, or from all maps'"
        )
        self.scale.activated.connect(lambda _: self._show_maps())
        self.header.addWidget(self.scale)
        self.header.addWidget(self.layer)
        self.mosaic, self.large, self.plot = Mosaic(), MapView(), VectorPlot()
        self.mosaic.chosen.connect(self.enlarge)
        self.mosaic.pointed.connect(self._tell_unit)
        self.large.closed.connect(self.show_all)
        self.large.shown.connect(self._show_scale)
        self.plot.pointed.connect(self._tell_value)
        self.views = QStackedWidget()
        for view in (self.mosaic, self.large, self.plot):
            self.views.addWidget(view)
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.colors = ColorBar("viridis")
        self.colors.setMaximumWidth(220)
        foot = QHBoxLayout()
        foot.setSpacing(16)
        foot.addWidget(self.note, 1)
        foot.addWidget(self.colors, 1)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        column.addWidget(self.views, 1)
        column.addLayout(foot)

    def show_maps(self, answer: dict[str, Any], classes: list[str]) -> None:
        """Shows an answer of `feature_maps`; `classes` name the values of a last layer."""
        self._channels = int(answer["channels"])
        if "maps" in answer:
            self._maps = np.asarray(answer["maps"])
            self._show_maps()
            if self.views.currentWidget() is self.plot:
                self.views.setCurrentWidget(self.mosaic)
        else:
            values = np.asarray(answer["values"])
            self._names = classes if len(classes) == len(values) else []
            self.plot.show_values(values, self._names)
            self.views.setCurrentWidget(self.plot)
            self._tell_value(-1)
        self._show_controls()
        self.show_answer()

    def enlarge(self, unit: int) -> None:
        """Shows one map alone."""
        self.large.show_map(self._maps, unit, self._is_common)
        self.views.setCurrentWidget(self.large)
        self.large.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_scale()

    def show_all(self) -> None:
        """Shows the mosaic again, with the keyboard on the map that was large."""
        self.views.setCurrentWidget(self.mosaic)
        self.mosaic.setFocus(Qt.FocusReason.OtherFocusReason)
        self.mosaic.set_current(self.large.unit)
        self._show_scale()

    @property
    def _is_common(self) -> bool:
        return bool(self.scale.currentData())

    def _show_maps(self) -> None:
        self.mosaic.show_maps(self._maps, self._is_common)
        self.large.show_map(self._maps, self.large.unit, self._is_common)
        self._show_scale()
        self._tell_unit(-1)

    def _show_scale(self) -> None:
        if self._is_common or self.views.currentWidget() is self.large:
            self.colors.show_range(*self.large.range)
        else:
            self.colors.show_own_ranges()

    def _show_controls(self) -> None:
        maps = self.views.currentWidget() is not self.plot
        self.scale.setVisible(maps)
        self.colors.setVisible(maps)

    def _tell_unit(self, unit: int) -> None:
        count = len(self._maps)
        if 0 <= unit < count:
            low, high = range_of(self._maps[unit])
            self.note.setText(f"Unit {unit}: {number_text(low)} … {number_text(high)}")
            return
        size = quantities.shape(self._maps.shape[1:])
        shown = f", the first {count} shown" if count < self._channels else ""
        self.note.setText(f"{quantities.plural(self._channels, 'map')} of {size}{shown}")

    def _tell_value(self, unit: int) -> None:
        values = self.plot.values
        if 0 <= unit < len(values):
            name = self._names[unit] if self._names else f"Unit {unit}"
            self.note.setText(f"{name}: {number_text(float(values[unit]))}")
        else:
            self.note.setText(quantities.plural(len(values), "value"))
