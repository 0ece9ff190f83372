"""One filter, large, with its numbers."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cnnstudio.interpret.weights.figures import weight_colours
from cnnstudio.interpret.weights.forms import Range, symmetric_range
from cnnstudio.ui import theme
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.images.image_view import ImageView
from cnnstudio.ui.inspect.number import number_text

STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
# So large a cell has its number written on it; one of three colours, three.
NUMBER_WIDTH, LINE_HEIGHT = 46, 16


class Cells(ImageView):
    """A picture of weights (h, w[, 3]) with the number on each cell where there is room."""

    def __init__(self) -> None:
        super().__init__("Filter")
        self._picture = np.zeros((1, 1), np.float32)
        self._pixels = np.zeros((1, 1, 3), np.uint8)

    def show_picture(self, picture: np.ndarray, within: Range) -> None:
        self._picture = picture
        self._pixels = weight_colours(picture, within)
        self.show_image(image_of(self._pixels))

    @property
    def numbers_shown(self) -> bool:
        """Whether there is room for numbers."""
        place, (height, width) = self.picture_rect(), self._picture.shape[:2]
        lines = self._picture.shape[2] if self._picture.ndim == 3 else 1
        return bool(
            place.width() / width >= NUMBER_WIDTH
            and place.height() / height >= lines * LINE_HEIGHT + 4
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.numbers_shown:
            return
        painter = QPainter(self)
        painter.setFont(theme.font(12))
        place, (height, width) = self.picture_rect(), self._picture.shape[:2]
        across, down = place.width() / width, place.height() / height
        for row in range(height):
            for column in range(width):
                cell = QRectF(
                    place.left() + column * across, place.top() + row * down, across, down
                )
                brightness = self._pixels[row, column] @ np.array([0.299, 0.587, 0.114])
                dark = brightness > 140
                painter.setPen(theme.color("on_picture_shadow" if dark else "on_picture"))
                values = np.atleast_1d(self._picture[row, column])
                text = "\n".join(number_text(float(value)) for value in values)
                painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)


class WeightView(QWidget):
    """Shows one of some pictures (units, h, w[, 3]). `closed` asks to go back to all of them;
    `shown(unit)` is emitted when the user goes to another one."""

    closed = Signal()
    shown = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._pictures = np.zeros((1, 1, 1), np.float32)
        self._common: Range | None = None
        self._whole = False
        self.unit = 0
        self.back = QPushButton("All filters")
        self.back.setAccessibleName("Back to all filters")
        self.back.setToolTip("Back to all filters (Esc)")
        self.back.clicked.connect(self.closed)
        self.caption = QLabel()
        self.caption.setTextFormat(Qt.TextFormat.PlainText)
        self.value = QLabel()
        self.value.setProperty("role", "muted")
        self.value.setTextFormat(Qt.TextFormat.PlainText)
        self.cells = Cells()
        self.cells.hovered.connect(self._tell_value)
        self.cells.left.connect(lambda: self.value.setText(""))
        row = QHBoxLayout()
        row.setSpacing(theme.spacing)
        row.addWidget(self.back)
        row.addWidget(self.caption)
        row.addStretch()
        row.addWidget(self.value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.cells, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("One filter")

    @property
    def range(self) -> Range:
        """The values of the colours' ends."""
        return self._common or symmetric_range(self._pictures[self.unit])

    @property
    def is_whole(self) -> bool:
        """Whether a matrix is shown."""
        return self._whole

    def show_pictures(
        self, pictures: np.ndarray, unit: int, within: Range | None, whole: bool = False
    ) -> None:
        """Shows one on this scale, or its own if None; `whole` is a matrix, of which there is
        nothing else to go back to."""
        self._pictures, self._common, self._whole = pictures, within, whole
        self.back.setVisible(not whole)
        self._show(max(0, min(unit, len(pictures) - 1)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and not self._whole:
            self.closed.emit()
            return
        last = len(self._pictures) - 1
        targets = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
        unit = targets.get(key, self.unit + STEPS[key] if key in STEPS else None)
        if unit is None or self._whole:
            super().keyPressEvent(event)
            return
        unit = max(0, min(unit, last))
        if unit != self.unit:
            self._show(unit)
            self.shown.emit(unit)

    def _show(self, unit: int) -> None:
        self.unit = unit
        self.cells.show_picture(self._pictures[unit], self.range)
        rows, columns = self._pictures.shape[1:3]
        text = f"{rows} × {columns} weights" if self._whole else (
            f"Filter {unit} of {len(self._pictures)}, counted from 0"
        )  # fmt: skip
        self.caption.setText(text)
        self.value.setText("")

    def _tell_value(self, column: int, row: int) -> None:
        values = np.atleast_1d(self._pictures[self.unit][row, column])
        text = ", ".join(number_text(float(value)) for value in values)
        self.value.setText(f"row {row}, column {column}: {text}")
