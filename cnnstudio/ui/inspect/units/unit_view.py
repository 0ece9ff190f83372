"""One unit: its map, large, and beside it all that is to be known of it."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from cnnstudio.ui.inspect.map_view import MapView
from cnnstudio.ui.inspect.units.unit_strip import UnitStrip

MAP_WIDTH, SAMPLE_WIDTH = 300, 76  # that the map needs, and a sample beside it


class UnitView(MapView):
    """`strip` asks for what it shows by its signals."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strip = UnitStrip()
        self.body.addWidget(self.strip)
        self.setAccessibleName("One unit")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.strip.show_columns((self.width() - MAP_WIDTH) // SAMPLE_WIDTH)
