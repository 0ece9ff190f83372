"""The input to the left and the output to the right: a map, its colours, and others to choose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cnnstudio.interpret.figures.colour import coloured
from cnnstudio.ui import theme
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.inspect.color_bar import ColorBar
from cnnstudio.ui.inspect.mosaic import Mosaic
from cnnstudio.ui.inspect.scale import Range, levels_of, range_of
from cnnstudio.ui.inspect.steps.lattice import Lattice, Margins, blank
from cnnstudio.ui.inspect.units.colours import colours_for

CHANNELS_HEIGHT, LEAST_CHANNELS_HEIGHT = 132, 72


class Side(QWidget):
    """`lattice` shows one map in viridis, `colors` what its colours mean. With `channels`, a mosaic
    of all maps stands below, to choose one."""

    def __init__(self, name: str, channels: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel(name)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setProperty("role", "heading")
        self.title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.lattice = Lattice(name)
        self.colors = ColorBar("viridis")
        self.colors.setMaximumWidth(260)
        self.channels = Mosaic()
        self.channels.setAccessibleName("Channels of the input")
        self.channels.setMinimumHeight(LEAST_CHANNELS_HEIGHT)
        self.channels.setMaximumHeight(CHANNELS_HEIGHT)
        self.channels.setVisible(False)
        self.note = QLabel()
        self.note.setProperty("role", "caption")
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.note.hide()
        self._has_channels = channels
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        column.addStretch(1)
        column.addWidget(self.title)
        column.addWidget(self.lattice, 1000)
        column.addWidget(self.colors, 0, Qt.AlignmentFlag.AlignHCenter)
        self.colors.setMinimumWidth(160)
        column.addWidget(self.note)
        if channels:
            column.addWidget(self.channels, 500)
        column.addStretch(1)

    def show_map(
        self, values: np.ndarray, margins: Margins = (0, 0, 0, 0), seen: np.ndarray | None = None,
        within: Range | None = None,
    ) -> None:  # fmt: skip
        """Values (h, w); only what was `seen` (h, w) of them, in the colours of a range."""
        within = range_of(values) if within is None else within
        pixels = coloured(levels_of(values, within))
        self.lattice.show_image(image_of(pixels if seen is None else blank(pixels, seen)), margins)
        self.colors.show_range(*within)
        self.colors.setVisible(True)

    def show_picture(self, picture: np.ndarray, margins: Margins) -> None:
        """An image for people, uint8 (h, w, 3)."""
        self.lattice.show_image(image_of(picture), margins)
        self.colors.setVisible(False)

    def show_channels(self, maps: np.ndarray, current: int, titles: Sequence[str] = ()) -> None:
        """Maps to choose from, called by `titles` or their numbers; none if there is only one."""
        several = self._has_channels and len(maps) > 1
        self.channels.setVisible(several)
        if several:
            self.channels.titles = titles
            self.channels.show_maps(maps, colours_for(maps, "viridis", True))
            self.channels.set_current(current)
