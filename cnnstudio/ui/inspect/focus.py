"""What all pages of Inspect look at: one network, one image, one layer and unit of it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from cnnstudio.graph import Node
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.inspect.subject import Image, Subject, first_layer
from cnnstudio.ui.session import Session


class Focus(QObject):
    """Each part has a signal that tells of its change. What is chosen on one page is on all.

    `prediction` is the kernel's answer to `predict`: None until it has come for this network and
    image. `predicted` tells that it has; `predicting` is the question. `image_wanted` asks for
    another image, and whether the Image page is to be brought to the front; `step_wanted` for the
    network as it was after a step of its run.
    """

    subject_changed = Signal()
    image_changed = Signal()
    predicted = Signal()
    layer_changed = Signal()
    unit_changed = Signal()
    image_wanted = Signal(object, bool)
    step_wanted = Signal(int)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.subject: Subject | None = None
        self.layers: list[Node] = []
        self.image: Image | None = None
        self.prediction: dict[str, Any] | None = None
        self.classes: list[str] = []
        self.layer = ""
        self.unit = 0
        self.predicting = Inquiry(session, "predict", "inspect predict", self)
        self.predicting.answered.connect(self._take_prediction)

    @property
    def arguments(self) -> dict[str, Any]:
        """Network and image as the kernel's questions take them. Both must be there."""
        assert self.subject is not None and self.image is not None, "nothing is looked at"
        return {"image": self.image, **self.subject.arguments}

    @property
    def is_ready(self) -> bool:
        """Whether there are a network and an image."""
        return self.subject is not None and self.image is not None

    def show_subject(self, subject: Subject | None, image: Image | None) -> None:
        """Looks at another network, by an image of its data. The layer is kept where it has it."""
        self.subject, self.image = subject, image
        self.prediction = None
        self.layers = [] if subject is None else subject.layers()
        names = [node.name for node in self.layers]
        if self.layer not in names:
            self.layer, self.unit = first_layer(self.layers), 0
        self.subject_changed.emit()

    def show_image(self, image: Image | None) -> None:
        if image != self.image:
            self.image, self.prediction = image, None
            self.image_changed.emit()

    def want_image(self, image: Image, opened: bool = False) -> None:
        """Asks to look at another image, a sample or a file; with `opened`, on the Image page."""
        self.image_wanted.emit(image, opened)

    def predict(self) -> None:
        """Asks what the network says of the image."""
        if self.is_ready:
            self.predicting.ask(**self.arguments)

    def show_layer(self, name: str) -> bool:
        """Looks at another node; False if there is none, or it is looked at already."""
        if name == self.layer or name not in [node.name for node in self.layers]:
            return False
        self.layer, self.unit = name, 0
        self.layer_changed.emit()
        return True

    def want_layer(self, name: str) -> None:
        """Looks at a node now, or as soon as there is a network that has it."""
        if self.subject is None:
            self.layer, self.unit = name, 0
        else:
            self.show_layer(name)

    def show_unit(self, unit: int) -> None:
        """Looks at another unit of the layer."""
        if unit != self.unit:
            self.unit = unit
            self.unit_changed.emit()

    def _take_prediction(self, answer: dict[str, Any]) -> None:
        self.prediction, self.classes = answer, list(answer["classes"])
        self.predicted.emit()
