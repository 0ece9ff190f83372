"""The weights of a layer: pictures of them beside how they were spread over the run."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from cnnstudio.graph.errors import NoWeightsError
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.inspect.filters.filters_panel import FiltersPanel
from cnnstudio.ui.inspect.filters.spread_panel import SpreadPanel
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.page import Page
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session

WIDTHS = (820, 540)


class FiltersPage(Page):
    """Follows the layer and the unit; needs no image."""

    title = "Filters"
    tip = "The layer's weights as pictures, and how they changed over the run"
    follows_image = False

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(session, focus, parent)
        self.filters = FiltersPanel(session, focus)
        self.spread = SpreadPanel(session)
        self._filters = Inquiry(session, "filters", "inspect filters", self)
        self._history = Inquiry(session, "filter_history", "inspect filter history", self)
        self._asked: dict[str, Any] = {}
        self._node = ""
        self.panels = QSplitter(Qt.Orientation.Horizontal)
        self.panels.setHandleWidth(1)
        self.panels.setChildrenCollapsible(False)
        for panel in (self.filters, self.spread):
            self.panels.addWidget(panel)
        self.panels.setStretchFactor(0, 1)
        self.panels.setSizes(WIDTHS)
        self.filters.setMinimumWidth(440)
        self.spread.setMinimumWidth(340)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panels)
        self._connect()

    def look(self) -> None:
        subject = self.focus.subject
        assert subject is not None and self.focus.layer, "there is a network"
        self._history.forget()
        self._asked = {**subject.arguments, "layer": self.focus.layer, **self.filters.arguments}
        self._filters.ask(**self._asked)
        self.spread.look_at(subject.run, self.focus.layer)

    def forget(self) -> None:
        self._filters.forget()
        self._history.forget()

    def redraw(self) -> None:
        self.filters.redraw()
        self.spread.redraw()

    def _connect(self) -> None:
        self.focus.layer_changed.connect(self._take_layer)
        self.focus.unit_changed.connect(self._take_unit)
        self.filters.wanted.connect(self.refresh)
        self.filters.unit_chosen.connect(self.focus.show_unit)
        self.filters.history.step_chosen.connect(self.focus.step_wanted)
        self.filters.follow(self._filters)
        self._filters.answered.connect(self._take_filters)
        self._filters.failed.connect(self._take_failure)
        self._history.answered.connect(self.filters.show_history)
        self._history.failed.connect(
            lambda error: self.filters.history.say(f"The history can't be read: {error}")
        )

    def _take_layer(self) -> None:
        self.filters.forget_layer()
        self.refresh()

    def _take_unit(self) -> None:
        if self.isVisible():
            self.filters.show_unit(self.focus.unit)
            self._ask_history()
        else:
            self.refresh()

    def _take_filters(self, answer: dict[str, Any]) -> None:
        self._node = str(answer["node"])
        self.filters.show_filters(answer, self._asked, self.focus.unit)
        self._ask_history()

    def _take_failure(self, error: Exception) -> None:
        """A layer without weights is nothing wrong: the way leads on to one that has some."""
        self._node = ""
        if not isinstance(error, NoWeightsError):
            return  # the panel has told it
        layer, text = error.node, f"'{self.focus.layer}' has no weights."
        if layer is None:
            self.filters.stage.tell(Message(text, "Nor has any other layer of this network."))
            return
        hint = "It computes the same always; only other layers learn."
        show = (f"Show {layer}", lambda: self.focus.show_layer(layer))
        self.filters.stage.tell(Message(text, hint, actions=(show,)), "mdi6.grid-off")

    def _ask_history(self) -> None:
        subject = self.focus.subject
        if subject is None or not self._node or self._filters.waiting:
            return
        if subject.run is None:
            self.filters.history.say("The untrained network has no history.")
            return
        chosen = self.filters.arguments
        self._history.ask(
            run=str(subject.run.path), layer=self._node, unit=self.filters.unit,
            parameter=chosen["parameter"], view=self.filters.view_box.currentData(),
            depth=chosen["depth"],
        )  # fmt: skip
