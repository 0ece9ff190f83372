"""One feature map, large, with the value under the pointer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.images.image_view import ImageView
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.scale import Range, range_of
from cnnstudio.ui.inspect.units.colours import Colours

STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class MapView(QWidget):
    """Shows one of the maps (C, h, w). `closed` asks to go back to all of them; `shown` is
    emitted when another one is shown."""

    closed = Signal()
    shown = Signal()

    @property
    def range(self) -> Range:
        """The values of the lowest and the highest colour."""
        return self._colours.range(self._maps[self.unit])

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._maps = np.zeros((1, 1, 1), np.float32)
        self._colours = Colours()
        self._order: list[int] = [0]
        self.unit = 0
        self.back = QPushButton("All maps")
        self.back.setAccessibleName("Back to all maps")
        self.back.setToolTip("Back to all maps (Esc)")
        self.back.clicked.connect(self.closed)
        self.caption = QLabel()
        self.caption.setTextFormat(Qt.TextFormat.PlainText)
        self.value = QLabel()
        self.value.setProperty("role", "muted")
        self.value.setTextFormat(Qt.TextFormat.PlainText)
        self.view = ImageView("Feature map")
        self.view.zoomable = True
        self.view.setToolTip("Wheel: zoom. Drag: move. Double click: whole map.")
        self.view.hovered.connect(self._tell_value)
        self.view.left.connect(self._tell_range)
        row = QHBoxLayout()
        row.setSpacing(theme.spacing)
        row.addWidget(self.back)
        row.addWidget(self.caption)
        row.addStretch()
        row.addWidget(self.value)
        self.body = QHBoxLayout()
        self.body.setSpacing(16)
        self.body.addWidget(self.view, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addLayout(self.body, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("One feature map")

    def show_map(
        self, maps: np.ndarray, unit: int, colours: Colours, order: Sequence[int] | None = None
    ) -> None:
        """Shows a unit's map; the arrow keys go through the units in `order`."""
        self._maps = maps
        self._colours = colours
        self._order = list(range(len(maps)) if order is None else order)
        self.unit = max(0, min(unit, len(maps) - 1))
        self.view.show_image(image_of(colours.pixels(maps[self.unit])))
        self.caption.setText(f"Unit {self.unit} of {len(maps)}, counted from 0")
        self._tell_range()
        self.shown.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        last = len(self._order) - 1
        place = self._order.index(self.unit) if self.unit in self._order else 0
        targets = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
        target = targets.get(key, place + STEPS[key] if key in STEPS else None)
        if target is None:
            super().keyPressEvent(event)
        else:
            unit = self._order[max(0, min(target, last))]
            self.show_map(self._maps, unit, self._colours, self._order)

    def _tell_value(self, column: int, row: int) -> None:
        value = number_text(float(self._maps[self.unit][row, column]))
        self.value.setText(f"row {row}, column {column}: {value}")

    def _tell_range(self) -> None:
        low, high = range_of(self._maps[self.unit])
        self.value.setText(f"{number_text(low)} … {number_text(high)}")
