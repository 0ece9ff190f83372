"""What is laid out, and how: layer, samples, method with its parameters, colours."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from cnnstudio.graph import Node
from cnnstudio.interpret.samples.reductions import reductions
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.forms import Form
from cnnstudio.ui.inspect.embedding.marks import BY
from cnnstudio.ui.session import Session

SUGGESTED = "Before the classifier"
SPLITS = {"test": "Test", "validation": "Validation", "train": "Training"}
POOLED = {"mean": "Mean of each map", "flat": "All values"}
COUNTS, SAMPLES = (200, 500, 1000, 2000, 5000), 500
TYPING_MILLISECONDS = 500
LONGEST, NAMES = 10, 52


class EmbeddingChoice(QWidget):
    """`changed` is emitted for each choice that changes the points, `recolored` for another
    colouring. Method, samples and colouring are remembered."""

    changed = Signal()
    recolored = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = session.settings
        self._values: dict[str, dict[str, Any]] = {}  # by method, what differs from its defaults
        self.layer = ChoiceBox("Layer", [(SUGGESTED, None)])
        self.layer.setToolTip("Whose output is compared; any node of the network")
        self.pooling = ChoiceBox("Of maps", [(text, name) for name, text in POOLED.items()])
        self.pooling.setToolTip("Whether where in the image something is found matters")
        self.split = ChoiceBox("Images of", [(f"{t} images", name) for name, t in SPLITS.items()])
        self.samples = ChoiceBox("Number of images", [(f"{count:,}", count) for count in COUNTS])
        self.samples.setToolTip("Spread evenly over the split")
        self.samples.choose(self._settings.value("embedding/samples", SAMPLES))
        self.method = ChoiceBox("Method", [(one.title, one.kind) for one in reductions.values()])
        self.method.choose(self._settings.value("embedding/method", "pca"))
        self.help = QLabel()
        self.help.setProperty("role", "caption")
        self.help.setWordWrap(True)
        self.colors = ChoiceBox("Colour by", [(text, name) for name, text in BY.items()])
        self.colors.choose(self._settings.value("embedding/colors", "true"))
        for box in (
            self.layer, self.pooling, self.split, self.samples, self.method, self.colors,
        ):  # fmt: skip
            box.shrink_to(LONGEST)
        self.form = Form([])
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MILLISECONDS)
        self._arrange()
        self._connect()
        self._show_method()

    @property
    def arguments(self) -> dict[str, Any]:
        """Those of the question `embed`, but for the network."""
        method = self.method.currentData()
        return {**self.features, "method": method, "parameters": dict(self._values.get(method, {}))}

    @property
    def features(self) -> dict[str, Any]:
        """What is laid out, however that is done."""
        return {
            "layer": self.layer.currentData(),
            "split": self.split.currentData(),
            "samples": self.samples.currentData(),
            "pooling": self.pooling.currentData(),
        }

    def list_layers(self, layers: list[Node]) -> None:
        """The nodes to choose from, the chosen one kept."""
        names = [node.name for node in layers if node.kind not in ("Input", "Output")]
        self.layer.show_items([(SUGGESTED, None), *((name, name) for name in names)])

    def show_layer(self, layer: str, reason: str) -> None:
        """Names the layer that was suggested, and why."""
        if self.layer.currentData() is None:
            self.layer.setItemText(0, f"Suggested: {layer}")
            self.layer.setToolTip(reason)

    def redraw(self) -> None:
        self.form.redraw()

    def _arrange(self) -> None:
        rows = QGridLayout()
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setVerticalSpacing(6)
        rows.setHorizontalSpacing(12)
        rows.setColumnStretch(1, 1)
        rows.setColumnMinimumWidth(0, NAMES)
        named = (("Layer", self.layer), ("Maps", self.pooling), ("Split", self.split),
                 ("Images", self.samples), ("Method", self.method))  # fmt: skip
        for row, (text, widget) in enumerate(named):
            rows.addWidget(_muted(text), row, 0)
            rows.addWidget(widget, row, 1)
        rows.addWidget(self.help, len(named), 0, 1, 2)
        last = QGridLayout()
        last.setHorizontalSpacing(12)
        last.setColumnStretch(1, 1)
        last.setColumnMinimumWidth(0, NAMES)
        last.addWidget(_muted("Colour"), 0, 0)
        last.addWidget(self.colors, 0, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addLayout(rows)
        self._column.addWidget(self.form)
        self._column.addLayout(last)

    def _connect(self) -> None:
        for box in (self.layer, self.pooling, self.split):
            box.activated.connect(lambda _: self.changed.emit())
        self.samples.activated.connect(lambda _: self._take_samples())
        self._typing.timeout.connect(self.changed)
        self.method.activated.connect(lambda _: self._take_method())
        self.colors.activated.connect(lambda _: self._take_colors())

    def _take_samples(self) -> None:
        self._settings.set_value("embedding/samples", self.samples.currentData())
        self.changed.emit()

    def _take_method(self) -> None:
        self._settings.set_value("embedding/method", self.method.currentData())
        self._show_method()
        self.changed.emit()

    def _take_colors(self) -> None:
        self._settings.set_value("embedding/colors", self.colors.currentData())
        self.recolored.emit()

    def _show_method(self) -> None:
        method = reductions[self.method.currentData()]
        self.help.setText(method.doc)
        self.help.setToolTip(f"{method.formula}\n{method.reference}")
        form = Form(method.parameters)
        form.show_values(self._values.get(method.kind, {}))
        form.edited.connect(self._take_value)
        self._column.replaceWidget(self.form, form)
        self.form.hide()
        self.form.deleteLater()
        self.form = form
        form.show()

    def _take_value(self, name: str, value: object, merge: object) -> None:
        method = reductions[self.method.currentData()]
        values = self._values.setdefault(method.kind, {})
        values[name] = value
        if value == method.parameter(name).default:
            del values[name]
        self._typing.start()


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    return label
