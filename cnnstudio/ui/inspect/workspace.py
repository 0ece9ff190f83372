"""The Inspect workspace: network and image on top; prediction, feature maps and heat below."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from cnnstudio.graph import ExplanationError
from cnnstudio.training.status import UNFINISHED
from cnnstudio.ui import theme
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.inspect.heat_panel import HeatPanel
from cnnstudio.ui.inspect.image_chooser import SUFFIXES, ImageChooser
from cnnstudio.ui.inspect.maps_panel import MapsPanel
from cnnstudio.ui.inspect.network_chooser import NetworkChooser
from cnnstudio.ui.inspect.prediction_panel import PredictionPanel
from cnnstudio.ui.inspect.subject import Subject, first_layer
from cnnstudio.ui.message import Message
from cnnstudio.ui.notice import Stage
from cnnstudio.ui.session import Session

WIDTHS = (300, 640, 400)


class InspectWorkspace(QWidget):
    """Asks the kernel about the chosen image and network while it is visible."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._stale = False
        self._classes: list[str] = []
        self.setAccessibleName("Inspect")
        self.setAcceptDrops(True)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.networks = NetworkChooser(session)
        self.images = ImageChooser(session)
        self.prediction = PredictionPanel()
        self.maps = MapsPanel()
        self.heat = HeatPanel(session)
        self._predict = Inquiry(session, "predict", "inspect predict", self)
        self._maps = Inquiry(session, "feature_maps", "inspect maps", self)
        self._explain = Inquiry(session, "explain", "inspect heat", self)
        self._trust = Inquiry(session, "trust", "inspect trust", self)
        self._arrange()
        self._connect()
        self._take_subject(self.networks.subject)

    def open_image(self, path: Path) -> None:
        """Looks at an image file."""
        self.images.open_file(path)

    # Qt's events

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._ask()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps:
            self.images.step(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if image_in(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = image_in(event)
        if path is not None:
            event.acceptProposedAction()
            self.open_image(path)

    # Putting it together

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.networks)
        top.addStretch()
        top.addWidget(self.images.controls)
        head = QVBoxLayout()
        head.setContentsMargins(16, 12, 16, 8)
        head.setSpacing(theme.spacing)
        head.addLayout(top)
        head.addWidget(self.images)
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
        self.stage = Stage(self.panels)
        line = QFrame()
        line.setProperty("role", "line")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(line)
        column.addWidget(self.stage, 1)

    def _connect(self) -> None:
        session = self._session
        self.networks.subject_changed.connect(self._take_subject)
        self.images.image_changed.connect(self._ask)
        self.images.failed.connect(self.stage.tell_error)
        self.maps.layer_changed.connect(lambda _: self._ask_maps())
        self.heat.wanted.connect(self._ask_heat)
        self.prediction.class_chosen.connect(self.heat.choose_class)
        self.prediction.outline_shown.connect(self.heat.show_outline)
        for panel, inquiry in ((self.prediction, self._predict), (self.maps, self._maps),
                               (self.heat, self._explain)):  # fmt: skip
            panel.follow(inquiry)
        self.heat.follow_trust(self._trust)
        self.heat.scorecard.wanted.connect(self._ask_trust)
        self._predict.slow.connect(self._tell_of_waiting)
        self._predict.answered.connect(self._take_prediction)
        self._predict.failed.connect(self._take_refusal)
        self._maps.answered.connect(lambda answer: self.maps.show_maps(answer, self._classes))
        self._explain.answered.connect(self.heat.show_heat)
        session.selection_changed.connect(self._follow_selection)
        session.theme_changed.connect(self._redraw)

    # What is asked

    def _take_subject(self, subject: Subject | None) -> None:
        self.images.show_subject(subject)
        self.images.controls.setEnabled(subject is not None)
        self.images.setVisible(subject is not None)
        if subject is None:
            for inquiry in (self._predict, self._maps, self._explain, self._trust):
                inquiry.forget()
            self._tell_what_is_missing()
            return
        self.stage.show_content()
        layers = subject.layers()
        names = [node.name for node in layers]
        chosen = self.maps.current_layer
        self.maps.list_layers(layers, chosen if chosen in names else first_layer(layers))
        self.heat.list_layers(layers)
        self._follow_selection(self._session.selection)
        self._ask()

    def _ask(self) -> None:
        """Asks what the network says; the rest follows when it can say something."""
        self._stale = not self.isVisible()
        image, subject = self.images.image, self.networks.subject
        if subject is None or image is None or self._stale:
            return
        self._predict.ask(image=image, **subject.arguments)
        self._ask_maps()
        self._ask_heat()

    def _ask_maps(self) -> None:
        image, subject = self.images.image, self.networks.subject
        if subject is not None and image is not None and self.maps.current_layer:
            self._maps.ask(image=image, layer=self.maps.current_layer, **subject.arguments)

    def _ask_heat(self) -> None:
        image, subject = self.images.image, self.networks.subject
        self._trust.forget()
        self.heat.scorecard.reset()
        if subject is not None and image is not None:
            self._explain.ask(image=image, **self.heat.arguments, **subject.arguments)

    def _ask_trust(self) -> None:
        image, subject = self.images.image, self.networks.subject
        if subject is not None and image is not None:
            asked = {
                name: value for name, value in self.heat.arguments.items() if name != "against"
            }
            self.heat.scorecard.show_waiting()
            self._trust.ask(image=image, **asked, **subject.arguments)

    def _take_prediction(self, answer: dict[str, Any]) -> None:
        self.stage.show_content()
        self._classes = list(answer["classes"])
        self.images.model.name_classes(self._classes)
        self.heat.list_classes(self._classes)
        self.prediction.show_prediction(answer)

    def _tell_of_waiting(self) -> None:
        """Before there is any answer; later ones are waited for in their panels."""
        if not self.prediction.answered:
            hint = "The first time takes a moment: the data is read and the network is built."
            self.stage.tell(Message("Asking the network…", hint), "mdi6.timer-sand")

    def _take_refusal(self, error: Exception) -> None:
        """What keeps the network from answering at all is told once, in place of the panels."""
        if not isinstance(error, ExplanationError):
            for inquiry in (self._maps, self._explain, self._trust):
                inquiry.forget()
            self.stage.tell_error(error)

    def _follow_selection(self, ids: list[str]) -> None:
        by_id, path = self._session.network.by_id, self._session.place.path(self._session.project)
        prefix = f"{path}." if path else ""
        chosen = f"{prefix}{by_id[ids[0]].name}" if len(ids) == 1 and ids[0] in by_id else ""
        if chosen and self.maps.choose_layer(chosen):
            self._stale = self._stale or not self.isVisible()
            if self.isVisible():
                self._ask_maps()

    def _tell_what_is_missing(self) -> None:
        lacks = self.networks.lacks
        look = ("Look at the untrained network", self.networks.choose_untrained)
        if isinstance(lacks, Exception):
            self.stage.tell(Message.of(lacks))
        elif lacks == "checkpoint":
            self._tell_no_checkpoint(look)
        else:
            self._tell_no_run(look)

    def _tell_no_checkpoint(self, look: tuple[str, Any]) -> None:
        run = self._session.run
        status = self._session.runs.status_of(run) if run is not None else None
        if status is None or status.state in UNFINISHED:
            hint = "The first comes at the end of its first epoch, and shows here by itself."
            message = Message("This run has no checkpoint yet.", hint, actions=(look,))
            self.stage.tell(message, "mdi6.timer-sand")
        else:
            text = f"This run {status.state} before its first checkpoint. {status.message or ''}"
            self.stage.tell(Message(text.strip(), status.hint or "", "warning", (look,)))

    def _tell_no_run(self, look: tuple[str, Any]) -> None:
        actions = [look]
        keys = ""
        if "run.train" in self._session.actions:
            train = self._session.actions["run.train"]
            keys = train.shortcut().toString()
            actions.insert(0, ("Train", train.trigger))
        if not self._session.project.network.nodes:
            text = "There is no network yet."
            hint = "Draw one in Design, or open a template from the start page."
            self.stage.tell(Message(text, hint), "mdi6.eye-outline")
            return
        text = (
            f"Train the network first{f' ({keys})' if keys else ''}, or look at the untrained one."
        )
        hint = "Then see what it says of an image, what its layers respond to, and why."
        self.stage.tell(Message(text, hint, actions=tuple(actions)), "mdi6.eye-outline")

    def _redraw(self) -> None:
        self.images.redraw()
        self.stage.notice.redraw()
        for panel in (self.prediction, self.maps, self.heat):
            panel.redraw()


def image_in(event: QDropEvent) -> Path | None:
    """The image file that is being dropped, if it is one."""
    for url in event.mimeData().urls():
        path = Path(url.toLocalFile())
        if url.isLocalFile() and path.suffix.lower().lstrip(".") in SUFFIXES:
            return path
    return None
