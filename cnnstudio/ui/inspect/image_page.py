"""What the network makes of one image: its prediction, its feature maps, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.heat_panel import HeatPanel
from cnnstudio.ui.inspect.maps_panel import MapsPanel
from cnnstudio.ui.inspect.page import Page
from cnnstudio.ui.inspect.prediction_panel import PredictionPanel
from cnnstudio.ui.inspect.subject import Image
from cnnstudio.ui.inspect.twin_training import TwinTraining
from cnnstudio.ui.inspect.units.asking import UnitQuestions
from cnnstudio.ui.session import Session

WIDTHS = (300, 640, 400)


class ImagePage(Page):
    """Three panels side by side: prediction, feature maps, heat."""

    title = "Image"
    tip = "Prediction, feature maps and heatmap of the image"

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(session, focus, parent)
        self.prediction = PredictionPanel()
        self.maps = MapsPanel(session, focus)
        self.heat = HeatPanel(session)
        self._maps = Inquiry(session, "feature_maps", "inspect maps", self)
        self._explain = Inquiry(session, "explain", "inspect heat", self)
        self._trust = Inquiry(session, "trust", "inspect trust", self)
        self._twin = TwinTraining(session, self)
        self._judged: tuple[Path, Image | None] | None = None
        self._arrange()
        self.units = UnitQuestions(session, focus, (self.prediction, self.maps, self.heat), self)
        self._connect()

    def look(self) -> None:
        self._ask_maps()
        self._ask_heat()

    def forget(self) -> None:
        self.units.forget()
        for inquiry in (self._maps, self._explain, self._trust):
            inquiry.forget()

    def outdate(self) -> None:
        super().outdate()
        if self.focus.prediction is not None:  # it came while the page was hidden
            self._take_prediction()

    def redraw(self) -> None:
        for panel in (self.prediction, self.maps, self.heat):
            panel.redraw()

    def _arrange(self) -> None:
        self.panels = QSplitter(Qt.Orientation.Horizontal)
        self.panels.setHandleWidth(1)
        self.panels.setChildrenCollapsible(False)
        for number, panel in enumerate((self.prediction, self.maps, self.heat)):
            self.panels.addWidget(panel)
            self.panels.setStretchFactor(number, int(number == 1))
        self.panels.setSizes(WIDTHS)
        self.prediction.setMinimumWidth(240)
        self.maps.setMinimumWidth(400)
        self.heat.setMinimumWidth(280)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panels)

    def _connect(self) -> None:
        focus = self.focus
        focus.subject_changed.connect(lambda: self.heat.list_layers(focus.layers))
        focus.layer_changed.connect(self._take_layer)
        focus.predicted.connect(self._take_prediction)
        self.heat.wanted.connect(self._ask_heat)
        self.prediction.class_chosen.connect(self.heat.choose_class)
        self.prediction.outline_shown.connect(self.heat.show_outline)
        self.prediction.follow(focus.predicting)
        self.maps.follow(self._maps)
        self.heat.follow(self._explain)
        self.heat.follow_trust(self._trust)
        self.heat.scorecard.wanted.connect(self._ask_trust)
        self.heat.scorecard.twin_wanted.connect(self._train_twin)
        self._twin.begun.connect(lambda: self.heat.scorecard.show_twin("running"))
        self._twin.finished.connect(self._check_twin)
        self._maps.answered.connect(self._take_maps)
        self._explain.answered.connect(
            lambda answer: self.heat.show_heat(answer, self._explain.asked)
        )

    def _take_maps(self, answer: dict[str, Any]) -> None:
        self.maps.show_maps(answer, self.focus.classes, self._maps.asked)
        self.units.look()

    def _take_layer(self) -> None:
        if self.isVisible():
            self._ask_maps()
        else:
            self.refresh()

    def _take_prediction(self) -> None:
        answer = self.focus.prediction
        assert answer is not None, "it has just come"
        self.heat.list_classes(self.focus.classes)
        self.maps.list_classes(self.focus.classes)
        subject, image = self.focus.subject, self.focus.image
        run = None if subject is None or subject.run is None else (subject.run.path, image)
        # At another moment of a run each class keeps its row: rows that jump can't be followed.
        self.prediction.show_prediction(answer, in_place=run is not None and run == self._judged)
        self._judged = run

    def _ask_maps(self) -> None:
        if self.focus.is_ready and self.focus.layer:
            self._maps.ask(layer=self.focus.layer, **self.focus.arguments)

    def _ask_heat(self) -> None:
        self._trust.forget()
        self.heat.scorecard.reset()
        if self.focus.is_ready:
            self._explain.ask(**self.heat.arguments, **self.focus.arguments)

    def _train_twin(self) -> None:
        subject = self.focus.subject
        if subject is not None and subject.run is not None:
            self._twin.start(subject.run)

    def _check_twin(self) -> None:
        """Makes the checks anew, now that there is a twin, where they can be seen."""
        if self.isVisible() and self.heat.scorecard.results:
            self._ask_trust()

    def _ask_trust(self) -> None:
        if self.focus.is_ready:
            asked = {
                name: value for name, value in self.heat.arguments.items() if name != "against"
            }
            self.heat.scorecard.show_waiting()
            self._trust.ask(**asked, **self.focus.arguments)
