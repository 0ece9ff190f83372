"""One feature map, large, with the value under the pointer."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cnnstudio.interpret.colour import coloured
from cnnstudio.ui import theme
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.images.image_view import ImageView
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.scale import Range, levels_of, range_of

STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class MapView(QWidget):
    """Shows one of the maps (C, h, w). `closed` asks to go back to all of them; `shown` is
    emitted when another one is shown."""

    closed = Signal()
    shown = Signal()

    @property
    def range(self) -> Range:
        """The values of the lowest and the highest colour."""
        return self._common or range_of(self._maps[self.unit])

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._maps = np.zeros((1, 1, 1), np.float32)
        self._common: Range | None = None
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
        self.view.hovered.connect(self._tell_value)
        self.view.left.connect(self._tell_range)
        row = QHBoxLayout()
        row.setSpacing(theme.spacing)
        row.addWidget(self.back)
        row.addWidget(self.caption)
        row.addStretch()
        row.addWidget(self.value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.view, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("One feature map")

    def show_map(self, maps: np.ndarray, unit: int, common: bool) -> None:
        self._maps = maps
        self._common = range_of(maps) if common else None
        self.unit = max(0, min(unit, len(maps) - 1))
        levels = levels_of(maps[self.unit], self.range)
        self.view.show_image(image_of(coloured(levels)))
        self.caption.setText(f"Unit {self.unit} of {len(maps)}, counted from 0")
        self._tell_range()
        self.shown.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        targets = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(self._maps) - 1}
        unit = targets.get(key, self.unit + STEPS[key] if key in STEPS else None)
        if unit is None:
            super().keyPressEvent(event)
        else:
            self.show_map(self._maps, unit, self._common is not None)

    def _tell_value(self, column: int, row: int) -> None:
        value = number_text(float(self._maps[self.unit][row, column]))
        self.value.setText(f"row {row}, column {column}: {value}")

    def _tell_range(self) -> None:
        low, high = range_of(self._maps[self.unit])
        self.value.setText(f"{number_text(low)} … {number_text(high)}")
