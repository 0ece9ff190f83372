"""Which mistakes are shown, and how their heat is made."""

from __future__ import annotations

from collections import Counter
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QVBoxLayout, QWidget

from cnnstudio.graph import Node
from cnnstudio.interpret.explanations.methods import methods
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.inspect.embedding.choice import SPLITS
from cnnstudio.ui.inspect.method_box import MethodBox
from cnnstudio.ui.session import Session
from cnnstudio.ui.wheel import pass_wheel

SUGGESTED = "Suggested"
OF = {"predicted": "What it was taken for", "true": "Its true class"}
LONGEST, OPACITY = 10, 60


class MistakesChoice(QWidget):
    """`split_changed` and `pair_changed` tell that other mistakes are to be shown, `changed`
    that their heat is to be made in another way, `faded(opacity)` of a move of the slider."""

    split_changed = Signal()
    pair_changed = Signal()
    changed = Signal()
    faded = Signal(float)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = session.settings
        self.split = ChoiceBox("Images of", [(f"{t} images", name) for name, t in SPLITS.items()])
        self.pair = ChoiceBox("Which mistakes", [("All", None)])
        self.pair.setToolTip("The true class, and what it is taken for")
        self.of = ChoiceBox("Heat of", [(text, name) for name, text in OF.items()])
        self.of.setToolTip("What in the image speaks for this class")
        self.method = MethodBox("Method")
        self.method.choose(self._settings.value("mistakes/method", self.method.currentData()))
        self.layer = ChoiceBox("Layer", [(SUGGESTED, None)])
        self.help = QLabel()
        self.help.setProperty("role", "caption")
        self.help.setWordWrap(True)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setAccessibleName("Opacity of the heat")
        self.opacity.setToolTip("Opacity of the heat")
        self.opacity.setRange(0, 100)
        self.opacity.setValue(OPACITY)
        pass_wheel(self.opacity)
        for box in (self.split, self.pair, self.of, self.method, self.layer):
            box.shrink_to(LONGEST)
        self._arrange()
        self.split.activated.connect(lambda _: self.split_changed.emit())
        self.pair.activated.connect(lambda _: self.pair_changed.emit())
        self.of.activated.connect(lambda _: self.changed.emit())
        self.layer.activated.connect(lambda _: self.changed.emit())
        self.method.activated.connect(lambda _: self._take_method())
        self.opacity.valueChanged.connect(lambda value: self.faded.emit(value / 100))
        self._show_method()

    @property
    def arguments(self) -> dict[str, Any]:
        """Those of the question `heats`, but for network and images."""
        method = methods[self.method.currentData()]
        return {
            "method": method.kind,
            "layer": self.layer.currentData() if method.uses_layer else None,
        }

    def list_layers(self, layers: list[Node]) -> None:
        names = [node.name for node in layers if node.kind not in ("Input", "Output")]
        self.layer.show_items([(SUGGESTED, None), *((name, name) for name in names)])

    def show_layer(self, layer: str, reason: str) -> None:
        """Names the layer that was suggested, and why."""
        if layer and self.layer.currentData() is None:
            self.layer.setItemText(0, f"{SUGGESTED}: {layer}")
            self.layer.setToolTip(reason)

    def list_pairs(self, facts: list[dict[str, Any]]) -> None:
        """The pairs that there are, the most frequent first; the chosen one is kept."""
        pairs = Counter((fact["class"], fact["taken_for"]) for fact in facts)
        items = [
            (f"{true} → {taken}   {count:,}", [true, taken])
            for (true, taken), count in pairs.most_common()
        ]
        self.pair.show_items([(f"All   {len(facts):,}", None), *items])

    def _take_method(self) -> None:
        self._settings.set_value("mistakes/method", self.method.currentData())
        self._show_method()
        self.changed.emit()

    def _show_method(self) -> None:
        method = methods[self.method.currentData()]
        self.layer.setEnabled(method.uses_layer)
        self.of.setEnabled(method.uses_target)
        first = method.doc.partition(". ")[0].rstrip(".")
        self.help.setText(f"{first}. Cost, for each image: {method.cost}.")
        self.help.setToolTip(f"{method.doc}\n{method.formula}\n{method.reference}")

    def _arrange(self) -> None:
        rows = QGridLayout()
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setVerticalSpacing(6)
        rows.setHorizontalSpacing(12)
        rows.setColumnStretch(1, 1)
        named = (("Split", self.split), ("Mistakes", self.pair), ("Heat of", self.of),
                 ("Method", self.method), ("Layer", self.layer),
                 ("Opacity", self.opacity))  # fmt: skip
        for row, (text, widget) in enumerate(named):
            label = QLabel(text)
            label.setProperty("role", "muted")
            rows.addWidget(label, row, 0)
            rows.addWidget(widget, row, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(rows)
        column.addWidget(self.help)
