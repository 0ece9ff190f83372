"""Choosing the layer that all pages of Inspect look at."""

from __future__ import annotations

from cnnstudio.layers import catalogue
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.inspect.focus import Focus

CHARACTERS = 14


class LayerBox(ChoiceBox):
    """Lists the network's nodes, and shows and changes the one that the focus is on."""

    def __init__(self, focus: Focus) -> None:
        super().__init__("Layer")
        self._focus = focus
        self.setToolTip("The layer whose output is shown; follows the canvas")
        self.shrink_to(CHARACTERS)
        self.activated.connect(lambda _: focus.show_layer(self.currentData() or ""))
        focus.subject_changed.connect(self._list)
        focus.layer_changed.connect(lambda: self.choose(focus.layer))
        self._list()

    def _list(self) -> None:
        layers = self._focus.layers
        kinds = [catalogue[n.kind].title if n.kind in catalogue else n.short_kind for n in layers]
        self.show_items(
            (f"{node.name}  ·  {kind}", node.name) for node, kind in zip(layers, kinds, strict=True)
        )
        self.choose(self._focus.layer)
