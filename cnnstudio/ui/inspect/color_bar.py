"""What the colours of a picture mean: the colour map between its lowest and highest value."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.interpret.figures.colour import colour_maps
from cnnstudio.ui import theme
from cnnstudio.ui.inspect.number import number_text

BAR_HEIGHT = 8
STOPS = 32


class ColorBar(QWidget):
    """A horizontal bar of a colour map with the values at its ends."""

    def __init__(self, colour_map: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour_map = colour_map
        self._texts = "lowest", "highest"
        self.setAccessibleName("Colour scale")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_map(self, colour_map: str) -> None:
        """Shows another colour map."""
        self._colour_map = colour_map
        self.update()

    def show_range(self, low: float, high: float) -> None:
        self.show_texts(number_text(low), number_text(high))

    def show_texts(self, low: str, high: str) -> None:
        """Says what the ends are."""
        self._texts = low, high
        self.setAccessibleDescription(f"from {low} to {high}")
        self.update()

    def show_own_ranges(self) -> None:
        """Says that each picture goes from its own lowest to its own highest value."""
        self._texts = "lowest", "highest"
        self.setAccessibleDescription("each from its lowest to its highest value")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, 28)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = QRectF(0, 2, self.width(), BAR_HEIGHT)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        table = colour_maps[self._colour_map]
        for stop in range(STOPS + 1):
            red, green, blue = (int(part) for part in table[stop * 255 // STOPS])
            color = theme.color("on_picture")
            color.setRgb(red, green, blue)
            gradient.setColorAt(stop / STOPS, color)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(bar, 3, 3)
        painter.setPen(theme.color("text_muted"))
        painter.setFont(theme.font(11))
        below = QRectF(0, bar.bottom() + 2, self.width(), 16)
        low, high = self._texts
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, low)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, high)
