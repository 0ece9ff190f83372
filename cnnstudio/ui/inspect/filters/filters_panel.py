"""The weights of one layer as pictures, and one of them in numbers and through the run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.interpret.figures.as_python import filters_lines
from cnnstudio.interpret.figures.figure import Figure
from cnnstudio.interpret.weights.figures import SIGNED, filters_figure
from cnnstudio.interpret.weights.forms import Range, symmetric_range
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.inspect.color_bar import ColorBar
from cnnstudio.ui.inspect.filters.filter_facts import FilterFacts
from cnnstudio.ui.inspect.filters.filter_mosaic import FilterMosaic
from cnnstudio.ui.inspect.filters.history_row import HistoryRow
from cnnstudio.ui.inspect.filters.weight_view import WeightView
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.layer_box import LayerBox
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.panel import Panel
from cnnstudio.ui.inspect.picture_button import PictureButton
from cnnstudio.ui.inspect.vector_plot import VectorPlot
from cnnstudio.ui.session import Session

SCALES = (("Common scale", True), ("Own scales", False))
NAMES = {"colour": "In colour", "mean": "Mean of inputs", "principal": "Principal component"}
COMMON = "inspect/filters_common_scale"
VIEW = "inspect/filters_view"


class FiltersPanel(Panel):
    """Shows answers of `filters`. `wanted` asks anew, for other `arguments`; `unit_chosen(unit)`
    tells of the filter that the user goes to."""

    wanted = Signal()
    unit_chosen = Signal(int)

    def __init__(self, session: Session, focus: Focus) -> None:
        content = QWidget()
        super().__init__("Filters", content)
        self._settings = session.settings
        self._answer: dict[str, Any] = {}
        self._asked: dict[str, Any] = {}
        self._pictures = np.zeros((0, 1, 1), np.float32)
        self._view: str | int = session.settings.value(VIEW, "colour")
        self.unit = 0
        self._make_controls(session, focus)
        self.mosaic, self.large, self.plot = FilterMosaic(), WeightView(), VectorPlot()
        self.plot.setAccessibleName("Weights")
        self.views = QStackedWidget()
        for one in (self.mosaic, self.large, self.plot):
            self.views.addWidget(one)
        self.facts, self.history = FilterFacts(), HistoryRow()
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.colors = ColorBar(SIGNED)
        self.colors.setMaximumWidth(200)
        self._arrange(content)
        self._connect()

    @property
    def arguments(self) -> dict[str, Any]:
        """Of the question, what is chosen here."""
        return {
            "parameter": self.parameter.currentData(),
            "view": self._view,
            "depth": self.depth.currentData() or 0,
        }

    def outdate(self) -> None:
        super().outdate()
        self.forget_layer()

    def forget_layer(self) -> None:
        """Another layer is coming: what was chosen of this one's inputs is nothing to it."""
        self.parameter.show_items([])
        self.depth.show_items([])
        for box in (self.parameter, self.view_box, self.depth, self.scale):
            box.hide()
        if isinstance(self._view, int):
            self._view = self._settings.value(VIEW, "colour")
        self._answer = {}
        self.views.setCurrentWidget(self.mosaic)

    def show_filters(self, answer: dict[str, Any], asked: dict[str, Any], unit: int) -> None:
        """Shows an answer of `filters` to what was `asked`, with this unit current."""
        self._answer, self._asked = answer, asked
        self._list_choices(answer)
        self.unit = max(0, min(unit, int(answer["units"]) - 1))
        if answer["form"] == "vector":
            self._pictures = np.zeros((0, 1, 1), np.float32)
            self.plot.show_values(np.asarray(answer["values"]))
            self.views.setCurrentWidget(self.plot)
        else:
            self._pictures = np.asarray(answer["pictures"])
            if answer["form"] == "matrix":
                self.views.setCurrentWidget(self.large)
            elif self.views.currentWidget() is self.plot or self.large.is_whole:
                self.views.setCurrentWidget(self.mosaic)
        self._show_pictures()
        self.show_answer()

    def show_unit(self, unit: int) -> None:
        """Makes a filter the current one."""
        if not self._answer:
            return
        self.unit = max(0, min(unit, int(self._answer["units"]) - 1))
        if self._answer["form"] == "maps" and self.unit < len(self._pictures):
            if self.views.currentWidget() is self.large:
                self.large.show_pictures(self._pictures, self.unit, self._common)
            elif self.mosaic.current != self.unit:
                self.mosaic.set_current(self.unit)
        self._show_facts(self.unit)
        self._show_scale()

    def show_history(self, answer: dict[str, Any]) -> None:
        """Shows an answer of `filter_history`."""
        self.history.show_history(answer, self._answer.get("form") != "maps")

    def enlarge(self, unit: int) -> None:
        """Shows one filter alone."""
        self.large.show_pictures(self._pictures, unit, self._common)
        self.views.setCurrentWidget(self.large)
        self.large.setFocus(Qt.FocusReason.OtherFocusReason)
        self._go_to(unit)

    def show_all(self) -> None:
        """Shows the mosaic again, with the keyboard on the filter that was large."""
        self.views.setCurrentWidget(self.mosaic)
        self.mosaic.setFocus(Qt.FocusReason.OtherFocusReason)
        self.mosaic.set_current(self.large.unit)
        self._show_scale()

    def figure(self) -> Figure | None:
        """What is shown, to take away; None for a vector."""
        if not len(self._pictures) or not self._answer:
            return None
        layer = self._answer["layer"]
        what = self._answer["parameter"].capitalize()
        view = self._answer["view"]
        shown = "" if view is None else f", {_view_name(view).lower()}"
        of = f", filter {self.large.unit}" if self._units is not None else ""
        run = self._asked.get("run")
        where = "untrained network" if run is None else f"run {Path(run).name}"
        return filters_figure(
            self._pictures, self._units, common=self._common is not None,
            titles=[""] if self._answer["form"] == "matrix" else None,
            caption=f"{what} of {layer}{shown}{of}: {where}.",
            name=re.sub(r"[^\w.-]+", "-", f"{layer}-filters"),
        )  # fmt: skip

    def python(self) -> str:
        """The lines that make the same figure."""
        figure = self.figure()
        assert figure is not None, "there is a picture"
        return filters_lines(
            self._asked, self._answer, self._units, self._common is not None, figure.name,
            figure.caption,
        )  # fmt: skip

    @property
    def _units(self) -> list[int] | None:
        alone = self.views.currentWidget() is self.large and self._answer.get("form") == "maps"
        return [self.large.unit] if alone else None

    @property
    def _common(self) -> Range | None:
        return symmetric_range(self._pictures) if self.scale.currentData() else None

    # Putting it together

    def _make_controls(self, session: Session, focus: Focus) -> None:
        self.layer = LayerBox(focus)
        self.layer.setToolTip("The layer whose weights are shown; follows the canvas")
        self.parameter = ChoiceBox("Parameter")
        self.parameter.setToolTip("Which of the layer's parameters")
        self.view_box = ChoiceBox("Input channel")
        self.view_box.setToolTip(
            "A filter has a kernel for each input channel: one of them, their mean, or the pattern "
            "that explains most of them"
        )
        self.depth = ChoiceBox("Slice of the kernel")
        self.depth.setToolTip("Kernels in space and time: which slice")
        self.scale = ChoiceBox("Scale of the colours", SCALES)
        self.scale.setToolTip("One scale for all filters, or each from its own largest weight")
        self.scale.choose(session.settings.value(COMMON, True))
        for box in (self.view_box, self.parameter):
            box.shrink_to(10)
        self.layer.shrink_to(18)
        self.picture_button = PictureButton(session, self.figure, self.python)
        for control in (
            self.scale, self.view_box, self.depth, self.parameter, self.layer, self.picture_button,
        ):  # fmt: skip
            self.header.addWidget(control)
        for box in (self.parameter, self.view_box, self.depth):
            box.hide()

    def _arrange(self, content: QWidget) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(theme.spacing)
        middle.addWidget(self.views, 1)
        middle.addWidget(self.facts)
        foot = QHBoxLayout()
        foot.setSpacing(16)
        foot.addWidget(self.note, 1)
        foot.addWidget(self.colors, 1)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        column.addLayout(middle, 1)
        column.addLayout(foot)
        column.addWidget(self.history)

    def _connect(self) -> None:
        self.parameter.activated.connect(lambda _: self.wanted.emit())
        self.depth.activated.connect(lambda _: self.wanted.emit())
        self.view_box.activated.connect(lambda _: self._choose_view())
        self.scale.activated.connect(lambda _: self._choose_scale())
        self.mosaic.chosen.connect(self.enlarge)
        self.mosaic.pointed.connect(self._point)
        self.large.closed.connect(self.show_all)
        self.large.shown.connect(self._go_to)
        self.large.cells.hovered.connect(self._point_in_matrix)
        self.plot.pointed.connect(self._tell_value)
        self.facts.unit_wanted.connect(self._go_to_other)

    # What the user does

    def _choose_view(self) -> None:
        self._view = self.view_box.currentData()
        if isinstance(self._view, str):
            self._settings.set_value(VIEW, self._view)
        self.wanted.emit()

    def _choose_scale(self) -> None:
        self._settings.set_value(COMMON, bool(self.scale.currentData()))
        self._show_pictures()

    def _go_to(self, unit: int) -> None:
        self.show_unit(unit)
        self.unit_chosen.emit(unit)

    def _go_to_other(self, unit: int) -> None:
        """The filter most like this one, which may be behind those that are shown."""
        self._go_to(unit)

    def _point(self, unit: int) -> None:
        self._show_facts(unit if unit >= 0 else self.unit)

    def _point_in_matrix(self, column: int, row: int) -> None:
        if self.large.is_whole:
            self._show_facts(row)

    # What is shown

    def _list_choices(self, answer: dict[str, Any]) -> None:
        parameters, views, depths = answer["parameters"], answer["views"], int(answer["depths"])
        self.parameter.show_items((name, name) for name in parameters)
        self.parameter.choose(answer["parameter"])
        self.parameter.setVisible(len(parameters) > 1)
        self.view_box.show_items((_view_name(view), view) for view in views)
        self.view_box.choose(answer["view"])
        self.view_box.setVisible(len(views) > 1)
        self.depth.show_items((f"Slice {depth}", depth) for depth in range(depths))
        self.depth.choose(int(answer["depth"]))
        self.depth.setVisible(depths > 1)

    def _show_pictures(self) -> None:
        if not self._answer:
            return
        form = self._answer["form"]
        self.scale.setVisible(form == "maps")
        self.facts.setVisible(form != "vector")
        if form == "maps":
            self.mosaic.show_pictures(self._pictures, self._common)
        if form != "vector":
            unit = min(self.unit, len(self._pictures) - 1) if form == "maps" else 0
            self.large.show_pictures(self._pictures, unit, self._common, form == "matrix")
            self._show_facts(self.unit)
        self.note.setText(self._told())
        self._show_scale()

    def _show_facts(self, unit: int) -> None:
        if self._answer and self._answer["form"] != "vector":
            self.facts.show_unit(self._answer, unit)

    def _show_scale(self) -> None:
        form = self._answer.get("form")
        in_colour = self._pictures.ndim == 4
        self.colors.setVisible(form != "vector" and not in_colour)
        if form == "matrix" or self._common or self.views.currentWidget() is self.large:
            self.colors.show_range(*(self._common or self.large.range))
        else:
            self.colors.show_own_ranges()

    def _told(self) -> str:
        answer, count = self._answer, len(self._pictures)
        units = quantities.plural(int(answer["units"]), "filter")
        if answer["form"] == "maps":
            size = quantities.shape(self._pictures.shape[1:3])
            shown = f", the first {count} shown" if count < answer["units"] else ""
            over = f" over {quantities.plural(int(answer['inputs']), 'input')}"
            text = f"{units} of {size}{over}{shown}."
        else:
            text = quantities.plural(int(answer["units"]), "unit") + "."
            if answer["form"] == "vector":
                text = quantities.plural(int(answer["units"]), "value") + "."
        return f"{text} {answer['note']}".strip()

    def _tell_value(self, unit: int) -> None:
        values = self.plot.values
        if 0 <= unit < len(values):
            self.note.setText(f"Unit {unit}: {number_text(float(values[unit]))}")
        elif self._answer:
            self.note.setText(self._told())


def _view_name(view: str | int) -> str:
    return NAMES.get(str(view), f"Input {view}")
