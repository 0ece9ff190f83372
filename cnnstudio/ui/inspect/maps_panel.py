"""The feature maps of one node."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.interpret.figures.as_python import described, maps_lines
from cnnstudio.interpret.figures.figure import Figure
from cnnstudio.interpret.figures.making import maps_figure
from cnnstudio.interpret.units.order import SORTS, order_by
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.inspect.color_bar import ColorBar
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.layer_box import LayerBox
from cnnstudio.ui.inspect.mosaic import Mosaic
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.panel import Panel
from cnnstudio.ui.inspect.picture_button import PictureButton
from cnnstudio.ui.inspect.scale import range_of
from cnnstudio.ui.inspect.units.colours import COLOUR_MAPS, Colours, colours_for
from cnnstudio.ui.inspect.units.unit_view import UnitView
from cnnstudio.ui.inspect.vector_plot import VectorPlot
from cnnstudio.ui.session import Session

SCALES = (("Own scales", False), ("Common scale", True))


class MapsPanel(Panel):
    """Choosing the node, and its maps or values, in an order and in colours.

    `unit_opened(unit)` is emitted when one is shown by itself, and again for the next one or when
    its map is another; `unit_closed` when all are shown again. `sort_changed` asks for the values
    that decide the order.
    """

    unit_opened = Signal(int)
    unit_closed = Signal()
    sort_changed = Signal()

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        content = QWidget()
        super().__init__("Feature maps", content, parent)
        self._maps = np.zeros((0, 1, 1), np.float32)
        self._channels = 0
        self._node = ""
        self._names: list[str] = []
        self._asked: dict[str, Any] = {}
        self._order: list[int] | None = None
        self._values: np.ndarray | None = None
        self._about = ""
        self._settings = session.settings
        self.layer = LayerBox(focus)
        self.sort = ChoiceBox("Order of the maps", ((text, name) for name, text in SORTS.items()))
        self.sort.setToolTip(
            "Which maps come first: those with the largest mean activation, the most selective for "
            "one class, or those whose activation × gradient adds most to a class's score"
        )
        self.target = ChoiceBox("Class that the maps are important for")
        self.target.setToolTip("The class whose score would lose most without the first maps")
        self.colour_map = ChoiceBox("Colours of the maps", COLOUR_MAPS)
        self.colour_map.setToolTip("Signed: blue below 0, red above")
        self.scale = ChoiceBox("Scale of the colours", SCALES)
        self.scale.setToolTip(
            "Colours from each map's own lowest to highest value, or from all maps'"
        )
        self.sort.choose(self._settings.value("inspect/sort", "index"))
        self.colour_map.choose(self._settings.value("inspect/colours", "viridis"))
        self.scale.choose(self._settings.value("inspect/common_scale", False))
        self.sort.activated.connect(lambda _: self._choose_sort())
        self.target.activated.connect(lambda _: self._choose_sort())
        self.colour_map.activated.connect(lambda _: self._choose_colours())
        self.scale.activated.connect(lambda _: self._choose_colours())
        self.header.addWidget(self.layer)
        self.picture_button = PictureButton(session, self.figure, self.python)
        self.header.addWidget(self.picture_button)
        self.mosaic, self.large, self.plot = Mosaic(), UnitView(), VectorPlot()
        self.mosaic.chosen.connect(self.enlarge)
        self.mosaic.pointed.connect(self._tell_unit)
        self.large.closed.connect(self.show_all)
        self.large.shown.connect(self._take_unit)
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
        self.controls = QWidget()
        row = QHBoxLayout(self.controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.spacing)
        for box, characters in ((self.sort, 14), (self.target, 12), (self.colour_map, 6),
                                (self.scale, 10)):  # fmt: skip
            box.shrink_to(characters)
            row.addWidget(box)
        row.addStretch()
        column.addWidget(self.controls)
        column.addWidget(self.views, 1)
        column.addLayout(foot)

    def show_maps(
        self, answer: dict[str, Any], classes: list[str], asked: dict[str, Any] | None = None
    ) -> None:
        """Shows an answer of `feature_maps` to what was `asked`; `classes` name the values of a
        last layer."""
        self._asked = asked or {}
        if self.sort_chosen != "mean":
            # Values of another layer or image; their own are asked for.
            self._values, self._about = None, ""
        self._channels = int(answer["channels"])
        self._node = str(answer.get("node", answer.get("layer", "")))
        if "maps" in answer:
            self._maps = np.asarray(answer["maps"])
            if self.views.currentWidget() is self.plot:
                self.views.setCurrentWidget(self.mosaic)
            self._sort_maps()
            self._show_maps()
        else:
            if self.views.currentWidget() is self.large:
                self.unit_closed.emit()
            values = np.asarray(answer["values"])
            self._names = classes if len(classes) == len(values) else []
            self.plot.show_values(values, self._names)
            self.views.setCurrentWidget(self.plot)
            self._tell_value(-1)
        self._show_controls()
        self.show_answer()

    def enlarge(self, unit: int) -> None:
        """Shows one map alone."""
        self.views.setCurrentWidget(self.large)
        self.large.show_map(self._maps, unit, self._colours, self._order)
        self.large.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_all(self) -> None:
        """Shows the mosaic again, with the keyboard on the map that was large."""
        self.views.setCurrentWidget(self.mosaic)
        self.mosaic.setFocus(Qt.FocusReason.OtherFocusReason)
        self.mosaic.set_current(self.large.unit)
        self._show_scale()
        self.unit_closed.emit()

    @property
    def unit_shown(self) -> int | None:
        """The unit that is shown by itself."""
        return self.large.unit if self.views.currentWidget() is self.large else None

    @property
    def sort_chosen(self) -> str:
        """One of SORTS."""
        return str(self.sort.currentData())

    @property
    def class_chosen(self) -> int | None:
        """The class of the importance; None for the predicted one."""
        chosen: int | None = self.target.currentData()
        return chosen

    def list_classes(self, classes: Sequence[str]) -> None:
        """The classes that maps can be important for."""
        self.target.show_items(
            [("Predicted class", None), *((name, number) for number, name in enumerate(classes))]
        )

    def show_order_by(self, values: np.ndarray, about: str) -> None:
        """Puts the units with the largest values first; `about` says what they are."""
        self._values, self._about = values, about
        self._sort_maps()
        self._show_maps()

    def tell(self, text: str) -> None:
        """Says something below the maps, until the pointer is on one."""
        self.note.setText(text)

    def figure(self) -> Figure | None:
        """The maps that are shown, to take away; None for a vector."""
        if not len(self._maps) or self.views.currentWidget() is self.plot:
            return None
        if not self.stage.shows_content:
            return None
        layer = self._asked.get("layer", "")
        what = "Feature maps" if self.unit_shown is None else f"Unit {self.unit_shown}"
        caption = f"{what} of {layer}: {described(self._asked)}." if self._asked else f"{what}."
        name = re.sub(r"[^\w.-]+", "-", f"{layer or 'maps'}-maps")
        return maps_figure(
            self._maps, self._units, common=self._is_common, colour_map=self._colour_map,
            caption=caption, name=name,
        )  # fmt: skip

    def python(self) -> str:
        """The lines that make the same figure."""
        figure = self.figure()
        assert figure is not None, "there is a picture"
        units = self._units
        if units is None and len(self._maps) < self._channels:
            units = range(len(self._maps))
        return maps_lines(
            self._asked, self._node, units, self._is_common, figure.name, figure.caption,
            self._colour_map,
        )  # fmt: skip

    @property
    def _units(self) -> Sequence[int] | None:
        """The one that is shown large, or all in their order; None for that of the index."""
        return [self.large.unit] if self.unit_shown is not None else self._order

    @property
    def _is_common(self) -> bool:
        return bool(self.scale.currentData())

    @property
    def _colour_map(self) -> str:
        return str(self.colour_map.currentData())

    @property
    def _colours(self) -> Colours:
        return colours_for(self._maps, self._colour_map, self._is_common)

    def _choose_sort(self) -> None:
        self._settings.set_value("inspect/sort", self.sort_chosen)
        self.target.setVisible(self.sort_chosen == "importance")
        self._values, self._about = None, ""
        self._sort_maps()
        self._show_maps()
        self.sort_changed.emit()

    def _choose_colours(self) -> None:
        self._settings.set_value("inspect/colours", self._colour_map)
        self._settings.set_value("inspect/common_scale", self._is_common)
        self.colors.show_map(self._colour_map)
        self._show_maps()

    def _sort_maps(self) -> None:
        count = len(self._maps)
        if self.sort_chosen == "mean":
            self._values = self._maps.reshape(count, -1).mean(axis=1)
            self._about = "mean"
        known = self._values is not None and len(self._values) >= count
        self._order = order_by(self._values, count) if known else None

    def _show_maps(self) -> None:
        colours = self._colours
        self.mosaic.show_maps(self._maps, colours, self._order)
        if len(self._maps):
            self.large.show_map(self._maps, self.large.unit, colours, self._order)
        self._show_scale()
        self._tell_unit(-1)

    def _take_unit(self) -> None:
        self._show_scale()
        if self.unit_shown is not None:
            self.unit_opened.emit(self.large.unit)

    def _show_scale(self) -> None:
        if self._is_common or self.views.currentWidget() is self.large:
            self.colors.show_range(*self.large.range)
        else:
            self.colors.show_own_ranges()

    def _show_controls(self) -> None:
        maps = self.views.currentWidget() is not self.plot
        self.controls.setVisible(maps)
        self.target.setVisible(self.sort_chosen == "importance")
        self.colors.setVisible(maps)
        self.colors.show_map(self._colour_map)

    def _tell_unit(self, unit: int) -> None:
        count = len(self._maps)
        if 0 <= unit < count:
            low, high = range_of(self._maps[unit])
            value = ""
            if self._values is not None and unit < len(self._values):
                value = f", {self._about} {number_text(float(self._values[unit]))}"
            self.note.setText(f"Unit {unit}: {number_text(low)} … {number_text(high)}{value}")
            return
        size = quantities.shape(self._maps.shape[1:])
        shown = f", the first {count} shown" if count < self._channels else ""
        order = f", by {self._about}" if self._values is not None else ""
        self.note.setText(f"{quantities.plural(self._channels, 'map')} of {size}{shown}{order}")

    def _tell_value(self, unit: int) -> None:
        values = self.plot.values
        if 0 <= unit < len(values):
            name = self._names[unit] if self._names else f"Unit {unit}"
            self.note.setText(f"{name}: {number_text(float(values[unit]))}")
        else:
            self.note.setText(quantities.plural(len(values), "value"))
