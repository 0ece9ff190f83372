"""One of two networks: what it says of the image, where it looks, and its feature maps."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.graph import Node
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.inspect.color_bar import ColorBar
from cnnstudio.ui.inspect.compare.side_chooser import SideChooser
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.heat_view import HeatView
from cnnstudio.ui.inspect.map_view import MapView
from cnnstudio.ui.inspect.mosaic import Mosaic
from cnnstudio.ui.inspect.panel import Panel
from cnnstudio.ui.inspect.prediction_bars import ROW_HEIGHT, PredictionBars
from cnnstudio.ui.inspect.scale import Range
from cnnstudio.ui.inspect.subject import Subject, first_layer
from cnnstudio.ui.inspect.units.colours import Colours
from cnnstudio.ui.inspect.vector_plot import VectorPlot
from cnnstudio.ui.session import Session

HEAT_SIDE = 216
ROWS = 8  # of the likeliest classes; more would push the maps down


class Side(Panel):
    """`changed` is emitted when another network is to be asked. `unit_chosen(unit)` tells a map
    that is clicked, `maps_wanted` that all are to be seen again, `layer_chosen` that the maps of
    another layer are wanted, which only a network without the other's layer chooses itself."""

    changed = Signal()
    answered_prediction = Signal()
    answered_heat = Signal()
    unit_chosen = Signal(int)
    maps_wanted = Signal()
    layer_chosen = Signal()

    def __init__(
        self, session: Session, focus: Focus, name: str, parent: QWidget | None = None
    ) -> None:
        content = QWidget()
        super().__init__(name, content, parent)
        self.chooser = SideChooser(session, focus, name)
        self.chooser.changed.connect(self._take_subject)
        self.chooser.reading.connect(self.outdate)
        self.chooser.failed.connect(self._fail)
        self.header.insertWidget(2, self.chooser, 1)
        self._network: Any = None  # whose answers are shown
        self.prediction: dict[str, Any] | None = None
        self.heat_answer: dict[str, Any] | None = None
        self.heat = HeatView()
        self.heat.zoomable = True
        self.heat.setToolTip("Wheel: zoom all. Drag: move. Double click: whole image.")
        self.heat.setAccessibleName(f"Heatmap of network {name}")
        self.heat.setFixedSize(HEAT_SIDE, HEAT_SIDE)
        self.scale = ColorBar("magma")
        self.scale.setFixedWidth(HEAT_SIDE)
        policy = self.scale.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing moves where there is no heat
        self.scale.setSizePolicy(policy)
        self.bars = PredictionBars()
        self.bars.setFixedHeight(ROWS * ROW_HEIGHT)
        self.bars.setAccessibleName(f"Predictions of network {name}")
        self.verdict = QLabel()
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        self.verdict.setWordWrap(True)
        self.maps_title = QLabel()
        self.maps_title.setProperty("role", "muted")
        self.maps_title.setTextFormat(Qt.TextFormat.PlainText)
        self.layer = ChoiceBox(f"Layer of network {name}")
        self.layer.shrink_to(12)
        self.layer.setToolTip("This network has no layer of that name: choose one of its own")
        self.layer.activated.connect(lambda _: self.layer_chosen.emit())
        self.mosaic, self.large, self.plot = Mosaic(), MapView(), VectorPlot()
        self.mosaic.setAccessibleName(f"Feature maps of network {name}")
        self.mosaic.chosen.connect(self.unit_chosen)
        self.large.closed.connect(self.maps_wanted)
        self.views = QStackedWidget()
        for view in (self.mosaic, self.large, self.plot):
            self.views.addWidget(view)
        self._maps = np.zeros((0, 1, 1), np.float32)
        self.predicting = Inquiry(session, "predict", f"compare predict {name}", self)
        self.explaining = Inquiry(session, "explain", f"compare heat {name}", self)
        self.mapping = Inquiry(session, "feature_maps", f"compare maps {name}", self)
        self.predicting.answered.connect(self._take_prediction)
        self.explaining.answered.connect(self._take_heat)
        self.mapping.answered.connect(self._take_maps)
        for inquiry in (self.predicting, self.mapping):
            self.follow(inquiry)
        self._arrange(content)

    @property
    def subject(self) -> Subject | None:
        return self.chooser.subject

    @property
    def is_awaited(self) -> bool:
        """Whether there may still come heat."""
        return self.predicting.waiting or self.explaining.waiting

    @property
    def likeliest(self) -> int | None:
        """The class that this network decides for; None before it has answered."""
        if self.prediction is None:
            return None
        return int(np.argmax(self.prediction["probabilities"]))

    def class_named(self, name: str) -> int | None:
        """The number that a class has in this network; None if it knows none of that name."""
        classes = [] if self.prediction is None else list(self.prediction["classes"])
        return classes.index(name) if name in classes else None

    def layers(self) -> list[Node]:
        return [] if self.subject is None else self.subject.layers()

    def ask(self, image: Any) -> None:
        """Asks what this network says of the image; the heat is asked for by the page."""
        self.prediction = self.heat_answer = None
        if self.subject is not None:
            self.predicting.ask(image=image, **self.subject.arguments)

    def ask_maps(self, image: Any, layer: str) -> None:
        """Asks for the maps of a layer, or of one of its own that is chosen here."""
        if self.subject is None:
            return
        names = [node.name for node in self.layers()]
        self.layer.setVisible(layer not in names)
        if layer not in names:
            if [name for name, _ in self.layer.items] != names:
                self.layer.show_items((name, name) for name in names)
                self.layer.choose(first_layer(self.layers()))
            layer = str(self.layer.currentData() or "")
        if layer:
            self.mapping.ask(image=image, layer=layer, **self.subject.arguments)

    def ask_heat(self, image: Any, asked: dict[str, Any]) -> None:
        if self.subject is not None:
            self.explaining.ask(image=image, **asked, **self.subject.arguments)

    def show_heat(self, heat: np.ndarray, within: Range) -> None:
        """Draws the heat on a scale that is the other side's too."""
        answer = self.heat_answer or {}
        self.heat.show_heat(np.asarray(answer["image"]), heat, within)
        self.scale.show()
        self.scale.show_map("coolwarm" if within[0] < 0 else "magma")
        self.scale.show_range(*within)

    def outdate(self) -> None:
        super().outdate()
        self.forget()
        self.prediction = self.heat_answer = None
        self.heat.show_plain(None)
        self._maps = np.zeros((0, 1, 1), np.float32)
        self.mosaic.show_maps(self._maps, Colours())
        self.maps_title.setText("")
        self.views.setCurrentWidget(self.mosaic)

    def forget(self) -> None:
        for inquiry in (self.predicting, self.explaining, self.mapping):
            inquiry.forget()

    def show_plain(self) -> None:
        """The image without heat."""
        self.scale.hide()
        if self.prediction is not None:
            self.heat.show_plain(np.asarray(self.prediction["image"]))

    def show_unit(self, unit: int | None) -> None:
        """Shows one map large, all of them if None."""
        if self.views.currentWidget() is self.plot or not len(self._maps):
            return
        if unit is None:
            self.views.setCurrentWidget(self.mosaic)
        else:
            self.large.show_map(self._maps, unit, Colours())
            self.views.setCurrentWidget(self.large)

    def _arrange(self, content: QWidget) -> None:
        seen = QVBoxLayout()
        seen.addWidget(self.heat)
        seen.addWidget(self.scale)
        said = QVBoxLayout()
        said.setSpacing(4)
        said.addWidget(self.verdict)
        said.addWidget(self.bars)
        said.addStretch()
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addLayout(seen)
        top.addLayout(said, 1)
        row = QHBoxLayout()
        row.addWidget(self.maps_title, 1)
        row.addWidget(self.layer)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        column.addLayout(top)
        column.addLayout(row)
        column.addWidget(self.views, 1)
        self.layer.setVisible(False)

    def _take_subject(self) -> None:
        """At another moment of a run what is shown stays until the new comes."""
        network = None if self.subject is None else self.subject.network
        before, self._network = self._network, network
        if before is not None and network != before:
            self.outdate()
        self.changed.emit()

    def _take_prediction(self, answer: dict[str, Any]) -> None:
        self.prediction = answer
        if self.heat.image is None:  # nothing of this network is there yet
            self.show_plain()
        names, shares = answer["classes"], np.asarray(answer["probabilities"])
        label = answer.get("label")
        self.bars.show_prediction(names, shares, label)
        right = "" if label is None else "Right: " if label == self.likeliest else "Wrong: "
        self.verdict.setText(f"{right}{names[int(np.argmax(shares))]}")
        self.show_answer()
        self.answered_prediction.emit()

    def _take_heat(self, answer: dict[str, Any]) -> None:
        self.heat_answer = answer
        self.answered_heat.emit()

    def _take_maps(self, answer: dict[str, Any]) -> None:
        layer = answer["layer"]
        if "maps" in answer:
            self._maps = np.asarray(answer["maps"])
            self.mosaic.show_maps(self._maps, Colours())
            self.large.show_map(self._maps, self.large.unit, Colours())
            if self.views.currentWidget() is self.plot:
                self.views.setCurrentWidget(self.mosaic)
            height, width = self._maps.shape[1:]
            count = quantities.plural(int(answer["channels"]), "map")
            self.maps_title.setText(f"{layer}: {count} of {height}×{width}")
        else:
            values = np.asarray(answer["values"])
            self.plot.show_values(values)
            self.views.setCurrentWidget(self.plot)
            self.maps_title.setText(f"{layer}: {quantities.plural(len(values), 'value')}")
        self.show_answer()
