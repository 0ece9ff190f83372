"""The feature maps of one node."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.interpret.as_python import described, maps_lines
from cnnstudio.interpret.figure import Figure
from cnnstudio.interpret.figures import maps_figure
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.inspect.color_bar import ColorBar
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.layer_box import LayerBox
from cnnstudio.ui.inspect.map_view import MapView
from cnnstudio.ui.inspect.mosaic import Mosaic
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.panel import Panel
from cnnstudio.ui.inspect.picture_button import PictureButton
from cnnstudio.ui.inspect.scale import range_of
from cnnstudio.ui.inspect.vector_plot import VectorPlot
from cnnstudio.ui.session import Session

SCALES = (("Own scales", False), ("Common scale", True))


class MapsPanel(Panel):
    """Choosing the node, and its maps or values."""

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        content = QWidget()
        super().__init__("Feature maps", content, parent)
        self._maps = np.zeros((0, 1, 1), np.float32)
        self._channels = 0
        self._node = ""
        self._names: list[str] = []
        self._asked: dict[str, Any] = {}
        self.layer = LayerBox(focus)
        self.scale = ChoiceBox("Scale of the colours", SCALES)
        self.scale.setToolTip(
            "Colours from each map's own lowest to highest value, or from all maps'"
        )
        self.scale.activated.connect(lambda _: self._show_maps())
        self.header.addWidget(self.scale)
        self.header.addWidget(self.layer)
        self.picture_button = PictureButton(session, self.figure, self.python)
        self.header.addWidget(self.picture_button)
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

    def show_maps(
        self, answer: dict[str, Any], classes: list[str], asked: dict[str, Any] | None = None
    ) -> None:
        """Shows an answer of `feature_maps` to what was `asked`; `classes` name the values of a
        last layer."""
        self._asked = asked or {}
        self._channels = int(answer["channels"])
        self._node = str(answer.get("node", answer.get("layer", "")))
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

    def figure(self) -> Figure | None:
        """The maps that are shown, to take away; None for a vector."""
        if not len(self._maps) or self.views.currentWidget() is self.plot:
            return None
        layer = self._asked.get("layer", "")
        what = "Feature maps" if self._units is None else f"Unit {self.large.unit}"
        caption = f"{what} of {layer}: {described(self._asked)}." if self._asked else f"{what}."
        name = re.sub(r"[^\w.-]+", "-", f"{layer or 'maps'}-maps")
        common = self._is_common
        return maps_figure(self._maps, self._units, common=common, caption=caption, name=name)

    def python(self) -> str:
        """The lines that make the same figure."""
        figure = self.figure()
        assert figure is not None, "there is a picture"
        units = self._units
        if units is None and len(self._maps) < self._channels:
            units = range(len(self._maps))
        return maps_lines(
            self._asked, self._node, units, self._is_common, figure.name, figure.caption
        )

    @property
    def _units(self) -> Sequence[int] | None:
        """The one that is shown large; None while all are shown."""
        return [self.large.unit] if self.views.currentWidget() is self.large else None

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
